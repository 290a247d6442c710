"""What an organization sets about the calls of one number, beyond who answers them."""

from collections.abc import Iterable
from dataclasses import asdict
from enum import StrEnum
from typing import Final

from dialplane.domain.frozen import dataclass
from dialplane.domain.routing.facts import Arm, IpNetwork
from dialplane.domain.routing.fallbacks import (
    AnotherAgent,
    AnotherRuntime,
    Fallback,
    SipTransfer,
    TelephoneTransfer,
)
from dialplane.domain.values import Millis, NumberId, OrganizationId

MOST_NETWORKS: Final = 32
MOST_ARMS: Final = 10
MOST_FALLBACKS: Final = 8
HIGHEST_ARM_WEIGHT: Final = 10_000
HIGHEST_LIMIT: Final = 100_000


class InboundAuth(StrEnum):
    """What a caller has to show; the source counts in any case."""

    SOURCE = "source"
    SOURCE_AND_DIGEST = "source_and_digest"


def in_order(networks: Iterable[IpNetwork]) -> tuple[IpNetwork, ...]:
    """Each network once, IPv4 first, whatever order they were sent in or are kept in."""
    once = {(each.version, int(each.network_address), each.prefixlen): each for each in networks}
    return tuple(once[key] for key in sorted(once))


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRouting:
    """Networks are allowed besides the trunk's own addresses; a missing limit is none."""

    number_id: NumberId
    organization_id: OrganizationId
    allowed: tuple[IpNetwork, ...] = ()
    inbound_auth: InboundAuth = InboundAuth.SOURCE
    inbound_split: tuple[Arm, ...] = ()
    outbound_split: tuple[Arm, ...] = ()
    fallbacks: tuple[Fallback, ...] = ()
    concurrent_calls: int | None = None
    calls_per_second: int | None = None
    updated_at: Millis = 0
    revision: int = 0

    @property
    def tag(self) -> str:
        return f"{self.revision}"

    def told(self) -> dict[str, object]:
        """What is set, as the owner of the number may be told."""
        return {
            "allowed_sources": [str(network) for network in self.allowed],
            "inbound_auth": self.inbound_auth,
            "inbound_split": [_told_arm(arm) for arm in self.inbound_split],
            "outbound_split": [_told_arm(arm) for arm in self.outbound_split],
            "fallbacks": [_told_fallback(fallback) for fallback in self.fallbacks],
            "limits": {
                "concurrent_calls": self.concurrent_calls,
                "calls_per_second": self.calls_per_second,
            },
        }


def _told_arm(arm: Arm) -> dict[str, object]:
    return {"label": arm.label, "weight": arm.weight, "agent": asdict(arm.mapping)}


def _told_fallback(fallback: Fallback) -> dict[str, object]:
    match fallback:
        case AnotherAgent(mapping=mapping):
            return {"type": "agent", "agent": asdict(mapping)}
        case AnotherRuntime(runtime_id=runtime_id):
            return {"type": "runtime", "runtime_id": runtime_id}
        case SipTransfer(uri=uri):
            return {"type": "sip", "uri": uri}
        case TelephoneTransfer(digits=digits):
            return {"type": "telephone", "number": digits}
