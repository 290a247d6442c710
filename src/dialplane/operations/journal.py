"""Entering what happens in the transaction in which it happens, and chaining it afterwards.

Chaining is a step of its own: entries of transactions that overlap get their place once both are
there, so that whoever reads the feed by position never misses one that was late to commit.
"""

from typing import Final

from dialplane.domain.callers import Caller
from dialplane.domain.journal import Actor, ActorKind, Author, Change, Entry, EntryId
from dialplane.domain.values import Millis, OrganizationId
from dialplane.operations.ids import new_id
from dialplane.store import journal
from dialplane.store.database import Database, Writer
from dialplane.store.journal import Head

BATCH: Final = 500


def enter(db: Writer, caller: Caller, change: Change) -> None:
    """Enter what the holder of a key did."""
    actor = Actor(kind=ActorKind.KEY, key_id=caller.key_id)
    author = Author(actor=actor, at=caller.now, request_id=caller.request_id)
    enter_by(db, caller.organization_id, author, change)


def enter_time(db: Writer, organization_id: OrganizationId, at: Millis, change: Change) -> None:
    """Enter what happened by itself at `at`."""
    author = Author(actor=Actor(kind=ActorKind.TIME), at=at)
    enter_by(db, organization_id, author, change)


def enter_by(db: Writer, organization_id: OrganizationId, author: Author, change: Change) -> None:
    journal.add(
        db,
        Entry(
            id=EntryId(new_id(author.at)),
            organization_id=organization_id,
            happening=change.happening,
            occurred_at=author.at,
            actor=author.actor,
            resource_id=change.resource_id,
            request_id=author.request_id,
            before=change.before,
            after=change.after,
        ),
    )


def chain_all(database: Database) -> int:
    """Give every entry without one its place; answers how many. Any number of workers may."""
    chained = 0
    while done := _chain_batch(database):
        chained += done
    return chained


def _chain_batch(database: Database) -> int:
    with database.reading() as db:
        if not journal.unchained(db, limit=1):
            return 0
    with database.writing() as db:
        db.serialize("dialplane.journal")
        waiting = journal.unchained(db, limit=BATCH)
        heads: dict[OrganizationId, Head] = {}
        for entry in waiting:
            head = heads.get(entry.organization_id) or journal.head(db, entry.organization_id)
            placed = entry.chained(head.position + 1, head.hash)
            journal.chain(db, placed)
            heads[entry.organization_id] = Head(
                position=head.position + 1, hash=placed.hash or head.hash
            )
        return len(waiting)
