"""Everything an operator can set, read from DIALPLANE_* once and handed on as plain values."""

import os
from collections.abc import Callable, Mapping
from dataclasses import field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from dialplane.domain.frozen import dataclass

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

S = TypeVar("S", bound="DataclassInstance")


def _setting(default: str, converter: Callable[[str], object] = str, *, about: str) -> Any:
    """A field: what is read where nothing is set, what is made of its text, what it is for."""
    told = {"default": default, "converter": converter, "help": about}
    return field(metadata=told)


def _read(holder: type[S], prefix: str, environment: Mapping[str, str]) -> S:
    given = {}
    for each in fields(holder):
        text = environment.get(prefix + each.name.upper(), each.metadata["default"])
        given[each.name] = each.metadata["converter"](text)
    return holder(**given)


def _flag(text: str) -> bool:
    return text.strip().lower() in {"1", "true", "yes", "on"}


def _whole_number_or_none(text: str) -> int | None:
    return int(text) if text else None


class Secret(str):
    """Text that does not show itself where settings are printed."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    database_url: str = _setting(
        "",
        Secret,
        about="Empty: one SQLite file in the data directory. Or postgresql://user@host/database.",
    )
    data_dir: Path = _setting(
        "dialplane-data", Path, about="Where the SQLite file and secret.key live."
    )
    secret_key: str = _setting(
        "",
        Secret,
        about="Ring of base64 keys of 32 bytes, comma separated, the first of which seals. Empty:"
        " secret.key in the data directory, made at the first start. Nodes share one ring.",
    )
    rate_limit: str = _setting(
        "", about="Requests per organization, like 5/s,120/min; empty is no limit."
    )
    trusted_proxies: str = _setting(
        "",
        about="Networks of the proxies in front, comma separated: X-Forwarded-For is believed from"
        " them alone. Empty: whoever connects is the source.",
    )
    hsts_s: int = _setting(
        "0",
        int,
        about="Seconds browsers insist on TLS (Strict-Transport-Security); 0 where there is none.",
    )
    allow_private_sip: bool = _setting(
        "0",
        _flag,
        about="1 allows loopback and link-local SIP addresses, for trying things out.",
    )
    allow_private_webhooks: bool = _setting(
        "0",
        _flag,
        about="1 allows webhooks over http and to this machine, for trying things out.",
    )
    edge_token: str = _setting(
        "",
        Secret,
        about="What the SIP edge shows us; empty lets no edge in. The edge reads the same.",
    )
    edge_ping_every_s: int = _setting(
        "30",
        int,
        about="Seconds between two OPTIONS of an edge to the same peer; two misses make it down.",
    )
    quarantine_days: int = _setting(
        "30", int, about="Days a given-up line rests before it can be bought again."
    )
    supplier_timeout_s: float = _setting(
        "8.0",
        float,
        about="Seconds a supplier may take for one answer, at most 15; then it is looked up.",
    )
    idle_connection_s: int = _setting(
        "65",
        int,
        about="Seconds a connection may say nothing, or be saying the headers of one request;"
        " longer than the load balancer in front keeps its own.",
    )
    threads: int | None = _setting(
        "",
        _whole_number_or_none,
        about="Requests one API process works on at once; empty is 8 on SQLite, and 16 on"
        " PostgreSQL, whose answers are waited for.",
    )
    log_format: str = _setting("json", about="json for machines or console for people.")
    log_level: str = _setting("info", about="debug, info, warning or error.")

    @property
    def requests_at_once(self) -> int:
        return self.threads or (16 if self.database_url else 8)


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings.

    Raises:
        ValueError: a value is not of its type.
    """
    return _read(Settings, "DIALPLANE_", environment)


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeVariables:
    """What `dialplane edge` reads; the edge may run on a machine of its own, without a database."""

    directory: Path = _setting(
        "dialplane-edge", Path, about="Where its configuration and its spool live."
    )
    id: str = _setting("edge-1", about="Its name in what it tells; one per edge.")
    control_url: str = _setting("http://127.0.0.1:8080", about="Where it asks about each call.")
    token: str = _setting("", Secret, about="What it shows the control plane, which has the same.")
    admin_token: str = _setting("", Secret, about="What opens its metrics and its JSON-RPC.")
    admin_address: str = _setting("127.0.0.1", about="Where metrics and JSON-RPC listen.")
    admin_port: int = _setting("8089", int, about="The same, the port.")
    outside_address: str = _setting("127.0.0.1", about="Carriers call here.")
    outside_host: str = _setting("", about="How carriers know that address, if otherwise.")
    outside_udp_port: int = _setting("5060", int, about="0 does not listen.")
    outside_tcp_port: int = _setting("5060", int, about="0 does not listen.")
    outside_tls_port: int = _setting("0", int, about="0 does not listen.")
    inside_address: str = _setting("127.0.0.1", about="Runtimes call here, to call out.")
    inside_host: str = _setting("", about="How runtimes know that address, if otherwise.")
    inside_udp_port: int = _setting("5070", int, about="0 does not listen.")
    inside_tcp_port: int = _setting("5070", int, about="0 does not listen.")
    inside_tls_port: int = _setting("0", int, about="0 does not listen.")
    tls_certificate: str = _setting("", about="PEM file; needed for TLS ports.")
    tls_private_key: str = _setting("", about="PEM file; needed for TLS ports.")
    tls_trusted: Path = _setting(
        "/etc/ssl/certs/ca-certificates.crt", Path, about="Who vouches for peers."
    )
    tls_verify_peers: bool = _setting(
        "1",
        _flag,
        about="0 calls peers over TLS whoever they are.",
    )
    question_timeout_s: int = _setting(
        "1",
        int,
        about="Seconds the control plane may take for an answer, 1 to 30; then what it said last"
        " holds.",
    )
    no_reply_ms: int = _setting(
        "2000",
        int,
        about="Milliseconds without any reply, 500 to 32000, after which the next target is tried.",
    )
    stranger_budget: int = _setting(
        "20", int, about="Calls a minute from a source that never reached a number."
    )
    ping_peers: bool = _setting(
        "1",
        _flag,
        about="0 leaves the OPTIONS to another edge.",
    )
    kamailio: str = _setting("kamailio", about="The program.")
    module_path: str = _setting("", about="Where its modules are; empty is Debian's place.")


def read_edge_variables(environment: Mapping[str, str] = os.environ) -> EdgeVariables:
    """Read what concerns the edge.

    Raises:
        ValueError: a value is not of its type.
    """
    return _read(EdgeVariables, "DIALPLANE_EDGE_", environment)


@dataclass(frozen=True, slots=True, kw_only=True)
class DialerVariables:
    """What `dialplane dialer` reads; it may run on a machine of its own, without a database."""

    control_url: str = _setting("http://127.0.0.1:8080", about="Who tells it what to place.")
    token: str = _setting("", Secret, about="DIALPLANE_EDGE_TOKEN of the control plane.")
    address: str = _setting("127.0.0.1", about="Where it is reached over SIP (UDP).")
    port: int = _setting("5080", int, about="The same, the port.")
    edge_address: str = _setting("127.0.0.1", about="The edge's listener for runtimes.")
    edge_port: int = _setting("5070", int, about="The same, the UDP port.")
    calls: int = _setting("200", int, about="How many calls it has at once.")


def read_dialer_variables(environment: Mapping[str, str] = os.environ) -> DialerVariables:
    """Read what concerns the dialer.

    Raises:
        ValueError: a value is not of its type.
    """
    return _read(DialerVariables, "DIALPLANE_DIALER_", environment)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientVariables:
    """What commands read that ask the API; they may run on any machine that reaches it."""

    url: str = _setting("", about="Where the API is; goes before what `dialplane login` keeps.")
    api_key: str = _setting("", Secret, about="The key to show it; comes with the URL.")
    profile: str = _setting("default", about="Which login to use, of several.")
    mcp_token: str = _setting(
        "", Secret, about="What `dialplane mcp --http` asks for; made anew if left out."
    )


def read_client_variables(environment: Mapping[str, str] = os.environ) -> ClientVariables:
    return _read(ClientVariables, "DIALPLANE_", environment)
