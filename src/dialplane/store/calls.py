"""Calls and how they were routed, in SQL."""

import json
from collections.abc import Iterable
from typing import Final, LiteralString

from dialplane.domain.calls import Call, CallId, CallRoute, EdgeLife
from dialplane.domain.errors import NotFound
from dialplane.domain.frozen import dataclass
from dialplane.domain.values import Millis, OrganizationId
from dialplane.store.call_rows import (
    INSERT,
    SELECTED,
    UPDATE,
    call_of,
    changed_columns,
    columns,
    text_of,
)
from dialplane.store.database import Contended, Reader, Writer
from dialplane.store.routing_json import asked_of, asked_text, trace_of, trace_text


def get(db: Reader, organization_id: OrganizationId, call_id: CallId) -> Call:
    found = find(db, organization_id, call_id)
    if found is None:
        raise NotFound
    return found


def find(db: Reader, organization_id: OrganizationId, call_id: CallId) -> Call | None:
    values = db.values_or_none(
        _BY_ID + " AND organization_id = :organization_id",
        organization_id=organization_id,
        id=call_id,
    )
    return None if values is None else call_of(values)


_BY_ID: Final[LiteralString] = "SELECT " + SELECTED + " FROM calls WHERE id = :id"


def find_by_id(db: Reader, call_id: CallId) -> Call | None:
    """The call a dialer speaks of: it knows calls by their id alone."""
    values = db.values_or_none(_BY_ID, id=call_id)
    return None if values is None else call_of(values)


def find_locked(db: Writer, call_id: CallId) -> Call | None:
    """The call the edge speaks of: it knows calls by their id alone."""
    return next(iter(_each_locked(db, _BY_ID, id=call_id)), None)


def find_each_locked(db: Writer, call_ids: Iterable[CallId]) -> list[Call]:
    """The calls a batch of the edge speaks of, those there are."""
    return _each_locked(
        db,
        f"SELECT {SELECTED} FROM calls WHERE id IN (SELECT listed FROM {db.listed}) ORDER BY id",
        listed=json.dumps([*call_ids]),
    )


def _each_locked(db: Writer, sql: LiteralString, **parameters: object) -> list[Call]:
    return [call_of(values) for values in db.all_values_locked(sql, **parameters)]


def find_route(db: Reader, organization_id: OrganizationId, call_id: CallId) -> CallRoute | None:
    row = db.one_or_none(
        """
        SELECT * FROM call_routes
         WHERE organization_id = :organization_id AND call_id = :call_id
        """,
        organization_id=organization_id,
        call_id=call_id,
    )
    if row is None:
        return None
    return CallRoute(
        call_id=row["call_id"],
        organization_id=row["organization_id"],
        asked=asked_of(row["asked"]),
        revision=row["revision"],
        trace=trace_of(row["trace"]),
        from_cache=bool(row["from_cache"]),
        target_uri=row["target_uri"],
    )


def start(db: Writer, call: Call, route: CallRoute) -> None:
    """Keep a call that was routed; nothing changes when its question was asked before."""
    db.send(INSERT, **columns(call))
    db.send(_INSERT_ROUTE, **_route_columns(route))


def start_each(db: Writer, started: list[tuple[Call, CallRoute]]) -> None:
    """Keep calls that nobody has kept before.

    Raises:
        Contended: one of them has been kept since this transaction looked for it.
    """
    if db.run_each(INSERT, [columns(call) for call, _ in started]) < len(started):
        raise Contended
    db.send_each(_INSERT_ROUTE, [_route_columns(route) for _, route in started])


_INSERT_ROUTE: Final = """
    INSERT INTO call_routes (call_id, organization_id, asked, trace, revision, from_cache,
                             target_uri, edge_id, boot_id)
    VALUES (:call_id, :organization_id, :asked, :trace, :revision, :from_cache,
            :target_uri, :edge_id, :boot_id)
    ON CONFLICT (call_id) DO NOTHING
"""


def _route_columns(route: CallRoute) -> dict[str, object]:
    edge = route.asked.edge
    return {
        "call_id": route.call_id,
        "organization_id": route.organization_id,
        "asked": asked_text(route.asked),
        "trace": trace_text(route.trace),
        "revision": route.revision,
        "from_cache": int(route.from_cache),
        "target_uri": route.target_uri,
        "edge_id": edge and edge.edge_id,
        "boot_id": edge and edge.boot_id,
    }


def add(db: Writer, call: Call) -> bool:
    """Keep a new call; False when there is one with its id."""
    return db.returning(INSERT + " RETURNING id", **columns(call)) is not None


def save(db: Writer, call: Call) -> None:
    """Write back what has become of a call read with `find_locked`."""
    save_each(db, [call])


def save_each(db: Writer, calls: Iterable[Call]) -> None:
    """Write back what has become of calls read with `find_each_locked`."""
    db.send_each(UPDATE, [changed_columns(call) for call in calls])


def describe(db: Writer, call: Call) -> None:
    """Write what a call is about; everything else of it comes from what is told of it."""
    db.run(
        """
        UPDATE calls SET metadata = :metadata, dynamic_variables = :dynamic_variables
         WHERE organization_id = :organization_id AND id = :id
        """,
        metadata=text_of(call.metadata),
        dynamic_variables=text_of(call.dynamic_variables),
        organization_id=call.organization_id,
        id=call.id,
    )


@dataclass(slots=True, kw_only=True)
class Reached:
    """Which target of a call was tried; the one of the `last` news holds."""

    organization_id: OrganizationId
    call_id: CallId
    target_uri: str | None = None
    from_cache: bool = False
    last: bool = False

    def __bool__(self) -> bool:
        return self.from_cache or self.target_uri is not None


def reached_each(db: Writer, every: Iterable[Reached]) -> None:
    db.send_each(
        """
        UPDATE call_routes
           SET target_uri = CASE WHEN :last = 1 THEN coalesce(:target_uri, target_uri)
                                 ELSE coalesce(target_uri, :target_uri) END,
               from_cache = CASE WHEN :from_cache = 1 THEN 1 ELSE from_cache END
         WHERE organization_id = :organization_id AND call_id = :call_id
        """,
        [
            {
                "target_uri": each.target_uri,
                "from_cache": int(each.from_cache),
                "last": int(each.last),
                "organization_id": each.organization_id,
                "call_id": each.call_id,
            }
            for each in every
        ],
    )


def forget(db: Writer, call: Call) -> None:
    """A call that was never let through after all leaves no record."""
    db.run(
        "DELETE FROM calls WHERE organization_id = :organization_id AND id = :id",
        organization_id=call.organization_id,
        id=call.id,
    )


def overdue(db: Writer, *, now: Millis, limit: int) -> list[Call]:
    """Calls of every organization that nobody has told anything about for too long."""
    return _each_locked(
        db,
        f"SELECT {SELECTED} FROM calls"
        " WHERE seat_until <= :now ORDER BY seat_until, id LIMIT :limit",
        now=now,
        limit=limit,
    )


def left_by(db: Writer, life: EdgeLife) -> list[Call]:
    """Calls an edge had in an earlier life than this one and that are not over, as far as known."""
    return _each_locked(
        db,
        f"""
        SELECT {SELECTED} FROM calls JOIN call_routes ON call_routes.call_id = calls.id
         WHERE seat_until IS NOT NULL AND left_at IS NULL
           AND edge_id = :edge_id AND boot_id <> :boot_id
         ORDER BY calls.id
        """,
        edge_id=life.edge_id,
        boot_id=life.boot_id,
    )
