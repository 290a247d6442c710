"""What is asked before a call: who calls whom, and from where."""

from enum import StrEnum
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from dialplane.domain.digits import Digits
from dialplane.domain.frozen import dataclass
from dialplane.domain.numbers import AgentMapping
from dialplane.domain.values import Millis

IpAddress = IPv4Address | IPv6Address


class DigestCheck(StrEnum):
    """How far the edge got with the caller's credentials, for numbers that ask for them."""

    NOT_YET = "not_yet"
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundQuestion:
    """Somebody calls a number. Without a source the question is who would answer a trusted one."""

    call_id: str
    called: Digits
    caller: Digits
    source: IpAddress | None
    at: Millis
    digest: DigestCheck = DigestCheck.NOT_YET


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundQuestion:
    """A call that is to present a held number.

    `agent` is named by whoever places the call; `needs_agent` when a runtime is still to be
    invited, unlike for a call that a runtime places itself.
    """

    call_id: str
    caller: Digits
    callee: Digits
    source: IpAddress | None
    at: Millis
    presentation: Digits | None = None
    agent: AgentMapping | None = None
    needs_agent: bool = False


@lru_cache(maxsize=4096)
def text_of(address: IpAddress | IPv4Network | IPv6Network) -> str:
    """The same as `str`, which writes out every octet anew: the same peers call again and again."""
    return str(address)


@lru_cache(maxsize=4096)
def source_address(text: str) -> IpAddress | None:
    """An address as the edge tells it; IPv4 that arrived through an IPv6 socket is IPv4."""
    try:
        ip = ip_address(text)
    except ValueError:
        return None
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    return ip
