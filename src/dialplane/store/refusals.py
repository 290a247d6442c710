"""Calls that were turned away, in SQL; few of them for each number."""

from typing import Final

from dialplane.domain.calls import Direction
from dialplane.domain.refusals import (
    KEPT_OF_EACH_NUMBER,
    WRITTEN_EVERY_MS,
    RefusalId,
    RefusedAttempt,
)
from dialplane.domain.routing import Refusal
from dialplane.domain.values import NumberId, OrganizationId
from dialplane.store.database import Reader, Row, Writer
from dialplane.store.routing_json import (
    asked_of,
    asked_text,
    near_misses_of,
    near_misses_text,
    trace_of,
    trace_text,
)

# Stands in the place of a number when nobody holds the one that was called.
_NONE_HELD: Final = ""


def last(
    db: Reader, organization_id: OrganizationId, number_id: NumberId | None
) -> list[RefusedAttempt]:
    """The last refused attempts on a number, or on numbers the organization does not hold."""
    rows = db.all(
        """
        SELECT * FROM refusals
         WHERE organization_id = :organization_id
           AND number_id = :number_id
         ORDER BY last_at DESC, id DESC
        """,
        organization_id=organization_id,
        number_id=number_id or _NONE_HELD,
    )
    return [_attempt(row) for row in rows]


def lately(db: Reader, organization_id: OrganizationId, *, limit: int) -> list[RefusedAttempt]:
    """The last refused attempts of an organization, over all numbers."""
    rows = db.all(
        """
        SELECT * FROM refusals
         WHERE organization_id = :organization_id
         ORDER BY last_at DESC, id DESC LIMIT :limit
        """,
        organization_id=organization_id,
        limit=limit,
    )
    return [_attempt(row) for row in rows]


def noted_lately(db: Reader, attempt: RefusedAttempt) -> bool:
    """Whether an attempt like this one was written down a moment ago."""
    known = _find_alike(db, attempt)
    return known is not None and attempt.last_at < known["last_at"] + WRITTEN_EVERY_MS


def keep(db: Writer, attempt: RefusedAttempt) -> None:
    """Note an attempt; one like an earlier one is counted with it."""
    db.serialize(f"refusals {attempt.organization_id} {attempt.number_id}")
    known = _find_alike(db, attempt)
    if known is None:
        _add(db, attempt)
        _forget_oldest(db, attempt)
    else:
        _count(db, attempt, RefusalId(known["id"]))


def _find_alike(db: Reader, attempt: RefusedAttempt) -> Row | None:
    return db.one_or_none(
        """
        SELECT id, last_at FROM refusals
         WHERE organization_id = :organization_id
           AND number_id = :number_id
           AND direction = :direction AND reason = :reason AND source = :source
        """,
        organization_id=attempt.organization_id,
        number_id=attempt.number_id or _NONE_HELD,
        direction=attempt.direction,
        reason=attempt.reason,
        source=attempt.source,
    )


def _add(db: Writer, attempt: RefusedAttempt) -> None:
    db.run(
        """
        INSERT INTO refusals (id, organization_id, number_id, direction, reason, source, times,
                              first_at, last_at, call_id, revision, asked, trace, near_misses)
        VALUES (:id, :organization_id, :number_id, :direction, :reason, :source, :times,
                :first_at, :last_at, :call_id, :revision, :asked, :trace, :near_misses)
        """,
        organization_id=attempt.organization_id,
        number_id=attempt.number_id or _NONE_HELD,
        direction=attempt.direction,
        reason=attempt.reason,
        source=attempt.source,
        times=attempt.times,
        first_at=attempt.first_at,
        **_of_the_last(attempt, attempt.id),
    )


def _count(db: Writer, attempt: RefusedAttempt, known: RefusalId) -> None:
    db.run(
        """
        UPDATE refusals
           SET times = times + 1, last_at = :last_at, call_id = :call_id, revision = :revision,
               asked = :asked, trace = :trace, near_misses = :near_misses
         WHERE id = :id AND organization_id = :organization_id
        """,
        organization_id=attempt.organization_id,
        **_of_the_last(attempt, known),
    )


def _of_the_last(attempt: RefusedAttempt, id_: RefusalId) -> dict[str, object]:
    return {
        "id": id_,
        "last_at": attempt.last_at,
        "call_id": attempt.call_id,
        "revision": attempt.revision,
        "asked": asked_text(attempt.asked),
        "trace": trace_text(attempt.trace),
        "near_misses": near_misses_text(attempt.near_misses),
    }


def _forget_oldest(db: Writer, attempt: RefusedAttempt) -> None:
    db.run(
        """
        DELETE FROM refusals
         WHERE organization_id = :organization_id
           AND number_id = :number_id
           AND id NOT IN (
               SELECT id FROM refusals
                WHERE organization_id = :organization_id
                  AND number_id = :number_id
                ORDER BY last_at DESC, id DESC LIMIT :kept)
        """,
        organization_id=attempt.organization_id,
        number_id=attempt.number_id or _NONE_HELD,
        kept=KEPT_OF_EACH_NUMBER,
    )


def _attempt(row: Row) -> RefusedAttempt:
    return RefusedAttempt(
        id=RefusalId(row["id"]),
        organization_id=OrganizationId(row["organization_id"]),
        number_id=NumberId(row["number_id"]) if row["number_id"] else None,
        direction=Direction(row["direction"]),
        reason=Refusal(row["reason"]),
        source=row["source"],
        call_id=row["call_id"],
        asked=asked_of(row["asked"]),
        revision=row["revision"],
        first_at=row["first_at"],
        last_at=row["last_at"],
        times=row["times"],
        trace=trace_of(row["trace"]),
        near_misses=near_misses_of(row["near_misses"]),
    )
