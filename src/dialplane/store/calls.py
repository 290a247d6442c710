"""Calls and how they were routed, in SQL."""

import json
from typing import Any, Final, LiteralString

from dialplane.domain.calls import Call, CallId, CallRoute, CallType, Direction, EdgeLife
from dialplane.domain.disconnections import (
    Ending,
    EndingKind,
    EventReason,
    Party,
)
from dialplane.domain.errors import NotFound
from dialplane.domain.numbers import AgentMapping
from dialplane.domain.values import AgentId, Millis, NumberId, OrganizationId
from dialplane.store.database import Reader, Row, Writer
from dialplane.store.routing_json import asked_of, asked_text, trace_of, trace_text


def get(db: Reader, organization_id: OrganizationId, call_id: CallId) -> Call:
    return _found(db.one_or_none(_BY_ID, organization_id=organization_id, id=call_id))


def find(db: Reader, organization_id: OrganizationId, call_id: CallId) -> Call | None:
    row = db.one_or_none(_BY_ID, organization_id=organization_id, id=call_id)
    return None if row is None else call_of(row)


_BY_ID: Final = "SELECT * FROM calls WHERE organization_id = :organization_id AND id = :id"


def find_by_id(db: Reader, call_id: CallId) -> Call | None:
    """The call a dialer speaks of: it knows calls by their id alone."""
    row = db.one_or_none("SELECT * FROM calls WHERE id = :id", id=call_id)
    return None if row is None else call_of(row)


def find_locked(db: Writer, call_id: CallId) -> Call | None:
    """The call the edge speaks of: it knows calls by their id alone."""
    row = db.locked("SELECT * FROM calls WHERE id = :id", id=call_id)
    return None if row is None else call_of(row)


def find_each_locked(db: Writer, call_ids: set[CallId]) -> list[Call]:
    """The calls a batch of the edge speaks of, those there are."""
    rows = db.all_locked(
        f"SELECT * FROM calls WHERE id IN (SELECT listed FROM {db.listed}) ORDER BY id",
        listed=json.dumps([*call_ids]),
    )
    return [call_of(row) for row in rows]


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
    db.send(_INSERT, **_columns(call))
    db.send(
        """
        INSERT INTO call_routes (call_id, organization_id, asked, trace, revision, from_cache,
                                 target_uri, edge_id, boot_id)
        VALUES (:call_id, :organization_id, :asked, :trace, :revision, :from_cache,
                :target_uri, :edge_id, :boot_id)
        ON CONFLICT (call_id) DO NOTHING
        """,
        call_id=route.call_id,
        organization_id=route.organization_id,
        asked=asked_text(route.asked),
        trace=trace_text(route.trace),
        revision=route.revision,
        from_cache=int(route.from_cache),
        target_uri=route.target_uri,
        edge_id=None if route.asked.edge is None else route.asked.edge.edge_id,
        boot_id=None if route.asked.edge is None else route.asked.edge.boot_id,
    )


def add(db: Writer, call: Call) -> bool:
    """Keep a new call; False when there is one with its id."""
    return db.returning(_INSERT + " RETURNING id", **_columns(call)) is not None


def save(db: Writer, call: Call) -> None:
    """Write back what has become of a call read with `find_locked`."""
    db.send(_UPDATE, **_columns(call))


def describe(db: Writer, call: Call) -> None:
    """Write what a call is about; everything else of it comes from what is told of it."""
    columns = _columns(call)
    db.run(
        """
        UPDATE calls SET metadata = :metadata, dynamic_variables = :dynamic_variables
         WHERE organization_id = :organization_id AND id = :id
        """,
        **{name: columns[name] for name in ("metadata", "dynamic_variables")},
        organization_id=call.organization_id,
        id=call.id,
    )


def reached(
    db: Writer, call: Call, *, target_uri: str | None, from_cache: bool, last: bool
) -> None:
    """Note which target was tried; the one of the `last` news holds."""
    db.send(
        """
        UPDATE call_routes
           SET target_uri = CASE WHEN :last = 1 THEN coalesce(:target_uri, target_uri)
                                 ELSE coalesce(target_uri, :target_uri) END,
               from_cache = CASE WHEN :from_cache = 1 THEN 1 ELSE from_cache END
         WHERE organization_id = :organization_id AND call_id = :call_id
        """,
        target_uri=target_uri,
        from_cache=int(from_cache),
        last=int(last),
        organization_id=call.organization_id,
        call_id=call.id,
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
    rows = db.all_locked(
        "SELECT * FROM calls WHERE seat_until <= :now ORDER BY seat_until, id LIMIT :limit",
        now=now,
        limit=limit,
    )
    return [call_of(row) for row in rows]


def left_by(db: Writer, life: EdgeLife) -> list[Call]:
    """Calls an edge had in an earlier life than this one and that are not over, as far as known."""
    rows = db.all_locked(
        """
        SELECT calls.* FROM calls JOIN call_routes ON call_routes.call_id = calls.id
         WHERE seat_until IS NOT NULL AND left_at IS NULL
           AND edge_id = :edge_id AND boot_id <> :boot_id
         ORDER BY calls.id
        """,
        edge_id=life.edge_id,
        boot_id=life.boot_id,
    )
    return [call_of(row) for row in rows]


_FIXED: Final = (
    "id", "organization_id", "number_id", "direction", "call_type", "from_number", "to_number",
    "presentation_number", "agent_id", "agent_selector", "agent_version", "variant_label",
    "metadata", "dynamic_variables", "opt_out_sensitive_data_storage", "created_at",
)  # fmt: skip
_MUTABLE: Final = (
    "cancel_requested_at", "started_at", "answered_at", "ended_at", "ending_kind",
    "ending_reason", "hung_up_by", "sip_code", "status", "disconnection_reason", "seat_until",
    "left_at",
)  # fmt: skip
_INSERT: Final[LiteralString] = (
    "INSERT INTO calls (" + ", ".join((*_FIXED, *_MUTABLE)) + ")"
    " VALUES (" + ", ".join(":" + name for name in (*_FIXED, *_MUTABLE)) + ")"
    " ON CONFLICT (id) DO NOTHING"
)
_UPDATE: Final[LiteralString] = (
    "UPDATE calls SET " + ", ".join(name + " = :" + name for name in _MUTABLE)
    + " WHERE organization_id = :organization_id AND id = :id"
)  # fmt: skip
_AS_THEY_ARE: Final = (
    "id", "organization_id", "number_id", "direction", "call_type", "from_number", "to_number",
    "presentation_number", "agent_version", "variant_label", "created_at", "cancel_requested_at",
    "started_at", "answered_at", "status", "disconnection_reason", "seat_until", "left_at",
)  # fmt: skip


def _columns(call: Call) -> dict[str, object]:
    ending = call.ending
    return {name: getattr(call, name) for name in _AS_THEY_ARE} | {
        "agent_id": call.agent.agent_id if call.agent else None,
        "agent_selector": call.agent.agent_version if call.agent else None,
        "metadata": _text(call.metadata),
        "dynamic_variables": _text(call.dynamic_variables),
        "opt_out_sensitive_data_storage": int(call.opt_out_sensitive_data_storage),
        "ended_at": ending.at if ending else None,
        "ending_kind": int(ending.kind) if ending else None,
        "ending_reason": ending.reason if ending else None,
        "hung_up_by": ending.hung_up_by if ending else None,
        "sip_code": ending.sip_code if ending else None,
    }


def _text(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False) if value else "{}"


def _found(row: Row | None) -> Call:
    if row is None:
        raise NotFound
    return call_of(row)


def call_of(row: Row) -> Call:
    return Call(
        id=CallId(row["id"]),
        organization_id=OrganizationId(row["organization_id"]),
        number_id=None if row["number_id"] is None else NumberId(row["number_id"]),
        direction=Direction(row["direction"]),
        call_type=CallType(row["call_type"]),
        from_number=row["from_number"],
        to_number=row["to_number"],
        presentation_number=row["presentation_number"],
        agent=_agent(row),
        agent_version=row["agent_version"],
        variant_label=row["variant_label"],
        metadata=json.loads(row["metadata"]),
        dynamic_variables=json.loads(row["dynamic_variables"]),
        opt_out_sensitive_data_storage=bool(row["opt_out_sensitive_data_storage"]),
        created_at=row["created_at"],
        cancel_requested_at=row["cancel_requested_at"],
        started_at=row["started_at"],
        answered_at=row["answered_at"],
        left_at=row["left_at"],
        ending=_ending(row),
    )


def _agent(row: Row) -> AgentMapping | None:
    if row["agent_id"] is None:
        return None
    return AgentMapping(agent_id=AgentId(row["agent_id"]), agent_version=row["agent_selector"])


def _ending(row: Row) -> Ending | None:
    if row["ending_kind"] is None:
        return None
    return Ending(
        kind=EndingKind(row["ending_kind"]),
        at=row["ended_at"],
        reason=None if row["ending_reason"] is None else EventReason(row["ending_reason"]),
        hung_up_by=None if row["hung_up_by"] is None else Party(row["hung_up_by"]),
        sip_code=row["sip_code"],
    )
