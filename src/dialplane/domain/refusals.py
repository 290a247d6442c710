"""Calls that were turned away, kept for those whose number was meant."""

from typing import Final, NewType

from dialplane.domain.calls import Asked, Direction
from dialplane.domain.digits import NearMiss
from dialplane.domain.frozen import dataclass
from dialplane.domain.routing import Refusal, Step
from dialplane.domain.values import SECOND_MS, Millis, NumberId, OrganizationId

RefusalId = NewType("RefusalId", str)

# Scanners must not be able to fill the database: few rows for each number, few writes for each row.
KEPT_OF_EACH_NUMBER: Final = 20
WRITTEN_EVERY_MS: Final = SECOND_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedAttempt:
    """Attempts from one source for one reason; the question and the trace are the last one's."""

    id: RefusalId
    organization_id: OrganizationId
    number_id: NumberId | None
    direction: Direction
    reason: Refusal
    source: str
    call_id: str
    asked: Asked
    revision: str
    first_at: Millis
    last_at: Millis
    times: int = 1
    trace: tuple[Step, ...] = ()
    near_misses: tuple[NearMiss, ...] = ()
