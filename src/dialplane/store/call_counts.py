"""Calls counted by when they were and what became of them, in SQL."""

from typing import Final, LiteralString

from dialplane.domain.call_counts import Buckets, CallGroup
from dialplane.domain.calls import CallStatus, Direction
from dialplane.domain.disconnections import DisconnectionReason
from dialplane.domain.values import Millis, OrganizationId
from dialplane.store.call_lists import INSTANT, CallFilter, clauses_of, found
from dialplane.store.database import Reader, Row


def groups(
    db: Reader, organization_id: OrganizationId, wanted: CallFilter, buckets: Buckets
) -> list[CallGroup]:
    """Calls of the range the buckets cut, whose bounds `wanted` has too."""
    sql, parameters = question(
        organization_id, wanted, first=buckets.edges[0], grain_ms=buckets.grain_ms
    )
    return [_group(row) for row in db.all(sql, **parameters)]


def question(
    organization_id: OrganizationId, wanted: CallFilter, *, first: Millis, grain_ms: Millis
) -> tuple[LiteralString, dict[str, object]]:
    """The statement and its parameters."""
    clauses = clauses_of(wanted)
    known = {"organization_id": organization_id, "first": first, "grain_ms": grain_ms}
    counted = _COUNTED + found(wanted, clauses, columns=_READ) + " GROUP BY 1, 2, 3, 4"
    return counted, known | clauses.parameters


_READ: Final = "created_at, answered_at, ended_at, direction, status, disconnection_reason"
_COUNTED: Final[LiteralString] = (
    "SELECT ("
    + INSTANT
    + """ - :first) / :grain_ms AS grain,
           direction, status, disconnection_reason,
           count(*) AS calls, count(answered_at) AS answered,
           count(ended_at - answered_at) AS measured,
           coalesce(sum(ended_at - answered_at), 0) AS duration_ms
"""
)


def _group(row: Row) -> CallGroup:
    reason = row["disconnection_reason"]
    return CallGroup(
        grain=row["grain"],
        direction=Direction(row["direction"]),
        status=CallStatus(row["status"]),
        reason=None if reason is None else DisconnectionReason(reason),
        calls=row["calls"],
        answered=row["answered"],
        measured=row["measured"],
        duration_ms=int(row["duration_ms"]),
    )
