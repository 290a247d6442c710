"""What time does: starts begin, booked ends come, quarantines pass.

Answers are exact without this (`HeldNumber.at`, `Line.available_from`); here it is written down.
"""

from dialplane.domain.journal import Change, Happening
from dialplane.domain.numbers import HeldNumber, Status
from dialplane.domain.values import LineId, Millis
from dialplane.operations import journal
from dialplane.operations.transactions import in_transaction
from dialplane.store import claims, lines, numbers, organizations, purchases
from dialplane.store.database import Database, Writer

BATCH = 200


def pass_time(database: Database, *, now: Millis) -> int:
    """Write down everything that is due, in small transactions; answers how many rows changed.

    Any number of workers may do this at once and die at any line: each row is locked and settled
    again from what it says by then.
    """
    changed = 0
    while done := _pass_batch(database, now=now):
        changed += done
    with database.writing() as db:
        return changed + lines.restock(db, now=now) + claims.forget(db, now=now)


def _pass_batch(database: Database, *, now: Millis) -> int:
    with database.reading() as db:
        waiting = numbers.due(db, now=now, limit=BATCH)
    if not waiting:
        return 0
    return in_transaction(database.writing, lambda db: _settle(db, waiting, now=now))


def _settle(db: Writer, waiting: list[HeldNumber], *, now: Millis) -> int:
    clocks = {
        id_: now + organizations.get(db, id_).clock_offset_ms
        for id_ in sorted({number.organization_id for number in waiting})
    }
    # All before the first is written: whoever holds one may want what is counted with another.
    locked = [numbers.get_locked(db, seen.organization_id, seen.id) for seen in waiting]
    return sum(write_down(db, number, now=clocks[number.organization_id]) for number in locked)


def write_down(db: Writer, number: HeldNumber, *, now: Millis) -> bool:
    """Write down what time has done to one number by `now`; False when there was nothing."""
    settled = number.at(now)
    if settled is number:
        return False
    numbers.write_down(db, settled)
    ended = settled.status is Status.EXPIRED
    journal.enter_time(
        db,
        settled.organization_id,
        settled.updated_at,
        Change(
            happening=Happening.NUMBER_EXPIRED if ended else Happening.NUMBER_ACTIVATED,
            resource_id=settled.id,
            before=number.told(),
            after=settled.told(),
        ),
    )
    if ended and settled.line_id is not None:
        let_go_of_line(db, settled, settled.line_id)
    return True


def let_go_of_line(db: Writer, ended: HeldNumber, line_id: LineId) -> None:
    """Give the line of a number back to its supplier, or let one of our own rest."""
    if purchases.begin_return(db, ended.organization_id, ended.id, now=ended.updated_at):
        lines.withdraw(db, ended.realm, line_id, now=ended.updated_at)
    else:
        lines.quarantine(db, ended.realm, line_id)


def free_if_lapsed(db: Writer, realm: str, canonical: str, *, now: Millis) -> None:
    """Let go of digits whose holder's service has ended but was not written down yet."""
    holder = numbers.find_holder(db, realm, canonical)
    if holder is not None:
        write_down(db, numbers.get_locked(db, holder.organization_id, holder.id), now=now)
