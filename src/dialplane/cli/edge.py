"""`dialplane edge`: the SIP edge, rendered, checked and run."""

from dialplane.cli.commands import command, group
from dialplane.cli.faults import Refused
from dialplane.cli.terminal import Report
from dialplane.edge.kamailio import launch
from dialplane.edge.kamailio.settings import MODULES, TIMEOUTS, EdgeSettings, Listener, TlsFiles
from dialplane.settings import EdgeVariables, read_edge_variables

app = group("The SIP edge: Kamailio, configured by what DIALPLANE_EDGE_* say.")


@command(app, "render")
def render() -> Report:
    """Write the configuration, for a Kamailio that something else starts."""
    settings = _settings()
    launch.lay_out(settings)
    start = " ".join(launch.command(settings))
    return Report(
        facts={"directory": str(settings.directory), "command": start},
        told=[f"Written to {settings.directory}. Start it with:", start],
    )


@command(app, "check")
def check() -> Report:
    """Write the configuration and let Kamailio read it."""
    settings = _settings()
    try:
        launch.check(settings)
    except FileNotFoundError as error:
        raise _no_kamailio(settings) from error
    except launch.ConfigurationRefused as error:
        raise Refused(f"Kamailio refuses the configuration:\n{error}") from error
    return Report(
        facts={"directory": str(settings.directory), "accepted": True},
        told=["Kamailio accepts the configuration."],
    )


@command(app, "run")
def run() -> None:
    """Become Kamailio, in the foreground."""
    settings = _settings()
    try:
        launch.run(settings)
    except FileNotFoundError as error:
        raise _no_kamailio(settings) from error


def _settings() -> EdgeSettings:
    try:
        return settings_of(read_edge_variables())
    except ValueError as error:
        raise Refused(f"The settings of the edge: {error}") from error


def settings_of(said: EdgeVariables) -> EdgeSettings:
    """What the variables mean.

    Raises:
        ValueError: they contradict each other, lack a credential or make no sense.
    """
    for name in ("token", "admin_token"):
        if not getattr(said, name):
            raise ValueError(f"DIALPLANE_EDGE_{name.upper()} is not set")
    for name, possible in TIMEOUTS.items():
        if getattr(said, name) not in possible:
            variable = f"DIALPLANE_EDGE_{name.upper()}"
            raise ValueError(f"{variable} has to be from {possible[0]} to {possible[-1]}")
    outside, inside = _listener(said, "outside"), _listener(said, "inside")
    tls = _tls(said)
    if tls is None and (outside.tls_port or inside.tls_port):
        raise ValueError("a TLS port needs DIALPLANE_EDGE_TLS_CERTIFICATE and _PRIVATE_KEY")
    return EdgeSettings(
        directory=said.directory.resolve(),
        edge_id=said.id,
        control_url=said.control_url.rstrip("/"),
        token=said.token,
        admin_token=said.admin_token,
        admin_address=said.admin_address,
        admin_port=said.admin_port,
        outside=outside,
        inside=inside,
        tls=tls,
        question_timeout_s=said.question_timeout_s,
        no_reply_ms=said.no_reply_ms,
        stranger_budget=said.stranger_budget,
        ping_peers=said.ping_peers,
        kamailio=said.kamailio,
        module_path=said.module_path or MODULES,
    )


def _listener(said: EdgeVariables, side: str) -> Listener:
    def value(name: str) -> str:
        return str(getattr(said, f"{side}_{name}"))

    return Listener(
        address=value("address"),
        advertised_host=value("host") or None,
        udp_port=int(value("udp_port")) or None,
        tcp_port=int(value("tcp_port")) or None,
        tls_port=int(value("tls_port")) or None,
    )


def _tls(said: EdgeVariables) -> TlsFiles | None:
    if not (said.tls_certificate and said.tls_private_key):
        return None
    return TlsFiles(
        certificate=said.tls_certificate,
        private_key=said.tls_private_key,
        trusted=str(said.tls_trusted),
        verify_peers=said.tls_verify_peers,
    )


def _no_kamailio(settings: EdgeSettings) -> Refused:
    return Refused(
        f"There is no program {settings.kamailio}.",
        "Debian: apt install kamailio kamailio-json-modules kamailio-utils-modules"
        " kamailio-sqlite-modules kamailio-extra-modules kamailio-tls-modules",
    )
