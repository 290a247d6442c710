"""What an organization sets about the calls of one number, beyond who answers them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dialplane.domain.routing.facts import Arm, IpNetwork
from dialplane.domain.routing.fallbacks import Fallback
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
