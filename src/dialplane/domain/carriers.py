"""The operator's carriers: they bring the calls of bought numbers and carry those that go out."""

from dataclasses import field
from ipaddress import IPv4Network, IPv6Network
from typing import NewType

from dialplane.domain.frozen import dataclass
from dialplane.domain.values import Millis

CarrierId = NewType("CarrierId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """Calls come from its networks and from whatever its address resolves to."""

    id: CarrierId
    name: str
    address: str
    uri: str
    created_at: Millis
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    priority: int = 0
    weight: int = 100
    auth_username: str | None = None
    sealed_password: str | None = field(default=None, repr=False)
