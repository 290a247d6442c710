"""Buying a line from a supplier: written down before it is tried, followed until it is certain.

A purchase is told to the supplier under its own id, at most once. Whoever comes back to it asks
what became of that, and never orders again.
"""

from dataclasses import replace
from enum import StrEnum
from typing import Final, NewType

from dialplane.domain.errors import Unavailable
from dialplane.domain.frozen import dataclass
from dialplane.domain.suppliers import SupplierId
from dialplane.domain.values import (
    DAY_MS,
    SECOND_MS,
    KeyId,
    LineId,
    Millis,
    NumberId,
    OrganizationId,
    Won,
)

PurchaseId = NewType("PurchaseId", str)

LEASE_MS: Final = 60 * SECOND_MS
"""For how long whoever works on a purchase has it to themselves."""

SEND_WITHIN_MS: Final = 5 * SECOND_MS
"""An order that has not been sent this long after it was written down is not sent any more."""

CERTAIN_AFTER_MS: Final = 2 * LEASE_MS
"""From then on, an order the supplier knows nothing of is taken for one that never arrived."""

_LATE_LOOKS_MS: Final = (10 * 60 * SECOND_MS, 60 * 60 * SECOND_MS, DAY_MS)
"""When to look for an order that arrived after all."""

_PAUSES_MS: Final = tuple(pause * SECOND_MS for pause in (2, 5, 15, 60, 300, 900))


class PurchaseState(StrEnum):
    """`buying` may or may not have been bought; `refused` has nothing behind it as far as known.

    `returning` has to be given back: its service has ended, or nobody could have it.
    """

    BUYING = "buying"
    HELD = "held"
    REFUSED = "refused"
    RETURNING = "returning"
    RETURNED = "returned"


class PurchaseStatus(StrEnum):
    """A purchase as its buyer sees it."""

    PENDING = "pending"
    COMPLETED = "completed"
    FAILED = "failed"


class Problem(StrEnum):
    """Why a purchase came to nothing, or is not settled yet."""

    GONE = "line_gone"
    REFUSED = "refused_by_supplier"
    NOT_REACHED = "supplier_not_reached"
    IN_DOUBT = "not_confirmed_yet"
    NEVER_ARRIVED = "order_never_arrived"
    HELD_BY_ANOTHER = "digits_held_meanwhile"

    @property
    def trying_again_helps(self) -> bool:
        return self in (Problem.NOT_REACHED, Problem.NEVER_ARRIVED)


@dataclass(eq=False)
class PurchaseInDoubt(Unavailable):
    """The supplier has not confirmed this purchase yet; repeat it with its Idempotency-Key."""

    purchase_id: str


@dataclass(eq=False)
class SupplierUnavailable(Unavailable):
    """The supplier cannot be reached right now; nothing was bought. Try again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """`fence` counts who had it: only the last one may settle it.

    `handle` is what the supplier calls the line it sold, `looks` how often nothing was certain.
    Instants are those of the real clock, but for `start_at`, which is the buyer's.
    """

    id: PurchaseId
    organization_id: OrganizationId
    realm: str
    supplier_id: SupplierId
    line_id: LineId
    number: str
    monthly_fee: Won
    key_id: KeyId
    created_at: Millis
    updated_at: Millis
    state: PurchaseState = PurchaseState.BUYING
    memo: str | None = None
    start_at: Millis | None = None
    request_id: str | None = None
    idempotency_key: str | None = None
    fingerprint: str | None = None
    number_id: NumberId | None = None
    handle: str | None = None
    problem: Problem | None = None
    fence: int = 1
    looks: int = 0
    next_look_at: Millis | None = None

    @property
    def status(self) -> PurchaseStatus:
        if self.number_id is not None:
            return PurchaseStatus.COMPLETED
        buying = self.state is PurchaseState.BUYING
        return PurchaseStatus.PENDING if buying else PurchaseStatus.FAILED

    def certain(self, now: Millis) -> bool:
        return now >= self.created_at + CERTAIN_AFTER_MS

    def became(self, number_id: NumberId, handle: str, *, now: Millis) -> "Purchase":
        return replace(
            self._moved(PurchaseState.HELD, now, None),
            number_id=number_id,
            handle=handle,
            problem=None,
        )

    def refused(self, problem: Problem, *, now: Millis) -> "Purchase":
        """Nothing was bought; where that is a guess, it is looked at again later."""
        guessed = problem is Problem.NEVER_ARRIVED
        again_at = self._late_look_after(now) if guessed else None
        return replace(self._moved(PurchaseState.REFUSED, now, again_at), problem=problem)

    def returning(self, problem: Problem | None, *, now: Millis) -> "Purchase":
        return replace(self._moved(PurchaseState.RETURNING, now, now), problem=problem, looks=0)

    def returned(self, *, now: Millis) -> "Purchase":
        return self._moved(PurchaseState.RETURNED, now, None)

    def later(self, problem: Problem, *, now: Millis) -> "Purchase":
        """Nothing is certain; look again, less and less often."""
        pause = _PAUSES_MS[min(self.looks, len(_PAUSES_MS) - 1)]
        return replace(
            self._moved(self.state, now, now + pause), problem=problem, looks=self.looks + 1
        )

    def still_nothing(self, *, now: Millis) -> "Purchase":
        """A late look found nothing."""
        return self._moved(PurchaseState.REFUSED, now, self._late_look_after(now))

    def _late_look_after(self, now: Millis) -> Millis | None:
        looks = (self.created_at + CERTAIN_AFTER_MS + each for each in _LATE_LOOKS_MS)
        return next((at for at in looks if at > now), None)

    def _moved(self, state: PurchaseState, now: Millis, look_at: Millis | None) -> "Purchase":
        return replace(self, state=state, updated_at=now, next_look_at=look_at)
