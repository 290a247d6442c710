"""Everything an operator can set, read from DIALPLANE_* once and handed on as plain values."""

import os
from collections.abc import Mapping
from pathlib import Path

import environ


def _flag(text: str | bool) -> bool:  # noqa: FBT001  # environ-config hands over one value
    return text if isinstance(text, bool) else text.strip().lower() in {"1", "true", "yes", "on"}


class Secret(str):
    """Text that does not show itself where settings are printed."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


@environ.config(prefix="DIALPLANE", frozen=True)
class Settings:
    database_url: str = environ.var(
        "",
        converter=Secret,
        help="Empty: one SQLite file in the data directory. Or postgresql://user@host/database.",
    )
    data_dir: Path = environ.var(
        "dialplane-data", converter=Path, help="Where the SQLite file and secret.key live."
    )
    secret_key: str = environ.var(
        "",
        converter=Secret,
        help="Ring of base64 keys of 32 bytes, comma separated, the first of which seals. Empty:"
        " secret.key in the data directory, made at the first start. Nodes share one ring.",
    )
    rate_limit: str = environ.var(
        "", help="Requests per organization, like 5/s,120/min; empty is no limit."
    )
    allow_private_sip: bool = environ.var(
        False,  # environ-config takes the default first
        converter=_flag,
        help="1 allows loopback and link-local SIP addresses, for trying things out.",
    )
    allow_private_webhooks: bool = environ.var(
        False,  # environ-config takes the default first
        converter=_flag,
        help="1 allows webhooks over http and to this machine, for trying things out.",
    )
    edge_token: str = environ.var(
        "",
        converter=Secret,
        help="What the SIP edge shows us; empty lets no edge in. The edge reads the same.",
    )
    edge_ping_every_s: int = environ.var(
        30,
        converter=int,
        help="Seconds between two OPTIONS of an edge to the same peer; two misses make it down.",
    )
    quarantine_days: int = environ.var(
        30, converter=int, help="Days a given-up line rests before it can be bought again."
    )
    threads: int = environ.var(8, converter=int, help="Requests one API process works on at once.")
    log_format: str = environ.var("json", help="json for machines or console for people.")
    log_level: str = environ.var("info", help="debug, info, warning or error.")


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings.

    Raises:
        ValueError: a value is not of its type.
    """
    settings: Settings = environ.to_config(Settings, environ=dict(environment))
    return settings


@environ.config(prefix="DIALPLANE_EDGE", frozen=True)
class EdgeVariables:
    """What `dialplane edge` reads; the edge may run on a machine of its own, without a database."""

    directory: Path = environ.var(
        "dialplane-edge", converter=Path, help="Where its configuration and its spool live."
    )
    id: str = environ.var("edge-1", help="Its name in what it tells; one per edge.")
    control_url: str = environ.var("http://127.0.0.1:8080", help="Where it asks about each call.")
    token: str = environ.var(
        "", converter=Secret, help="What it shows the control plane, which has the same."
    )
    admin_token: str = environ.var(
        "", converter=Secret, help="What opens its metrics and its JSON-RPC."
    )
    admin_address: str = environ.var("127.0.0.1", help="Where metrics and JSON-RPC listen.")
    admin_port: int = environ.var(8089, converter=int, help="The same, the port.")
    outside_address: str = environ.var("127.0.0.1", help="Carriers call here.")
    outside_host: str = environ.var("", help="How carriers know that address, if otherwise.")
    outside_udp_port: int = environ.var(5060, converter=int, help="0 does not listen.")
    outside_tcp_port: int = environ.var(5060, converter=int, help="0 does not listen.")
    outside_tls_port: int = environ.var(0, converter=int, help="0 does not listen.")
    inside_address: str = environ.var("127.0.0.1", help="Runtimes call here, to call out.")
    inside_host: str = environ.var("", help="How runtimes know that address, if otherwise.")
    inside_udp_port: int = environ.var(5070, converter=int, help="0 does not listen.")
    inside_tcp_port: int = environ.var(5070, converter=int, help="0 does not listen.")
    inside_tls_port: int = environ.var(0, converter=int, help="0 does not listen.")
    tls_certificate: str = environ.var("", help="PEM file; needed for TLS ports.")
    tls_private_key: str = environ.var("", help="PEM file; needed for TLS ports.")
    tls_trusted: Path = environ.var(
        "/etc/ssl/certs/ca-certificates.crt", converter=Path, help="Who vouches for peers."
    )
    tls_verify_peers: bool = environ.var(
        True,  # environ-config takes the default first
        converter=_flag,
        help="0 calls peers over TLS whoever they are.",
    )
    stranger_budget: int = environ.var(
        20, converter=int, help="Calls a minute from a source that never reached a number."
    )
    ping_peers: bool = environ.var(
        True,  # environ-config takes the default first
        converter=_flag,
        help="0 leaves the OPTIONS to another edge.",
    )
    kamailio: str = environ.var("kamailio", help="The program.")
    module_path: str = environ.var("", help="Where its modules are; empty is Debian's place.")


def read_edge_variables(environment: Mapping[str, str] = os.environ) -> EdgeVariables:
    """Read what concerns the edge.

    Raises:
        ValueError: a value is not of its type.
    """
    variables: EdgeVariables = environ.to_config(EdgeVariables, environ=dict(environment))
    return variables


@environ.config(prefix="DIALPLANE_DIALER", frozen=True)
class DialerVariables:
    """What `dialplane dialer` reads; it may run on a machine of its own, without a database."""

    control_url: str = environ.var("http://127.0.0.1:8080", help="Who tells it what to place.")
    token: str = environ.var(
        "", converter=Secret, help="DIALPLANE_EDGE_TOKEN of the control plane."
    )
    address: str = environ.var("127.0.0.1", help="Where it is reached over SIP (UDP).")
    port: int = environ.var(5080, converter=int, help="The same, the port.")
    edge_address: str = environ.var("127.0.0.1", help="The edge's listener for runtimes.")
    edge_port: int = environ.var(5070, converter=int, help="The same, the UDP port.")
    calls: int = environ.var(200, converter=int, help="How many calls it has at once.")


def read_dialer_variables(environment: Mapping[str, str] = os.environ) -> DialerVariables:
    """Read what concerns the dialer.

    Raises:
        ValueError: a value is not of its type.
    """
    variables: DialerVariables = environ.to_config(DialerVariables, environ=dict(environment))
    return variables
