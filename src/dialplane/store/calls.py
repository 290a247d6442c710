"""Calls and how they were routed, in SQL."""

import json
from collections.abc import Iterable
from typing import Final, LiteralString

from dialplane.domain.calls import Call, CallId, CallRoute, EdgeLife
from dialplane.domain.errors import NotFound
from dialplane.domain.values import Millis, OrganizationId
from dialplane.store.call_routes import SELECTED as ROUTE
from dialplane.store.call_routes import Reached, reached_columns, route_of
from dialplane.store.call_rows import (
    INSERT,
    INSERT_OR_COMPLETE,
    SELECTED,
    call_of,
    changed_columns,
    columns,
    text_of,
    update,
)
from dialplane.store.database import Contended, Database, Reader, Writer


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
    values = db.values_or_none(
        f"SELECT {ROUTE} FROM calls WHERE id = :id AND organization_id = :organization_id",
        organization_id=organization_id,
        id=call_id,
    )
    return None if values is None else route_of(organization_id, call_id, values)


def start(db: Writer, call: Call, route: CallRoute) -> None:
    """Keep a call that was routed; nothing changes when its question was asked before."""
    db.send(INSERT, **columns(call, route))


def note(database: Database, call: Call, route: CallRoute) -> None:
    """Keep a call that was routed, soon; where there is a record by then, add what it lacks."""
    database.note(INSERT_OR_COMPLETE, columns(call, route))


def start_each(db: Writer, started: list[tuple[Call, CallRoute]]) -> None:
    """Keep calls that nobody has kept before.

    Raises:
        Contended: one of them has been kept since this transaction looked for it.
    """
    if db.run_each(INSERT, [columns(*each) for each in started]) < len(started):
        raise Contended


def add(db: Writer, call: Call) -> bool:
    """Keep a new call; False when there is one with its id."""
    return db.returning(INSERT + " RETURNING id", **columns(call)) is not None


def save(db: Writer, before: Call, after: Call) -> None:
    """Write back what has become of a call read with `find_locked`."""
    db.send(update(before, after), **changed_columns(after))


def save_each(db: Writer, told: Iterable[tuple[Call, Call, Reached]]) -> None:
    """Write back what calls read with `find_each_locked` were and are, and where they went."""
    alike: dict[LiteralString, list[dict[str, object]]] = {}
    for before, after, reached in told:
        changed = changed_columns(after) | reached_columns(reached)
        alike.setdefault(update(before, after, reached=True), []).append(changed)
    for sql, every in alike.items():
        db.send_each(sql, every)


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
        SELECT {SELECTED} FROM calls
         WHERE seat_until IS NOT NULL AND left_at IS NULL
           AND edge_id = :edge_id AND boot_id <> :boot_id
         ORDER BY calls.id
        """,
        edge_id=life.edge_id,
        boot_id=life.boot_id,
    )
