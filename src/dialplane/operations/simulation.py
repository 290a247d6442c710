"""What would happen: the function that decides live calls, asked without a call."""

from dataclasses import replace

from dialplane.domain.callers import Caller
from dialplane.domain.calls import Call, CallId, CallRoute, Direction
from dialplane.domain.digits import read_digits
from dialplane.domain.errors import Invalid, NotFound
from dialplane.domain.frozen import dataclass
from dialplane.domain.numbers import HeldNumber
from dialplane.domain.routing import (
    Decision,
    InboundQuestion,
    OutboundQuestion,
    Refused,
    Why,
    route_inbound,
    route_outbound,
    source_address,
)
from dialplane.domain.values import Millis, OrganizationId
from dialplane.store import calls, routing
from dialplane.store.database import Reader

SIMULATED = "simulated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A call that nobody makes; without a source, one from where it would be accepted."""

    direction: Direction
    called: str
    caller: str
    source: str | None = None
    at: Millis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What would become of a call."""

    question: InboundQuestion | OutboundQuestion
    decision: Decision
    number: HeldNumber | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A call as it was routed then, and as it would be now."""

    call: Call
    route: CallRoute
    today: Outcome

    @property
    def same(self) -> bool:
        """Whether the same version of the same agent would answer."""
        decision = self.today.decision
        if isinstance(decision, Refused):
            return False
        then = (self.call.agent, self.call.agent_version, self.call.variant_label)
        answerer = decision.answerer
        if answerer is None:
            return then == (None, None, None)
        return then == (answerer.mapping, answerer.version, answerer.variant_label)


def simulate(db: Reader, caller: Caller, scenario: Scenario) -> Outcome:
    """Decide a call by what is set and held right now, or will be at a later instant.

    Raises:
        Invalid: the source is no address, or the instant lies in the past.
    """
    at = caller.now if scenario.at is None else scenario.at
    if at < caller.now:
        raise Invalid.one("at", "in_the_past")
    question = question_of(scenario, at=at)
    return outcome(db, caller.realm, question, viewer=caller.organization_id)


def replay(db: Reader, caller: Caller, call_id: CallId) -> Replay:
    """Ask the question of an old call again.

    Raises:
        NotFound: there is no such call, or nobody asked a question for it.
    """
    call = calls.get(db, caller.organization_id, call_id)
    route = calls.find_route(db, caller.organization_id, call_id)
    if route is None:
        raise NotFound
    question = _asked_again(call, route, at=caller.now)
    today = outcome(db, caller.realm, question, viewer=caller.organization_id)
    return Replay(call=call, route=route, today=today)


def outcome(
    db: Reader,
    realm: str,
    question: InboundQuestion | OutboundQuestion,
    *,
    viewer: OrganizationId | None,
) -> Outcome:
    """What becomes of a call; to a `viewer`, numbers of others do not exist."""
    if isinstance(question, InboundQuestion):
        inbound = routing.inbound_facts(db, realm, question, viewer=viewer)
        decision, number = route_inbound(question, inbound), inbound.number
        return Outcome(question=question, decision=decision, number=number)
    outbound = routing.outbound_facts(db, realm, question, viewer=viewer)
    decision, number = route_outbound(question, outbound), outbound.number
    return Outcome(question=question, decision=decision, number=number)


def question_of(scenario: Scenario, *, at: Millis) -> InboundQuestion | OutboundQuestion:
    """The question the edge would ask.

    Raises:
        Invalid: the source is no address.
    """
    source = None if not scenario.source else source_address(scenario.source)
    if scenario.source and source is None:
        raise Invalid.one("source_address", "not_an_ip_address")
    if scenario.direction is Direction.INBOUND:
        return InboundQuestion(
            call_id=SIMULATED,
            called=read_digits(scenario.called),
            caller=read_digits(scenario.caller),
            source=source,
            at=at,
        )
    return OutboundQuestion(
        call_id=SIMULATED,
        caller=read_digits(scenario.caller),
        callee=read_digits(scenario.called),
        source=source,
        at=at,
        # A runtime that calls by itself has somebody who talks; a call placed here needs one.
        needs_agent=source is None,
    )


def _asked_again(call: Call, route: CallRoute, *, at: Millis) -> InboundQuestion | OutboundQuestion:
    asked = route.asked
    scenario = Scenario(
        direction=call.direction,
        called=asked.called,
        caller=asked.caller,
        source=asked.source,
    )
    question = question_of(scenario, at=at)
    if isinstance(question, InboundQuestion):
        return replace(question, call_id=call.id)
    named = any(step.why is Why.NAMED_BY_CALLER for step in route.trace)
    return replace(question, call_id=call.id, agent=call.agent if named else None)
