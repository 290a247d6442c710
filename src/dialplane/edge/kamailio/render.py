"""A Kamailio configuration from settings: the same settings, the same text."""

import hashlib
import re
from pathlib import Path
from string import Template

from dialplane.edge.kamailio.settings import EdgeSettings, Listener, TlsFiles

TEMPLATES = Path(__file__).parent
# Lines made in this module; everything else comes from an operator.
WRITTEN_HERE = ("listeners", "choose_socket", "switches")
WITHOUT_TLS = TlsFiles(certificate="none", private_key="none")
# What may stand inside a quoted string of the configuration without meaning anything there.
PLAIN = re.compile(r"[A-Za-z0-9_.:/~+=@\[\]-]*")


class ConfigurationText(Template):
    # Kamailio's own variables begin with a dollar sign.
    delimiter = "@@"


def render(settings: EdgeSettings) -> dict[str, str]:
    """Text by file name; `kamailio.cfg` is the one to start with."""
    words = _words(settings)
    for name, word in words.items():
        if name not in WRITTEN_HERE and not PLAIN.fullmatch(word):
            raise ValueError(f"{name} holds a character that Kamailio would read as its own")
    names = sorted(path.name for path in TEMPLATES.glob("*.cfg.tmpl"))
    if settings.tls is None:
        names.remove("tls.cfg.tmpl")
    return {
        name.removesuffix(".tmpl"): ConfigurationText((TEMPLATES / name).read_text()).substitute(
            words
        )
        for name in names
    }


def _words(settings: EdgeSettings) -> dict[str, str]:
    tls = settings.tls or WITHOUT_TLS
    plain = {
        name: str(getattr(settings, name))
        for name in EdgeSettings.__dataclass_fields__
        if name not in ("outside", "inside", "tls")
    }
    return plain | {
        "spool": str(settings.spool),
        "dialog_secret": _dialog_secret(settings),
        "listeners": "\n".join(_listen_lines(settings)),
        "choose_socket": "\n".join(_choose_socket_lines(settings)),
        "switches": "\n".join(_switches(settings)),
        "advertised_hosts": "".join(side.advertised_host or "" for _, side in _sides(settings)),
        "tls_certificate": tls.certificate,
        "tls_private_key": tls.private_key,
        "tls_trusted": tls.trusted,
        "tls_verify_peers": "yes" if tls.verify_peers else "no",
    }


def _dialog_secret(settings: EdgeSettings) -> str:
    """Derived, not drawn: a restarted edge has to recognise the calls it set up before."""
    return hashlib.sha256(b"dialog:" + settings.token.encode()).hexdigest()[:32]


def _switches(settings: EdgeSettings) -> list[str]:
    chosen = {"WITH_TLS": settings.tls is not None, "WITH_PINGS": settings.ping_peers}
    return [f"#!define {name}" for name, on in chosen.items() if on]


def _sides(settings: EdgeSettings) -> tuple[tuple[str, Listener], ...]:
    return ("outside", settings.outside), ("inside", settings.inside)


def _listen_lines(settings: EdgeSettings) -> list[str]:
    lines = [
        f"listen={transport}:{listener.address}:{port}"
        + (f" advertise {listener.advertised_host}:{port}" if listener.advertised_host else "")
        + f' name "{side}_{transport}"'
        for side, listener in _sides(settings)
        for transport, port in listener.sockets
    ]
    admin = f'listen=tcp:{settings.admin_address}:{settings.admin_port} name "admin"'
    tls = ["enable_tls=yes"] if settings.tls else []
    return [*tls, *lines, admin]


def _choose_socket_lines(settings: EdgeSettings) -> list[str]:
    """A transport a side does not have is left to Kamailio, which may still reach the target."""
    return [
        f'    if ($var(socket) == "{side}_{transport}") {{\n'
        f'        $fs = "{transport}:{listener.address}:{port}";\n'
        "    }"
        for side, listener in _sides(settings)
        for transport, port in listener.sockets
    ]
