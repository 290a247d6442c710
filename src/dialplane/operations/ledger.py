"""Entering what numbers cost, in the transactions in which it comes to be owed."""

from typing import Final

from dialplane.domain.ledger import (
    Charge,
    LedgerEntry,
    LedgerEntryId,
    closing_charge,
    due_charges,
    first_charge,
)
from dialplane.domain.numbers import HeldNumber, Provider, Status
from dialplane.domain.values import Millis, NumberId, OrganizationId
from dialplane.operations.ids import new_id
from dialplane.operations.transactions import in_transaction
from dialplane.store import ledger, numbers, organizations
from dialplane.store.database import Database, Writer

BATCH: Final = 100


def charge_purchase(db: Writer, number: HeldNumber, *, now: Millis) -> None:
    _enter(db, first_charge(number), now=now)


def charge_cancellation(db: Writer, before: HeldNumber, after: HeldNumber, *, now: Millis) -> None:
    """Enter what giving a bought number up changes; a brought one costs nothing anyway."""
    if before.provider is not Provider.VOX:
        return
    paid_until = _catch_up(db, before, now=now)
    if paid_until is None:
        return
    _enter(db, closing_charge(before, paid_until, now), now=now)
    if after.status is Status.EXPIRED:
        ledger.close(db, after.organization_id, after.id)


def charge_all(database: Database, *, now: Millis) -> int:
    """Enter every period that has begun; answers how many numbers were looked at."""
    looked_at = 0
    while done := _charge_batch(database, now=now):
        looked_at += done
    return looked_at


def _charge_batch(database: Database, *, now: Millis) -> int:
    with database.reading() as db:
        waiting = ledger.running_out(db, now=now, limit=BATCH)
    if not waiting:
        return 0
    in_transaction(database.writing, lambda db: _charge(db, waiting, now=now))
    return len(waiting)


def _charge(db: Writer, waiting: list[tuple[OrganizationId, NumberId]], *, now: Millis) -> None:
    # All before the first entry: whoever holds one may want the head of its ledger.
    for number in [numbers.get_locked(db, *each) for each in waiting]:
        then = now + organizations.get(db, number.organization_id).clock_offset_ms
        paid_until = _catch_up(db, number, now=then)
        if paid_until is not None and paid_until <= then:
            ledger.close(db, number.organization_id, number.id)


def _catch_up(db: Writer, number: HeldNumber, *, now: Millis) -> Millis | None:
    """Enter the periods that have begun by `now`; answers until when the number is paid then."""
    paid_until = ledger.paid_until_locked(db, number.organization_id, number.id)
    if paid_until is None:
        return None
    for charge in due_charges(number, paid_until, now):
        _enter(db, charge, now=now)
        paid_until = charge.period_end
    return paid_until


def _enter(db: Writer, charge: Charge, *, now: Millis) -> None:
    head = ledger.head_locked(db, charge.organization_id)
    ledger.add(
        db,
        LedgerEntry(
            id=LedgerEntryId(new_id(now)),
            position=head.position + 1,
            charge=charge,
            balance=head.balance + charge.amount,
            entered_at=now,
        ),
    )
    if charge.period_end > charge.period_start:
        ledger.pay_until(db, charge)
