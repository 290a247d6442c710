"""What an operator can set about a SIP edge."""

from collections.abc import Mapping
from dataclasses import field
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from dialplane.domain.frozen import dataclass

MODULES = "/usr/lib/x86_64-linux-gnu/kamailio/modules/"

TIMEOUTS: Final[Mapping[str, range]] = {
    "question_timeout_s": range(1, 31),  # Kamailio counts in whole seconds, and 0 would be for ever
    "no_reply_ms": range(500, 32_001),  # from the first repetition to the last, by RFC 3261
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """One side of the edge; a transport without a port is not listened on."""

    address: str
    udp_port: int | None = None
    tcp_port: int | None = None
    tls_port: int | None = None
    advertised_host: str | None = None

    def __post_init__(self) -> None:
        # Kamailio writes it into Via and Route; a name, or 0.0.0.0, would lead nobody back.
        if ip_address(self.address).is_unspecified:
            raise ValueError(f"{self.address} is no address that others could answer to")

    @property
    def sockets(self) -> tuple[tuple[str, int], ...]:
        ports = (("udp", self.udp_port), ("tcp", self.tcp_port), ("tls", self.tls_port))
        return tuple((transport, port) for transport, port in ports if port is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    certificate: str
    private_key: str
    trusted: str = "/etc/ssl/certs/ca-certificates.crt"
    verify_peers: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeSettings:
    """Carriers call `outside`, runtimes call `inside`; that decides the direction of a call."""

    directory: Path
    control_url: str
    token: str = field(repr=False)
    admin_token: str = field(repr=False)
    outside: Listener
    inside: Listener
    edge_id: str = "edge-1"
    tls: TlsFiles | None = None
    admin_address: str = "127.0.0.1"
    admin_port: int = 8089
    question_timeout_s: int = 1
    breaker_failures: int = 3
    breaker_pause_s: int = 5
    no_reply_ms: int = 2000
    keep_alive_s: int = 60
    stranger_budget: int = 20
    stranger_window_s: int = 60
    ping_peers: bool = True
    sip_workers: int = 4
    question_workers: int = 8
    log_level: int = 2
    kamailio: str = "kamailio"
    module_path: str = MODULES

    @property
    def spool(self) -> Path:
        return self.directory / "spool.db"
