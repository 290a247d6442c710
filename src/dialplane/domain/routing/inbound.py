"""Who answers a call to a number."""

from dialplane.domain.numbers import HeldNumber
from dialplane.domain.routing.answering import Call, Targets, choose_answerer
from dialplane.domain.routing.decisions import (
    Answerer,
    Decision,
    Refusal,
    Routed,
    Rule,
    Target,
    Trace,
    Why,
    nobody_left,
    refused,
)
from dialplane.domain.routing.facts import AcceptedSource, InboundFacts
from dialplane.domain.routing.limits import exceeded
from dialplane.domain.routing.questions import DigestCheck, InboundQuestion, text_of
from dialplane.domain.routing.service import of_service


def route_inbound(question: InboundQuestion, facts: InboundFacts) -> Decision:
    """Try the rules in their order, which is part of the contract.

    1. stranger: a source that no trunk, allow-list or carrier names hears `source_not_allowed`,
       whether the number exists or not; only a number that is open to anyone makes an exception.
    2. number: a known source hears `number_unknown` for numbers of organizations that do not know
       it, exactly as for numbers that nobody holds. So nobody can find out which numbers exist,
       and whoever runs a trunk learns the truth about their own numbers and no others.
    3. source, digest, service: the most telling reason first, before anything costs a look-up.
    4. agent, runtime: the agent, then its fallbacks in order; the reason is the first one's.
    5. limit: last, so that a number that could never be answered does not sound busy.
    """
    trace = Trace()
    accepted = None if question.source is None else facts.accepts(question.source)
    number = _number_in_view(question, facts, accepted, trace)
    if isinstance(number, Refusal):
        return refused(number, facts, trace)
    refusal = (
        _of_source(question, facts, accepted, trace)
        or _of_digest(question, facts, trace)
        or of_service(number, trace)
    )
    if refusal is not None:
        return refused(refusal, facts, trace)
    targets = _targets(number, question, facts, trace)
    if isinstance(targets, Refusal):
        return refused(targets, facts, trace)
    if (refusal := exceeded(facts.limits, trace)) is not None:
        return refused(refusal, facts, trace)
    trace.routed(targets[0])
    return Routed(
        organization_id=number.organization_id,
        number_id=number.id,
        targets=targets,
        answerer=targets[0].answerer,
        sources=facts.sources,
        digest_required=facts.digest_required,
        revision=facts.revision,
        trace=tuple(trace.steps),
    )


def _number_in_view(
    question: InboundQuestion, facts: InboundFacts, accepted: AcceptedSource | None, trace: Trace
) -> HeldNumber | Refusal:
    if question.source is None:
        trace.skipped(Rule.STRANGER, Why.NO_SOURCE_GIVEN)
        in_view = True
    else:
        known = facts.source_is_known
        if accepted is None and not known:
            trace.refused(Rule.STRANGER, Why.SOURCE_OF_NOBODY, text_of(question.source))
            return Refusal.SOURCE_NOT_ALLOWED
        why = Why.SOURCE_KNOWN if known else Why.OPEN_TO_ANYONE
        trace.passed(Rule.STRANGER, why, text_of(question.source))
        in_view = accepted is not None or facts.in_view
    if facts.number is None or not in_view:
        trace.refused(Rule.NUMBER, Why.NOT_HELD, question.called.canonical)
        return Refusal.NUMBER_UNKNOWN
    trace.passed(Rule.NUMBER, Why.HELD, facts.number.number)
    return facts.number


def _of_source(
    question: InboundQuestion, facts: InboundFacts, accepted: AcceptedSource | None, trace: Trace
) -> Refusal | None:
    if question.source is None:
        trace.skipped(Rule.SOURCE, Why.NO_SOURCE_GIVEN)
        return None
    if accepted is not None:
        told = f"{accepted.origin} {text_of(accepted.network)}"
        trace.passed(Rule.SOURCE, Why.SOURCE_ACCEPTED, told)
        return None
    why = Why.SOURCE_OF_ANOTHER_TRUNK if facts.sources else Why.NO_SOURCE_ACCEPTED_YET
    trace.refused(Rule.SOURCE, why, text_of(question.source))
    return Refusal.SOURCE_NOT_ALLOWED


def _of_digest(question: InboundQuestion, facts: InboundFacts, trace: Trace) -> Refusal | None:
    if not facts.digest_required:
        trace.skipped(Rule.DIGEST, Why.NOT_ASKED_FOR)
        return None
    match question.digest:
        case DigestCheck.FAILED:
            trace.refused(Rule.DIGEST, Why.CREDENTIALS_WRONG)
            return Refusal.DIGEST_FAILED
        case DigestCheck.PASSED:
            trace.passed(Rule.DIGEST, Why.CREDENTIALS_RIGHT)
        case DigestCheck.NOT_YET:
            trace.skipped(Rule.DIGEST, Why.EDGE_WILL_CHALLENGE)
    return None


def _targets(
    number: HeldNumber, question: InboundQuestion, facts: InboundFacts, trace: Trace
) -> tuple[Target, ...] | Refusal:
    caller = question.caller
    call = Call(
        id=question.call_id,
        number=number.canonical,
        # Whoever hides is not one person: each of their calls draws anew.
        variant_seed=question.call_id if caller.anonymous else caller.canonical,
    )
    targets = Targets(call, facts.plan, trace)
    answerer = choose_answerer(call, facts.plan, number.inbound_agent, trace)
    refusal = targets.of_agent(answerer) if isinstance(answerer, Answerer) else answerer
    for place, fallback in enumerate(facts.plan.fallbacks, start=1):
        targets.of_fallback(place, fallback, answerer)
    if targets.found:
        return tuple(targets.found)
    return nobody_left(refusal or Refusal.RUNTIME_UNREACHABLE, trace)
