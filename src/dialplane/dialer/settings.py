"""What an operator can set about a dialer."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class DialerSettings:
    """`edge_host` and `edge_port` are the edge's listener for runtimes, over UDP."""

    control_url: str
    token: str = field(repr=False)
    address: str
    port: int
    edge_host: str
    edge_port: int
    room: int
