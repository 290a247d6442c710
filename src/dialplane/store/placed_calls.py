"""Calls somebody asked us to place, until they are over: the queue, and who dials what, in SQL.

A call is claimed once. A lease that lapses ends the call, it never goes back to the queue.
"""

from collections.abc import Iterable
from typing import Final, LiteralString

from dialplane.domain.calls import Call, CallId
from dialplane.domain.values import Millis, OrganizationId
from dialplane.store.database import Reader, Writer


def add(db: Writer, call: Call, *, now: Millis) -> None:
    db.run(
        """
        INSERT INTO placed_calls (call_id, organization_id, queued_at)
        VALUES (:call_id, :organization_id, :now)
        """,
        call_id=call.id,
        organization_id=call.organization_id,
        now=now,
    )


# Sandboxes have a simulated carrier; nobody is dialled for them.
_WAITING: Final[LiteralString] = """
    SELECT call_id FROM placed_calls
      JOIN organizations ON organizations.id = placed_calls.organization_id
     WHERE dialer_id IS NULL AND organizations.sandbox_of IS NULL
     ORDER BY queued_at, call_id LIMIT :limit
"""


def waiting(db: Reader, *, limit: int) -> list[CallId]:
    """The calls of every organization that no dialer has claimed yet, the oldest first."""
    return [CallId(row["call_id"]) for row in db.all(_WAITING, limit=limit)]


def in_sandboxes(db: Reader, *, limit: int) -> list[CallId]:
    """The calls of every sandbox that are not over."""
    rows = db.all(
        """
        SELECT call_id FROM placed_calls
          JOIN organizations ON organizations.id = placed_calls.organization_id
         WHERE organizations.sandbox_of IS NOT NULL
         ORDER BY queued_at, call_id LIMIT :limit
        """,
        limit=limit,
    )
    return [CallId(row["call_id"]) for row in rows]


def claim(
    db: Writer, call_id: CallId, *, dialer_id: str, address: str, until: Millis
) -> OrganizationId | None:
    """Take a call for one dialer; None when another one was faster."""
    row = db.returning(
        """
        UPDATE placed_calls
           SET dialer_id = :dialer_id, dialer_address = :address, lease_until = :until
         WHERE call_id = :call_id AND dialer_id IS NULL
        RETURNING organization_id
        """,
        call_id=call_id,
        dialer_id=dialer_id,
        address=address,
        until=until,
    )
    return None if row is None else OrganizationId(row["organization_id"])


def ageing(db: Reader, dialer_id: str, *, before: Millis) -> bool:
    """Whether a lease of this dialer runs out before that."""
    row = db.one_or_none(
        """
        SELECT call_id FROM placed_calls
         WHERE dialer_id = :dialer_id AND lease_until < :before LIMIT 1
        """,
        dialer_id=dialer_id,
        before=before,
    )
    return row is not None


def renew(db: Writer, dialer_id: str, call_ids: Iterable[CallId], *, until: Millis) -> None:
    """Keep the calls a dialer says it still has."""
    for call_id in call_ids:
        db.run(
            """
            UPDATE placed_calls SET lease_until = :until
             WHERE call_id = :call_id AND dialer_id = :dialer_id
            """,
            call_id=call_id,
            dialer_id=dialer_id,
            until=until,
        )


def to_hang_up(db: Reader, dialer_id: str) -> list[CallId]:
    """The calls of a dialer that somebody wants to end."""
    rows = db.all(
        """
        SELECT call_id FROM placed_calls JOIN calls ON calls.id = placed_calls.call_id
         WHERE dialer_id = :dialer_id
           AND cancel_requested_at IS NOT NULL
         ORDER BY call_id
        """,
        dialer_id=dialer_id,
    )
    return [CallId(row["call_id"]) for row in rows]


def dialled_from(db: Reader, call: Call, *, now: Millis) -> str | None:
    """The address of the dialer that has this call in hand."""
    row = db.one_or_none(
        """
        SELECT dialer_address FROM placed_calls
         WHERE organization_id = :organization_id AND call_id = :call_id AND lease_until > :now
        """,
        organization_id=call.organization_id,
        call_id=call.id,
        now=now,
    )
    return None if row is None else str(row["dialer_address"])


def lapsed(db: Reader, *, now: Millis, queued_before: Millis, limit: int) -> list[CallId]:
    """Calls of every organization whose dialer is silent, or that no dialer ever took."""
    rows = db.all(
        """
        SELECT call_id FROM placed_calls
          JOIN organizations ON organizations.id = placed_calls.organization_id
         WHERE organizations.sandbox_of IS NULL
           AND (lease_until < :now OR (dialer_id IS NULL AND queued_at < :queued_before))
         ORDER BY call_id LIMIT :limit
        """,
        now=now,
        queued_before=queued_before,
        limit=limit,
    )
    return [CallId(row["call_id"]) for row in rows]


def remove(db: Writer, call: Call) -> None:
    db.run(
        """
        DELETE FROM placed_calls
         WHERE organization_id = :organization_id AND call_id = :call_id
        """,
        organization_id=call.organization_id,
        call_id=call.id,
    )


def remove_unclaimed(db: Writer, call: Call) -> None:
    """A dialer that has the call in hand still has to be told; else nobody has to."""
    db.run(
        """
        DELETE FROM placed_calls
         WHERE organization_id = :organization_id AND call_id = :call_id AND dialer_id IS NULL
        """,
        organization_id=call.organization_id,
        call_id=call.id,
    )
