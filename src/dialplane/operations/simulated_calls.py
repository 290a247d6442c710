"""Calls placed in sandboxes: nobody is dialled, time alone makes them happen."""

from typing import Final

from dialplane.domain.calls import CallId
from dialplane.domain.simulated_carrier import simulated
from dialplane.domain.values import Millis
from dialplane.operations import call_messages
from dialplane.operations.transactions import in_transaction
from dialplane.store import calls, organizations, placed_calls
from dialplane.store.database import Database, Writer

BATCH: Final = 200


def play(database: Database, *, now: Millis) -> int:
    """Write down what has happened by the clocks of their sandboxes; answers how many changed."""
    with database.reading() as db:
        waiting = placed_calls.in_sandboxes(db, limit=BATCH)
    if not waiting:
        return 0
    return in_transaction(
        database.writing, lambda db: sum(_play(db, each, now=now) for each in waiting)
    )


def _play(db: Writer, call_id: CallId, *, now: Millis) -> bool:
    call = calls.find_locked(db, call_id)
    if call is None:
        return False
    offset_ms = organizations.get(db, call.organization_id).clock_offset_ms
    played = simulated(call, now=now + offset_ms)
    if played.ending is not None:
        placed_calls.remove(db, played)
    if played == call:
        return False
    # By the real clock: it says when the webhook is due.
    call_messages.save(db, call, played, at=now)
    return True
