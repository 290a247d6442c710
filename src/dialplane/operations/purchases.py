"""Buying lines of suppliers: written down, asked for, written down.

The intent first, in a transaction of its own; then the supplier is asked, outside of any; then what
became of it, with number, ledger, journal and answer, in a second transaction. An order is sent
once. Whoever is not sure what became of it looks it up; see `reconciling`.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from dialplane.domain.callers import Caller
from dialplane.domain.errors import (
    DomainError,
    IdempotencyKeyReused,
    NumberAlreadyHeld,
    NumberUnavailable,
)
from dialplane.domain.frozen import dataclass
from dialplane.domain.lines import Line, PurchaseOrder
from dialplane.domain.numbers import HeldNumber
from dialplane.domain.purchases import (
    LEASE_MS,
    SEND_WITHIN_MS,
    Problem,
    Purchase,
    PurchaseId,
    PurchaseInDoubt,
    PurchaseState,
    SupplierUnavailable,
)
from dialplane.domain.suppliers import SupplierId
from dialplane.domain.values import Millis
from dialplane.operations import lines as selling
from dialplane.operations.ids import new_id
from dialplane.operations.transactions import in_transaction
from dialplane.store import claims, lines, organizations, purchases
from dialplane.store import numbers as held_numbers
from dialplane.store.database import Database, Writer
from dialplane.suppliers.supplier import (
    InDoubt,
    LineGone,
    NotReached,
    Order,
    OrderState,
    Refused,
    Supplier,
    SupplierFailure,
)

Connect = Callable[[SupplierId], Supplier]

UNSEEN: Final = "none yet"
"""The handle of a line in a rehearsal, in which no supplier is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestKey:
    """The Idempotency-Key of a request, and what is the same for the same request."""

    key: str
    fingerprint: str


class TakenOver(Exception):
    """Somebody else has this purchase by now; nothing may be written about it here."""


def begin(
    db: Writer, caller: Caller, order: PurchaseOrder, key: RequestKey | None
) -> HeldNumber | Purchase:
    """Hold a line of our own at once; of one that has to be bought, write down the intent.

    Raises:
        NumberUnavailable: there is no such line for sale.
        PurchaseInDoubt: this very request was made before, and its outcome is not known yet.
        Invalid: `start_at` is past or too far ahead.
    """
    line = selling.line_of(db, caller, order)
    if line.supplier_id is None:
        return selling.take(db, caller, line, order)
    earlier = None if key is None else _made_before(db, caller, key)
    if earlier is not None:
        return earlier
    if not lines.take(db, caller.realm, line.id, now=caller.now):
        raise NumberUnavailable
    holder = held_numbers.find_holder(db, caller.realm, line.number)
    if holder is not None and holder.at(caller.now).status != "expired":
        raise NumberUnavailable
    purchase = _intent(caller, line, order, supplier_id=line.supplier_id, key=key)
    purchases.add(db, purchase)
    return purchase


def _intent(
    caller: Caller,
    line: Line,
    order: PurchaseOrder,
    *,
    supplier_id: SupplierId,
    key: RequestKey | None,
) -> Purchase:
    now = caller.real_now
    return Purchase(
        id=PurchaseId(new_id(now)),
        organization_id=caller.organization_id,
        realm=caller.realm,
        supplier_id=supplier_id,
        line_id=line.id,
        number=line.number,
        monthly_fee=line.monthly_fee,
        memo=order.memo,
        start_at=order.start_at,
        key_id=caller.key_id,
        request_id=caller.request_id,
        idempotency_key=None if key is None else key.key,
        fingerprint=None if key is None else key.fingerprint,
        next_look_at=now + LEASE_MS,
        created_at=now,
        updated_at=now,
    )


def _made_before(db: Writer, caller: Caller, key: RequestKey) -> HeldNumber | None:
    """What the same request has come to; None when it has to be done, or done again."""
    since = caller.real_now - claims.REMEMBERED_MS
    purchase = purchases.find_by_key(db, caller.organization_id, key.key, since=since)
    if purchase is None:
        return None
    if purchase.fingerprint != key.fingerprint:
        raise IdempotencyKeyReused
    if purchase.number_id is not None:
        held = held_numbers.get(db, caller.organization_id, purchase.number_id)
        return held.at(caller.now)
    if purchase.state is PurchaseState.BUYING:
        raise PurchaseInDoubt(purchase.id)
    if purchase.problem is not None and purchase.problem.trying_again_helps:
        return None
    raise NumberUnavailable


class Buyer:
    """Asks suppliers for what was begun."""

    def __init__(self, database: Database, connect: Connect, clock: Callable[[], Millis]) -> None:
        self._database = database
        self._connect = connect
        self._clock = clock

    def ask(self, purchase: Purchase) -> Order | Problem:
        """Order what was begun: the line is ours, or it is certain that it never will be.

        Raises:
            PurchaseInDoubt: nobody knows yet; whoever looks after it will find out.
            SupplierUnavailable: nothing was bought, and trying again may help.
        """
        outcome = self._outcome(purchase)
        if outcome is Problem.IN_DOUBT:
            again = purchase.later(outcome, now=self._clock())
            in_transaction(self._database.writing, lambda db: purchases.save(db, again))
            raise PurchaseInDoubt(purchase.id)
        if isinstance(outcome, Problem) and outcome is not Problem.GONE:
            in_transaction(self._database.writing, lambda db: self.conclude(db, purchase, outcome))
            raise SupplierUnavailable
        return outcome

    def conclude(
        self, db: Writer, purchase: Purchase, outcome: Order | Problem
    ) -> HeldNumber | DomainError:
        """Write down what became of it, and tell it."""
        try:
            return conclude(db, purchase, outcome, now=self._clock())
        except TakenOver:
            return PurchaseInDoubt(purchase.id)

    def suppose(self, db: Writer, purchase: Purchase) -> HeldNumber:
        """What it would come to if the supplier agreed, for a rehearsal."""
        return _hold(db, purchase, now=self._clock())

    def _outcome(self, purchase: Purchase) -> Order | Problem:
        if self._clock() > purchase.created_at + SEND_WITHIN_MS:
            # This process was held up. Whoever looks it up must be able to trust that no order is
            # sent any more.
            return Problem.NOT_REACHED
        supplier = self._connect(purchase.supplier_id)
        try:
            return _meaning([supplier.buy(purchase.number, purchase.id)])
        except LineGone:
            return Problem.GONE
        except Refused:
            return Problem.REFUSED
        except NotReached:
            return Problem.NOT_REACHED
        except InDoubt:
            return _looked_up(supplier, purchase)


def _looked_up(supplier: Supplier, purchase: Purchase) -> Order | Problem:
    try:
        return _meaning(supplier.find(purchase.id))
    except SupplierFailure:
        return Problem.IN_DOUBT


def _meaning(orders: list[Order]) -> Order | Problem:
    """What orders under one reference say about it right after one was sent."""
    for order in orders:
        if order.state is OrderState.COMPLETE:
            return order
    if orders and all(order.state is OrderState.FAILED for order in orders):
        return Problem.GONE
    return Problem.IN_DOUBT


def conclude(
    db: Writer, purchase: Purchase, outcome: Order | Problem, *, now: Millis
) -> HeldNumber | DomainError:
    """Write down what became of a purchase: the number with everything it entails, or nothing.

    Raises:
        TakenOver.
    """
    if not purchases.is_ours(db, purchase):
        raise TakenOver
    if isinstance(outcome, Problem):
        return _came_to_nothing(db, purchase, outcome, now=now)
    try:
        held = _hold(db, purchase, now=now)
    except NumberAlreadyHeld:
        # Bought and not to be used: somebody brought the number along meanwhile.
        purchases.save(db, purchase.returning(Problem.HELD_BY_ANOTHER, now=now))
        lines.withdraw(db, purchase.realm, purchase.line_id, now=now)
        return NumberUnavailable()
    purchases.save(db, purchase.became(held.id, outcome.handle, now=now))
    return held


def _came_to_nothing(
    db: Writer, purchase: Purchase, problem: Problem, *, now: Millis
) -> DomainError:
    purchases.save(db, purchase.refused(problem, now=now))
    if problem is Problem.GONE:
        lines.withdraw(db, purchase.realm, purchase.line_id, now=now)
        return NumberUnavailable()
    lines.put_back(db, purchase.realm, purchase.line_id)
    return SupplierUnavailable()


def _hold(db: Writer, purchase: Purchase, *, now: Millis) -> HeldNumber:
    """Hold what was bought, as the key that asked for it and by its organization's clock."""
    organization = organizations.get(db, purchase.organization_id)
    buyer = Caller(
        key_id=purchase.key_id,
        organization_id=purchase.organization_id,
        realm=purchase.realm,
        mode=organization.mode,
        scopes=frozenset(),
        now=now + organization.clock_offset_ms,
        clock_offset_ms=organization.clock_offset_ms,
        request_id=purchase.request_id,
    )
    line = lines.get(db, purchase.realm, purchase.line_id)
    # Nobody pays for time in which there was no number yet, nor another fee than was offered.
    begins = purchase.start_at is not None and purchase.start_at > buyer.now
    order = PurchaseOrder(
        line_id=line.id, memo=purchase.memo, start_at=purchase.start_at if begins else None
    )
    offered = replace(line, monthly_fee=purchase.monthly_fee)
    return selling.hold_line(db, buyer, offered, order)
