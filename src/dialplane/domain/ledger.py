"""What numbers cost: entries in whole KRW, made once, never edited.

A bought number is paid for period by period, ahead: the first with the purchase, each further one
as it begins. There is no refund for a running period, since the number works to its end; a number
that is given up before its service began costs nothing.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import NewType

from dialplane.domain.frozen import dataclass
from dialplane.domain.numbers import HeldNumber, Status
from dialplane.domain.periods import period_end_after
from dialplane.domain.values import Millis, NumberId, OrganizationId, Won

LedgerEntryId = NewType("LedgerEntryId", str)


class Cause(StrEnum):
    PURCHASE = "purchase"
    MONTHLY_FEE = "monthly_fee"
    CANCELLATION = "cancellation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What is owed for a number from `period_start` up to `period_end`; negative gives back."""

    organization_id: OrganizationId
    number_id: NumberId
    number: str
    cause: Cause
    amount: Won
    period_start: Millis
    period_end: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """A charge as it was entered; `balance` is the sum of all entries up to this one."""

    id: LedgerEntryId
    position: int
    charge: Charge
    balance: Won
    entered_at: Millis


def first_charge(number: HeldNumber) -> Charge:
    return _charge(number, Cause.PURCHASE, number.start_at)


def due_charges(number: HeldNumber, paid_until: Millis, now: Millis) -> Iterator[Charge]:
    """The periods that have begun by `now` and are not paid for; the end begins none."""
    while paid_until <= now and (number.end_at is None or paid_until < number.end_at):
        charge = _charge(number, Cause.MONTHLY_FEE, paid_until)
        yield charge
        paid_until = charge.period_end


def next_charge(number: HeldNumber, now: Millis) -> Charge | None:
    """What will be owed next unless the number is given up; None when no month follows."""
    if number.monthly_fee is None or number.status is Status.EXPIRED:
        return None
    period_start = period_end_after(number.start_at, max(now, number.start_at))
    if number.end_at is not None and number.end_at <= period_start:
        return None
    return _charge(number, Cause.MONTHLY_FEE, period_start)


def closing_charge(number: HeldNumber, paid_until: Millis, now: Millis) -> Charge:
    """What giving a number up changes: nothing, or all of it where service never began."""
    unused = now < number.start_at
    return Charge(
        organization_id=number.organization_id,
        number_id=number.id,
        number=number.number,
        cause=Cause.CANCELLATION,
        amount=-(number.monthly_fee or 0) if unused else 0,
        period_start=now,
        period_end=paid_until,
    )


def _charge(number: HeldNumber, cause: Cause, period_start: Millis) -> Charge:
    return Charge(
        organization_id=number.organization_id,
        number_id=number.id,
        number=number.number,
        cause=cause,
        amount=number.monthly_fee or 0,
        period_start=period_start,
        period_end=period_end_after(number.start_at, period_start),
    )
