"""Calls as rows: their columns, read by place and written by name."""

import json
from collections.abc import Sequence
from typing import Any, Final, LiteralString

from dialplane.domain.calls import Call, CallRoute, CallType, Direction
from dialplane.domain.disconnections import Ending, EndingKind, EventReason, Party
from dialplane.domain.numbers import AgentMapping
from dialplane.store import call_routes

_FIXED: Final[tuple[LiteralString, ...]] = (
    "id", "organization_id", "number_id", "direction", "call_type", "from_number", "to_number",
    "presentation_number", "agent_id", "agent_selector", "agent_version", "variant_label",
    "metadata", "dynamic_variables", "opt_out_sensitive_data_storage", "created_at",
)  # fmt: skip
_MUTABLE: Final[tuple[LiteralString, ...]] = (
    "cancel_requested_at", "started_at", "answered_at", "ended_at", "ending_kind",
    "ending_reason", "hung_up_by", "sip_code", "status", "disconnection_reason", "seat_until",
    "left_at",
)  # fmt: skip
_ALL: Final = (*_FIXED, *_MUTABLE, *call_routes.COLUMNS)
_INSERT: Final[LiteralString] = (
    "INSERT INTO calls (" + ", ".join(_ALL) + ")"
    " VALUES (" + ", ".join(":" + name for name in _ALL) + ")"
    " ON CONFLICT (id) DO"
)
INSERT: Final[LiteralString] = _INSERT + " NOTHING"
# News of a call may overtake its note, on another node; what they began a record of lacks a trace.
INSERT_OR_COMPLETE: Final[LiteralString] = _INSERT + (
    " UPDATE SET trace = excluded.trace, variant_label = excluded.variant_label,"
    " presentation_number = excluded.presentation_number"
    " WHERE calls.trace = '[]' AND calls.organization_id = excluded.organization_id"
)
_STARTED: Final = ("cancel_requested_at", "started_at", "answered_at", "left_at")
_GOING_ON: Final = (*_STARTED, "status", "seat_until")


def update(before: Call, after: Call, *, reached: bool = False) -> LiteralString:
    """Set no more than has changed: an index is written for every column of it that is set."""
    if after.ending is not None:
        return _UPDATES[_MUTABLE, reached]
    seated = before.seat_until == after.seat_until and before.status is after.status
    return _UPDATES[_STARTED if seated else _GOING_ON, reached]


def _update(names: tuple[LiteralString, ...], *, reached: bool) -> LiteralString:
    changed = ", ".join(name + " = :" + name for name in names)
    also: LiteralString = ", " + call_routes.REACHED if reached else ""
    this: LiteralString = " WHERE organization_id = :organization_id AND id = :id"
    return "UPDATE calls SET " + changed + also + this


_UPDATES: Final = {
    (names, reached): _update(names, reached=reached)
    for names in (_MUTABLE, _GOING_ON, _STARTED)
    for reached in (False, True)
}


def columns(call: Call, route: CallRoute | None = None) -> dict[str, object]:
    """All columns of a new call; words as plain texts, as sqlite3 makes of others at leisure."""
    agent = call.agent
    return (
        changed_columns(call)
        | call_routes.columns(route)
        | {
            "number_id": call.number_id,
            "direction": str(call.direction),
            "call_type": str(call.call_type),
            "from_number": call.from_number,
            "to_number": call.to_number,
            "presentation_number": call.presentation_number,
            "agent_id": agent and agent.agent_id,
            "agent_selector": agent and agent.agent_version,
            "agent_version": call.agent_version,
            "variant_label": call.variant_label,
            "metadata": text_of(call.metadata),
            "dynamic_variables": text_of(call.dynamic_variables),
            "opt_out_sensitive_data_storage": int(call.opt_out_sensitive_data_storage),
            "created_at": call.created_at,
        }
    )


def changed_columns(call: Call) -> dict[str, object]:
    """What becomes of a call, and which it is."""
    ending = call.ending
    return {
        "id": call.id,
        "organization_id": call.organization_id,
        "cancel_requested_at": call.cancel_requested_at,
        "started_at": call.started_at,
        "answered_at": call.answered_at,
        "ended_at": ending and ending.at,
        "ending_kind": None if ending is None else int(ending.kind),
        "ending_reason": ending and ending.reason,
        "hung_up_by": ending and ending.hung_up_by,
        "sip_code": ending and ending.sip_code,
        "status": str(call.status),
        "disconnection_reason": call.disconnection_reason,
        "seat_until": call.seat_until,
        "left_at": call.left_at,
    }


def text_of(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False) if value else _NOTHING


_NOTHING: Final = "{}"
_COLUMNS: Final[tuple[LiteralString, ...]] = (
    "created_at", "id", "organization_id", "number_id", "direction", "call_type", "from_number",
    "to_number", "presentation_number", "agent_id", "agent_selector", "agent_version",
    "variant_label", "metadata", "dynamic_variables", "opt_out_sensitive_data_storage",
    "cancel_requested_at", "started_at", "answered_at", "left_at", "ended_at", "ending_kind",
    "ending_reason", "hung_up_by", "sip_code",
)  # fmt: skip
# What `call_of` reads. Status, reason and seat follow from it.
SELECTED: Final[LiteralString] = ", ".join("calls." + name for name in _COLUMNS)


def call_of(values: Sequence[Any]) -> Call:
    (
        created_at, id_, organization_id, number_id, direction, call_type, from_number, to_number,
        presentation_number, agent_id, agent_selector, agent_version, variant_label, metadata,
        dynamic_variables, opt_out, cancel_requested_at, started_at, answered_at, left_at, *ending,
    ) = values  # fmt: skip
    return Call(
        id=id_,
        organization_id=organization_id,
        number_id=number_id,
        direction=_DIRECTIONS[direction],
        call_type=_CALL_TYPES[call_type],
        from_number=from_number,
        to_number=to_number,
        presentation_number=presentation_number,
        agent=None
        if agent_id is None
        else AgentMapping(agent_id=agent_id, agent_version=agent_selector),
        agent_version=agent_version,
        variant_label=variant_label,
        metadata=value_of(metadata),
        dynamic_variables=value_of(dynamic_variables),
        opt_out_sensitive_data_storage=bool(opt_out),
        created_at=created_at,
        cancel_requested_at=cancel_requested_at,
        started_at=started_at,
        answered_at=answered_at,
        left_at=left_at,
        ending=_ending(ending),
    )


def _ending(values: Sequence[Any]) -> Ending | None:
    at, kind, reason, hung_up_by, sip_code = values
    if kind is None:
        return None
    return Ending(
        kind=_KINDS[kind],
        at=at,
        reason=_REASONS[reason],
        hung_up_by=_PARTIES[hung_up_by],
        sip_code=sip_code,
    )


def value_of(text: str) -> dict[str, Any]:
    value: dict[str, Any] = {} if text == _NOTHING else json.loads(text)
    return value


# Looking a word up costs a fifth of calling the enumeration.
_DIRECTIONS: Final = {str(each): each for each in Direction}
_CALL_TYPES: Final = {str(each): each for each in CallType}
_KINDS: Final = {int(each): each for each in EndingKind}
_REASONS: Final = {None: None} | {str(each): each for each in EventReason}
_PARTIES: Final = {None: None} | {str(each): each for each in Party}
