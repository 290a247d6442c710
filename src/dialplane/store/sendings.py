"""What is on its way to somebody, whatever it is: due, claimed, settled."""

from dataclasses import fields
from typing import Final, LiteralString

from dialplane.domain.values import Millis
from dialplane.domain.webhooks import Sending
from dialplane.store.database import Reader, Row, Writer

STATE: Final = (
    "status", "attempts", "created_at", "next_attempt_at", "last_attempt_at", "last_status_code",
    "last_error",
)  # fmt: skip


def insert_text(table: LiteralString, kind: type[Sending], unique: LiteralString) -> LiteralString:
    """The statement that queues something once, however often it is asked."""
    names: list[LiteralString] = [field.name for field in fields(kind)]
    return (
        "INSERT INTO " + table + " (" + ", ".join(names) + ") VALUES ("
        + ", ".join(":" + name for name in names)
        + ") ON CONFLICT (" + unique + ") DO NOTHING"
    )  # fmt: skip


def save_text(table: LiteralString) -> LiteralString:
    return (
        "UPDATE " + table + " SET " + ", ".join(name + " = :" + name for name in STATE)
        + " WHERE organization_id = :organization_id AND id = :id"
    )  # fmt: skip


def columns(sending: Sending) -> dict[str, object]:
    return {field.name: getattr(sending, field.name) for field in fields(sending)}


def due(db: Reader, table: LiteralString, *, now: Millis, limit: int) -> list[Row]:
    """What is due, of every organization."""
    return db.all(
        "SELECT * FROM " + table + " WHERE status = 'pending' AND next_attempt_at <= :now"
        " ORDER BY next_attempt_at, id LIMIT :limit",
        now=now,
        limit=limit,
    )


def take(db: Writer, table: LiteralString, seen: Sending, *, until: Millis) -> Row | None:
    """Claim one attempt; of several workers one gets it, and a dead one's claim runs out."""
    return db.returning(
        "UPDATE " + table + " SET attempts = attempts + 1, next_attempt_at = :until"
        " WHERE organization_id = :organization_id AND id = :id"
        " AND status = 'pending' AND next_attempt_at = :seen RETURNING *",
        until=until,
        organization_id=seen.organization_id,
        id=seen.id,
        seen=seen.next_attempt_at,
    )


def settle(db: Writer, table: LiteralString, sending: Sending, *, claimed_until: Millis) -> None:
    """Note how an attempt went, unless somebody else has taken it over since."""
    db.run(
        save_text(table) + " AND next_attempt_at = :claimed_until",
        **{name: getattr(sending, name) for name in (*STATE, "organization_id", "id")},
        claimed_until=claimed_until,
    )
