"""Calls somebody asks for over the API, and what a dialer is told to do about them."""

from dataclasses import field
from typing import Any, Final

from dialplane.domain.calls import Call, CallId
from dialplane.domain.errors import FieldProblem, Invalid
from dialplane.domain.frozen import dataclass
from dialplane.domain.numbers import AgentMapping
from dialplane.domain.routing import OutboundFacts, Refused, Rule, Verdict, Why
from dialplane.domain.routing.decisions import Refusal, Target
from dialplane.domain.values import SECOND_MS, Millis

SHORTEST_RING_MS: Final = 1 * SECOND_MS
LONGEST_RING_MS: Final = 180 * SECOND_MS
# How long a runtime may take when the callee is on the line already.
RUNTIME_ANSWERS_WITHIN_MS: Final = 10 * SECOND_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOrder:
    """A call that somebody asks for; the number's own routing chooses who talks, unless named."""

    from_number: str
    to_number: str
    agent: AgentMapping | None = None
    presentation_number: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    dynamic_variables: dict[str, Any] = field(default_factory=dict)

    def refuse_if_wrong(self, facts: OutboundFacts) -> None:
        """What is wrong whatever routing says.

        Raises:
            Invalid: a call to itself, or an agent named where a split chooses.
        """
        if self.from_number == self.to_number:
            raise Invalid.one("to_number", "calls_itself")
        if self.agent is not None and facts.plan.split:
            raise Invalid.one("agent", "split_chooses")

    def problem_with(self, decision: Refused) -> FieldProblem | None:
        """What the order has to change, or None when it is right and only the time is not."""
        why = {step.rule: step.why for step in decision.trace if step.verdict is not Verdict.PASSED}
        if decision.reason is Refusal.AGENT_MISSING:
            return self._agent_problem(decision)
        if decision.reason is Refusal.NUMBER_UNKNOWN and Rule.PRESENTATION in why:
            return FieldProblem("presentation_number", "not_approved")
        if why.get(Rule.TRUNK) is Why.NO_TRUNK:
            return FieldProblem("from_number", "number_without_trunk")
        return _WRONG.get(decision.reason)

    def _agent_problem(self, decision: Refused) -> FieldProblem:
        lost = [step.why for step in decision.trace if step.verdict is Verdict.LOST]
        prefix = "agent." if self.agent is not None else ""
        if Why.NEVER_PUBLISHED in lost or Why.NO_SUCH_VERSION in lost:
            field_ = f"{prefix}agent_version" if prefix else "agent"
            return FieldProblem(field_, lost[-1].value)
        return FieldProblem(f"{prefix}agent_id" if prefix else "agent", "agent_missing")


_WRONG: Final = {
    Refusal.NUMBER_UNKNOWN: FieldProblem("from_number", "number_not_held"),
    Refusal.NOT_ACTIVE_YET: FieldProblem("from_number", "number_not_in_service"),
    Refusal.EXPIRED: FieldProblem("from_number", "number_not_in_service"),
    Refusal.NO_AGENT_MAPPED: FieldProblem("agent", "no_outbound_agent"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DialOrder:
    """One call for a dialer, with the runtimes to invite in the order of trying."""

    call: Call
    runtimes: tuple[Target, ...]
    ring_timeout_ms: Millis
    max_duration_ms: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class DialOrders:
    orders: tuple[DialOrder, ...] = ()
    hang_up: tuple[CallId, ...] = ()


def ring_timeout_ms(data: dict[str, Any]) -> Millis:
    """How long an agent lets it ring, within what the edge can do."""
    wanted = int(data["callSettings"]["ringDurationInSeconds"] * SECOND_MS)
    return min(max(wanted, SHORTEST_RING_MS), LONGEST_RING_MS)


def max_duration_ms(data: dict[str, Any]) -> Millis:
    return max(int(data["callSettings"]["callTimeoutInSeconds"] * SECOND_MS), SECOND_MS)
