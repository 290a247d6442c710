"""Entering what happens, in the transaction in which it happens."""

from collections.abc import Iterator
from typing import Final

from dialplane.domain.callers import Caller
from dialplane.domain.journal import (
    OPERATOR,
    TIME,
    Actor,
    ActorKind,
    Author,
    Change,
    Entry,
    EntryId,
    chained,
)
from dialplane.domain.rehearsals import Difference
from dialplane.domain.values import Millis, OrganizationId
from dialplane.operations.ids import new_id
from dialplane.store import journal, organizations
from dialplane.store.database import Database, Rehearsal, Writer
from dialplane.store.journal import Head

BATCH: Final = 500


def enter(db: Writer, caller: Caller, change: Change) -> None:
    """Enter what the holder of a key did."""
    _enter(db, entry_of(caller, change), change)


def entry_of(caller: Caller, change: Change) -> Entry:
    """What tells of a change that the holder of a key made."""
    actor = Actor(kind=ActorKind.KEY, key_id=caller.key_id)
    author = Author(actor=actor, at=caller.now, request_id=caller.request_id)
    return _entry(caller.organization_id, author, change)


def enter_time(db: Writer, organization_id: OrganizationId, at: Millis, change: Change) -> None:
    """Enter what happened by itself at `at`."""
    enter_by(db, organization_id, Author(actor=TIME, at=at), change)


def enter_operator(db: Writer, at: Millis, change: Change) -> None:
    """Enter what the operator did to something that belongs to no organization."""
    operator = organizations.get_or_add_operator(db, now=at)
    enter_by(db, operator.id, Author(actor=OPERATOR, at=at), change)


def enter_by(db: Writer, organization_id: OrganizationId, author: Author, change: Change) -> None:
    """Enter a change, wherever in its transaction this is called as the last thing of it.

    While it is written, other transactions of the organization wait: the order of the journal is
    the order in which things became true.
    """
    _enter(db, _entry(organization_id, author, change), change)


def _entry(organization_id: OrganizationId, author: Author, change: Change) -> Entry:
    return Entry(
        id=EntryId(new_id(author.at)),
        organization_id=organization_id,
        happening=change.happening,
        occurred_at=author.at,
        actor=author.actor,
        resource_id=change.resource_id,
        request_id=author.request_id,
        before=change.before,
        after=change.after,
    )


def _enter(db: Writer, entry: Entry, change: Change) -> None:
    if isinstance(db, Rehearsal):
        db.heard.append(Difference.of(change))
    journal.add(db, entry)


def mention(db: Writer, difference: Difference) -> None:
    """Tell a rehearsal of something that changes without being an event."""
    if isinstance(db, Rehearsal):
        db.heard.append(difference)


def breaks(database: Database, organization_id: OrganizationId) -> Iterator[str]:
    """Everything that is wrong with the chain of an organization, in words; nothing if it holds."""
    before = Head()
    with database.snapshot() as db:
        newest = journal.head(db, organization_id)
        while batch := journal.entries_after(db, organization_id, before.position, limit=BATCH):
            for entry in batch:
                position = entry.position
                if position != before.position + 1:
                    yield f"missing: {before.position + 1} to {position - 1}"
                elif entry.hash != chained(before.hash, position, journal.own_text(entry)):
                    yield f"changed: {position} ({entry.id})"
                before = Head(position=position, hash=entry.hash)
    if before.position < newest.position:
        yield f"missing: {before.position + 1} to {newest.position}"
    elif before != newest:
        yield f"changed: the head, {newest.position}"
