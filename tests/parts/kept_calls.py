"""Calls of Acme as they are kept, whatever became of them."""

from dataclasses import replace
from typing import Any

from builders import ACME, AGENT, DIGITS, NOW, an_id
from dialplane.domain.calls import (
    Asked,
    Call,
    CallEvent,
    CallId,
    CallRoute,
    CallType,
    Direction,
    EventType,
)
from dialplane.domain.disconnections import EventReason, Party
from dialplane.domain.numbers import AgentMapping
from dialplane.store import call_labels, calls
from parts.world import World

CALLEE = "01012345678"


def a_call(count: int, **changes: Any) -> Call:
    call = Call(
        id=CallId(an_id(count)),
        organization_id=ACME,
        direction=Direction.OUTBOUND,
        call_type=CallType.OUTBOUND,
        from_number=DIGITS,
        to_number=CALLEE,
        agent=AgentMapping(agent_id=AGENT),
        agent_version="current",
        created_at=NOW + count * 1000,
    )
    return replace(call, **changes)


def answered(call: Call, *, lasted_ms: int, by: Party = Party.CALLEE) -> Call:
    began = CallEvent(type=EventType.ANSWERED, at=call.created_at + 500)
    ended = CallEvent(type=EventType.ENDED, at=began.at + lasted_ms, hung_up_by=by)
    return call.told(began).told(ended)


def failed(call: Call, reason: EventReason) -> Call:
    return call.told(CallEvent(type=EventType.FAILED, at=call.created_at + 500, reason=reason))


def kept(world: World, *some: Call) -> None:
    asked = Asked(called="", caller="", source="", transport="", at=NOW, sip_call_id="")
    with world.database.writing() as db:
        for call in some:
            route = CallRoute(
                call_id=call.id, organization_id=call.organization_id, asked=asked, revision=""
            )
            calls.start(db, call, route)
            call_labels.add(db, call)
