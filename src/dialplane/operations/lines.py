"""What can be done with a line for sale: take it out of the stock and hold it."""

from dataclasses import replace

from dialplane.domain.callers import Caller
from dialplane.domain.digits import read_digits
from dialplane.domain.errors import NumberAlreadyHeld, NumberUnavailable
from dialplane.domain.lines import Line, PurchaseOrder
from dialplane.domain.numbers import HeldNumber, Provider, Status
from dialplane.domain.values import Millis
from dialplane.operations import ledger, numbers
from dialplane.store import lines
from dialplane.store.database import Writer


def purchase(db: Writer, caller: Caller, order: PurchaseOrder) -> HeldNumber:
    """Buy a line that is the operator's own; of any number of buyers exactly one gets it.

    Raises:
        NumberUnavailable: there is no such line for sale.
        Invalid: `start_at` is past or too far ahead.
    """
    line = line_of(db, caller, order)
    if line.supplier_id is not None:
        raise NumberUnavailable  # it has to be bought first; see `purchases`
    return take(db, caller, line, order)


def line_of(db: Writer, caller: Caller, order: PurchaseOrder) -> Line:
    """The line an order is about, for sale or not.

    Raises:
        NumberUnavailable: there is none.
        Invalid: `start_at` is past or too far ahead.
    """
    order.starts_at(caller.now)
    wanted = None if order.number is None else read_digits(order.number).canonical
    line = lines.find(db, caller.realm, line_id=order.line_id, number=wanted)
    if line is None:
        raise NumberUnavailable
    return line


def take(db: Writer, caller: Caller, line: Line, order: PurchaseOrder) -> HeldNumber:
    """Take a line out of the stock and hold it.

    Raises:
        NumberUnavailable: somebody else was faster, or brought the number along.
    """
    if not lines.take(db, caller.realm, line.id, now=caller.now):
        raise NumberUnavailable
    try:
        return hold_line(db, caller, line, order)
    except NumberAlreadyHeld as taken:
        raise NumberUnavailable from taken


def hold_line(db: Writer, caller: Caller, line: Line, order: PurchaseOrder) -> HeldNumber:
    """Hold a line that was taken, and owe its first fee.

    Raises:
        NumberAlreadyHeld: somebody brought the number along.
    """
    held = numbers.hold(db, caller, _bought(caller, line, order, order.starts_at(caller.now)))
    ledger.charge_purchase(db, held, now=caller.now)
    return held


def _bought(caller: Caller, line: Line, order: PurchaseOrder, start_at: Millis) -> HeldNumber:
    return replace(
        numbers.new(caller, line.number, Provider.VOX),
        status=Status.ACTIVE if start_at <= caller.now else Status.SCHEDULED,
        line_id=line.id,
        monthly_fee=line.monthly_fee,
        memo=order.memo,
        start_at=start_at,
    )
