"""Placing calls and ending them on somebody's order."""

from dataclasses import replace

from dialplane.domain.callers import Caller, Mode
from dialplane.domain.calls import Asked, Call, CallId, CallRoute, CallType, Direction
from dialplane.domain.digits import Digits, read_digits
from dialplane.domain.disconnections import EventReason
from dialplane.domain.errors import Invalid, NotFound
from dialplane.domain.journal import differences
from dialplane.domain.numbers import AgentMapping
from dialplane.domain.orders import CallOrder
from dialplane.domain.rehearsals import Difference
from dialplane.domain.routing import (
    Answerer,
    Decision,
    OutboundQuestion,
    Refused,
    Routed,
    route_outbound,
)
from dialplane.domain.simulated_carrier import simulated
from dialplane.operations import call_messages, journal
from dialplane.operations.agent_data import data_of
from dialplane.operations.ids import new_id
from dialplane.store import call_labels, calls, organizations, placed_calls, routing
from dialplane.store.database import Writer


def place(db: Writer, caller: Caller, order: CallOrder) -> Call:
    """Queue a call for a dialer; one that has no seat left is over at once, and says why.

    Raises:
        Invalid: a number, an agent or a presentation that this call cannot have.
    """
    organizations.get_locked(db, caller.organization_id)
    question = OutboundQuestion(
        call_id=new_id(caller.now),
        caller=read_digits(order.from_number),
        callee=read_digits(order.to_number),
        source=None,
        at=caller.now,
        presentation=_read(order.presentation_number),
        agent=order.agent,
        needs_agent=True,
    )
    facts = routing.outbound_facts(db, caller.realm, question, viewer=caller.organization_id)
    order.refuse_if_wrong(facts)
    decision = route_outbound(question, facts)
    mapped = None if facts.number is None else facts.number.outbound_agent
    answerer = _answerer(order, decision)
    mapping = answerer.mapping if answerer else order.agent or mapped
    call = replace(
        _call(db, caller, order, mapping),
        id=CallId(question.call_id),
        number_id=decision.number_id,
        agent_version=answerer.version if answerer else None,
        variant_label=answerer.variant_label if answerer else None,
    )
    if isinstance(decision, Refused):
        call = call.refuse(EventReason(decision.reason), now=caller.now)
    calls.start(db, call, _route(order, decision, call))
    call_labels.add(db, call)
    if call.ending is None:
        placed_calls.add(db, call, now=caller.now)
    return call


def withdraw(db: Writer, caller: Caller, call_id: CallId) -> Call:
    """End a call, or keep it from happening; one that is over stays as it is.

    Raises:
        NotFound.
    """
    call = calls.find_locked(db, call_id)
    if call is None or call.organization_id != caller.organization_id:
        raise NotFound
    withdrawn = as_seen(as_seen(call, caller).withdraw(now=caller.now), caller)
    call_messages.save(db, call, withdrawn, at=caller.now)
    placed_calls.remove_unclaimed(db, withdrawn)
    journal.mention(
        db,
        Difference(
            resource="call",
            resource_id=call.id,
            fields=differences(_told(as_seen(call, caller)), _told(withdrawn)),
        ),
    )
    return withdrawn


def _told(call: Call) -> dict[str, object]:
    return {"status": call.status, "cancel_requested_at": call.cancel_requested_at}


def as_seen(call: Call, caller: Caller) -> Call:
    """A call as it is for this caller: those of a sandbox happen while one looks at them."""
    placed = call.direction is Direction.OUTBOUND
    if caller.mode is Mode.TEST and placed:
        return simulated(call, now=caller.now)
    return call


def _read(number: str | None) -> Digits | None:
    return None if number is None else read_digits(number)


def _call(db: Writer, caller: Caller, order: CallOrder, mapping: AgentMapping | None) -> Call:
    data = data_of(db, caller.organization_id, mapping) if mapping else None
    return Call(
        id=CallId(""),
        organization_id=caller.organization_id,
        direction=Direction.OUTBOUND,
        call_type=CallType.OUTBOUND,
        from_number=order.from_number,
        to_number=order.to_number,
        presentation_number=order.presentation_number,
        agent=mapping,
        metadata=order.metadata,
        dynamic_variables=order.dynamic_variables,
        opt_out_sensitive_data_storage=bool(
            data and data["security"]["optOutSensitiveDataStorage"]
        ),
        created_at=caller.now,
    )


def _answerer(order: CallOrder, decision: Decision) -> Answerer | None:
    """Who is going to talk.

    Raises:
        Invalid: the order is wrong, and would be at any other time.
    """
    if isinstance(decision, Routed):
        return decision.answerer
    problem = order.problem_with(decision)
    if problem is not None:
        raise Invalid([problem])
    return None


def _route(order: CallOrder, decision: Decision, call: Call) -> CallRoute:
    return CallRoute(
        call_id=call.id,
        organization_id=call.organization_id,
        asked=Asked(
            called=order.to_number,
            caller=order.from_number,
            source="",
            transport="",
            at=call.created_at,
            sip_call_id="",
        ),
        revision=decision.revision,
        trace=decision.trace,
    )
