"""Who may place a call that presents a held number, and which trunk carries it."""

from dialplane.domain.numbers import AgentMapping, HeldNumber
from dialplane.domain.routing.answering import Call, Targets, choose_answerer, resolve
from dialplane.domain.routing.decisions import (
    Answerer,
    Decision,
    Refusal,
    Routed,
    Rule,
    Trace,
    Why,
    nobody_left,
    refused,
)
from dialplane.domain.routing.facts import OutboundFacts
from dialplane.domain.routing.limits import exceeded
from dialplane.domain.routing.questions import OutboundQuestion
from dialplane.domain.routing.service import of_service


def route_outbound(question: OutboundQuestion, facts: OutboundFacts) -> Decision:
    """Try the rules in the order of `route_inbound`, for the same reasons.

    The source is a runtime here: of nobody, it hears `source_not_allowed`; of an organization
    that does not hold the number, `number_unknown`, as if nobody held it. A number that is shown
    instead without approval is unknown to us, too. Without a trunk there is nothing to reach.
    """
    trace = Trace()
    number = _number_in_view(question, facts, trace)
    if isinstance(number, Refusal):
        return refused(number, facts, trace)
    refusal = of_service(number, trace) or _of_presentation(question, facts, trace)
    if refusal is not None:
        return refused(refusal, facts, trace)
    call = Call(
        id=question.call_id, number=number.canonical, variant_seed=question.callee.canonical
    )
    answerer = _answerer(call, question, facts, mapped=number.outbound_agent, trace=trace)
    if isinstance(answerer, Refusal):
        return refused(nobody_left(answerer, trace), facts, trace)
    targets = Targets(call, facts.plan, trace)
    refusal = targets.of_telephone(question.callee.canonical, Rule.TRUNK)
    if refusal is not None:
        return refused(nobody_left(refusal, trace), facts, trace)
    refusal = exceeded(facts.limits, trace)
    if refusal is not None:
        return refused(refusal, facts, trace)
    trace.routed(targets.found[0])
    return Routed(
        organization_id=number.organization_id,
        number_id=number.id,
        targets=tuple(targets.found),
        answerer=answerer,
        sources=(),
        digest_required=False,
        revision=facts.revision,
        trace=tuple(trace.steps),
    )


def _number_in_view(
    question: OutboundQuestion, facts: OutboundFacts, trace: Trace
) -> HeldNumber | Refusal:
    number = facts.number
    if question.source is None:
        trace.skipped(Rule.STRANGER, Why.NO_SOURCE_GIVEN)
    elif not facts.known_to:
        trace.refused(Rule.STRANGER, Why.SOURCE_OF_NOBODY, str(question.source))
        return Refusal.SOURCE_NOT_ALLOWED
    else:
        trace.passed(Rule.STRANGER, Why.SOURCE_KNOWN, str(question.source))
    foreign = question.source is not None and (
        number is not None and number.organization_id not in facts.known_to
    )
    if number is None or foreign:
        trace.refused(Rule.NUMBER, Why.NOT_HELD, question.caller.canonical)
        return Refusal.NUMBER_UNKNOWN
    trace.passed(Rule.NUMBER, Why.HELD, number.number)
    return number


def _of_presentation(
    question: OutboundQuestion, facts: OutboundFacts, trace: Trace
) -> Refusal | None:
    if question.presentation is None:
        trace.skipped(Rule.PRESENTATION, Why.NOT_ASKED_FOR)
        return None
    shown = question.presentation.canonical
    if not facts.may_present:
        trace.refused(Rule.PRESENTATION, Why.NOT_APPROVED, shown)
        return Refusal.NUMBER_UNKNOWN
    trace.passed(Rule.PRESENTATION, Why.APPROVED, shown)
    return None


def _answerer(
    call: Call,
    question: OutboundQuestion,
    facts: OutboundFacts,
    *,
    mapped: AgentMapping | None,
    trace: Trace,
) -> Answerer | Refusal | None:
    """Who talks: named for this call, drawn by the split, or mapped.

    A runtime that calls by itself has somebody who talks already; it may go unmapped.
    """
    if not question.needs_agent:
        trace.skipped(Rule.AGENT, Why.NOT_ASKED_FOR)
        return None
    if question.agent is not None:
        trace.passed(Rule.AGENT, Why.NAMED_BY_CALLER, question.agent.agent_id)
        return resolve(facts.plan, question.agent, trace)
    return choose_answerer(call, facts.plan, mapped, trace)
