"""The journal in SQL: entries are added, never changed and never removed."""

import json
from typing import Final, LiteralString

import msgspec

from dialplane.domain.errors import NotFound
from dialplane.domain.frozen import dataclass
from dialplane.domain.journal import (
    ORIGIN,
    Actor,
    ActorKind,
    Entry,
    EntryId,
    Happening,
    Told,
    chained,
)
from dialplane.domain.values import OrganizationId
from dialplane.store.database import Reader, Row, Writer
from dialplane.store.pages import Listing, Page, PageRequest, page


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The newest entry of an organization."""

    position: int = 0
    hash: str = ORIGIN


def add(db: Writer, entry: Entry) -> None:
    """Chain an entry to the newest one of its organization, as the last thing of its transaction.

    Others who want to wait for us from then on, so the database itself reads where the chain ends,
    hashes and writes: nothing goes back and forth meanwhile.
    """
    own = own_text(entry)
    db.send_last(
        entry.organization_id,
        """
        INSERT INTO journal_heads (organization_id, position, hash)
        VALUES (:organization_id, 1, :first_hash)
        ON CONFLICT (organization_id) DO UPDATE
           SET position = journal_heads.position + 1, hash ="""
        + db.sha256(chained_to(":own")),
        organization_id=entry.organization_id,
        first_hash=chained(ORIGIN, 1, own),
        own=own,
    )
    db.send_last(
        entry.organization_id,
        """
        INSERT INTO journal (id, organization_id, happening, occurred_at, actor, key_id,
                             resource_id, request_id, before, after, position, hash)
        SELECT :entry_id, organization_id, :happening, :occurred_at, :actor, :key_id,
               :resource_id, :request_id, :before, :after, position, hash
          FROM journal_heads WHERE organization_id = :organization_id
        """,
        organization_id=entry.organization_id,
        **columns(entry),
    )


def columns(entry: Entry) -> dict[str, object]:
    """What is written of an entry, beside whose it is and its place in the chain."""
    return {
        "entry_id": entry.id,
        "happening": entry.happening,
        "occurred_at": entry.occurred_at,
        "actor": entry.actor.kind,
        "key_id": entry.actor.key_id,
        "resource_id": entry.resource_id,
        "request_id": entry.request_id,
        "before": _text(entry.before),
        "after": _text(entry.after),
    }


def own_text(entry: Entry) -> str:
    """What an entry itself gives to its hash, behind its predecessor's and its position."""
    told = [
        entry.id,
        entry.organization_id,
        entry.happening,
        entry.occurred_at,
        [entry.actor.kind, entry.actor.key_id],
        entry.resource_id,
        entry.request_id,
        entry.before,
        entry.after,
    ]
    return _CANONICAL.encode(told)[len("[") :].decode()


def chained_to(own: LiteralString) -> LiteralString:
    """What `chained` hashes, behind the head of the chain; `own` is SQL for `own_text`."""
    return (
        """
    '["' || journal_heads.hash || '",' || (journal_heads.position + 1) || ',' || """
        + own
    )


def head(db: Reader, organization_id: OrganizationId) -> Head:
    row = db.one_or_none(
        "SELECT position, hash FROM journal_heads WHERE organization_id = :organization_id",
        organization_id=organization_id,
    )
    return Head() if row is None else Head(position=row["position"], hash=row["hash"])


def get(db: Reader, organization_id: OrganizationId, entry_id: EntryId) -> Entry:
    row = db.one_or_none(
        "SELECT * FROM journal WHERE organization_id = :organization_id AND id = :id",
        organization_id=organization_id,
        id=entry_id,
    )
    if row is None:
        raise NotFound
    return _entry(row)


def entries_after(
    db: Reader, organization_id: OrganizationId, position: int, *, limit: int
) -> list[Entry]:
    rows = db.all(
        """
        SELECT * FROM journal
         WHERE organization_id = :organization_id AND position > :position
         ORDER BY position LIMIT :limit
        """,
        organization_id=organization_id,
        position=position,
        limit=limit,
    )
    return [_entry(row) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFilter:
    """Entries beyond a position, about one resource, of one kind, or all."""

    after: int = 0
    resource_id: str | None = None
    happening: Happening | None = None


def list_page(
    db: Reader, organization_id: OrganizationId, wanted: JournalFilter, request: PageRequest
) -> Page[Entry]:
    matching: LiteralString = (
        "FROM journal WHERE organization_id = :organization_id AND position > :after"
    )
    if wanted.resource_id is not None:
        matching += " AND resource_id = :resource_id"
    if wanted.happening is not None:
        matching += " AND happening = :happening"
    rows, total, following = page(
        db,
        Listing(columns="*", matching=matching, sort="position"),
        request,
        organization_id=organization_id,
        after=wanted.after,
        resource_id=wanted.resource_id,
        happening=wanted.happening,
    )
    return Page(items=[_entry(row) for row in rows], total_count=total, next=following)


_COMPACT: Final = msgspec.json.Encoder()
_CANONICAL: Final = msgspec.json.Encoder(order="sorted")


def _text(told: Told | None) -> str | None:
    return None if told is None else _COMPACT.encode(told).decode()


def _told(text: str | None) -> Told | None:
    told: Told | None = None if text is None else json.loads(text)
    return told


def _entry(row: Row) -> Entry:
    return Entry(
        **{name: row[name] for name in _PLAIN},
        happening=Happening(row["happening"]),
        actor=Actor(kind=ActorKind(row["actor"]), key_id=row["key_id"]),
        before=_told(row["before"]),
        after=_told(row["after"]),
    )


_PLAIN: Final = (
    "id", "organization_id", "occurred_at", "resource_id", "request_id", "position", "hash",
)  # fmt: skip
