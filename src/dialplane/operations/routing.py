"""Calls as the edge asks about them: decided, seated and noted, once each."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from dialplane.domain.calls import Asked, Call, CallId, CallRoute, CallType, Direction
from dialplane.domain.digits import read_digits
from dialplane.domain.frozen import dataclass
from dialplane.domain.numbers import HeldNumber
from dialplane.domain.refusals import RefusalId, RefusedAttempt
from dialplane.domain.routing import (
    Decision,
    InboundFacts,
    InboundQuestion,
    OutboundFacts,
    OutboundQuestion,
    Refused,
    Routed,
    route_inbound,
    route_outbound,
)
from dialplane.domain.values import LIVE
from dialplane.operations.agent_data import webhooks_in, webhooks_of
from dialplane.operations.ids import new_id
from dialplane.operations.transactions import in_transaction
from dialplane.store import (
    calls,
    numbers,
    organizations,
    peers,
    placed_calls,
    refusals,
    routing,
)
from dialplane.store.database import Database, Reader, Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """A route, the number it is for as it was then, and the call it is recorded under.

    `shown` is what the callee sees; `webhooks` are those of the version that answers a caller.
    """

    call_id: CallId
    routed: Routed
    number: HeldNumber
    shown: str
    webhooks: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    call_id: CallId
    refused: Refused


Verdict = Granted | Denied


@dataclass(frozen=True, slots=True)
class _Decided:
    decision: Decision
    facts: InboundFacts | OutboundFacts
    webhooks: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Matter:
    """A question in either direction; `decide` reads its facts and says what follows.

    So does `decide_at_once` by a single statement, which may not tell all: then it says None.
    """

    direction: Direction
    question: InboundQuestion | OutboundQuestion
    asked: Asked
    decide: Callable[[Reader], _Decided]
    decide_at_once: Callable[[Reader], _Decided | None] | None = None


def inbound(database: Database, question: InboundQuestion, asked: Asked) -> Verdict:
    """Decide a call to a number. Asked again with the same call id it is the same call."""

    def decided(db: Reader, facts: InboundFacts, draft: str | None) -> _Decided:
        decision = route_inbound(question, facts)
        return _Decided(decision, facts, _webhooks(db, decision, facts, draft))

    def decide(db: Reader) -> _Decided:
        return decided(db, *routing.inbound_facts_and_draft(db, LIVE, question))

    def decide_at_once(db: Reader) -> _Decided | None:
        told = routing.inbound_facts_at_once(db, LIVE, question)
        # A version is never changed, so that what it says may be read an instant later.
        return None if told is None else decided(db, *told)

    matter = _Matter(
        direction=Direction.INBOUND,
        question=question,
        asked=asked,
        decide=decide,
        decide_at_once=decide_at_once,
    )
    return _settled(database, matter)


def outbound(
    database: Database, question: OutboundQuestion, asked: Asked, *, claimed: str | None = None
) -> Verdict:
    """Decide a call that presents a number; a leg of a `claimed` call that holds is that call."""
    if claimed is not None:
        with database.reading() as db:
            question = _as_claimed(db, question, CallId(claimed))

    def decide(db: Reader) -> _Decided:
        facts = routing.outbound_facts(db, LIVE, question)
        return _Decided(route_outbound(question, facts), facts, {})

    matter = _Matter(direction=Direction.OUTBOUND, question=question, asked=asked, decide=decide)
    return _settled(database, matter)


def _as_claimed(db: Reader, question: OutboundQuestion, claimed: CallId) -> OutboundQuestion:
    """A leg that says it belongs to a call: same organization, going out, and not over.

    A dialer is no runtime; that it was told to place this very call says as much as its address
    could.
    """
    holder = numbers.find_holder(db, LIVE, question.caller.canonical)
    call = None if holder is None else calls.find(db, holder.organization_id, claimed)
    if call is None or call.direction is not Direction.OUTBOUND or call.ending is not None:
        return question
    question = replace(question, call_id=call.id)
    dialled_from = placed_calls.dialled_from(db, call, now=question.at)
    callee = read_digits(call.to_number or "")
    if dialled_from != str(question.source) or callee.canonical != question.callee.canonical:
        return question
    shown = call.presentation_number
    presentation = None if shown is None else read_digits(shown)
    return replace(question, source=None, presentation=presentation)


def _settled(database: Database, matter: _Matter) -> Verdict:
    call_id = CallId(matter.question.call_id)
    seen = _seen(database, matter)
    if isinstance(seen.decision, Routed):
        seen = _kept(database, matter, seen, seen.decision)
    decision, facts = seen.decision, seen.facts
    if isinstance(decision, Refused):
        note_refusal(database, _attempt(decision, matter))
        return Denied(call_id=call_id, refused=decision)
    return Granted(
        call_id=call_id,
        routed=decision,
        number=_held(facts),
        shown=_shown(matter.question) or _held(facts).number,
        webhooks=seen.webhooks,
    )


def _seen(database: Database, matter: _Matter) -> _Decided:
    if matter.decide_at_once is not None:
        with database.reading() as db:
            seen = matter.decide_at_once(db)
        if seen is not None:
            return seen
    with database.snapshot() as db:
        return matter.decide(db)


def _webhooks(
    db: Reader, decision: Decision, facts: InboundFacts, draft: str | None
) -> Mapping[str, Any]:
    """Those of the version that answers; the `draft` of the mapped agent has been read already."""
    if isinstance(decision, Refused) or decision.answerer is None:
        return {}
    answerer = decision.answerer
    mapped = None if facts.number is None else facts.number.inbound_agent
    if draft is not None and answerer.mapping == mapped:
        return webhooks_in(draft)
    return webhooks_of(db, decision.organization_id, answerer.mapping, answerer.version)


def _shown(question: InboundQuestion | OutboundQuestion) -> str | None:
    if isinstance(question, InboundQuestion) or question.presentation is None:
        return None
    return question.presentation.canonical


def _kept(database: Database, matter: _Matter, seen: _Decided, decision: Routed) -> _Decided:
    """Keep the call. Where seats are limited, decide again while nobody else can take one.

    Else nobody has to wait for the record: of a call it is lost of, the edge's reports make one
    anew. But when the edge may refuse the call in the next instant, there must be one to forget.
    """
    if seen.facts.limits or decision.digest_required:
        seated = partial(_seated, matter=matter, seen=seen)
        return in_transaction(database.noting, seated)
    calls.note(database, _call(decision, _held(seen.facts), matter), _route(decision, matter))
    return seen


def _seated(db: Writer, matter: _Matter, seen: _Decided) -> _Decided:
    if seen.facts.limits:
        organizations.get_locked(db, _held(seen.facts).organization_id)
        seen = matter.decide(db)
    decision = seen.decision
    if isinstance(decision, Routed):
        call = _call(decision, _held(seen.facts), matter)
        calls.start(db, call, _route(decision, matter))
    return seen


def _held(facts: InboundFacts | OutboundFacts) -> HeldNumber:
    if facts.number is None:
        raise AssertionError("unreachable: only held numbers are routed")
    return facts.number


def _call(decision: Routed, number: HeldNumber, matter: _Matter) -> Call:
    question, answerer = matter.question, decision.answerer
    inbound_call = isinstance(question, InboundQuestion)
    other = question.caller if isinstance(question, InboundQuestion) else question.callee
    presentation = None if isinstance(question, InboundQuestion) else question.presentation
    return Call(
        id=CallId(question.call_id),
        organization_id=decision.organization_id,
        number_id=decision.number_id,
        direction=matter.direction,
        call_type=CallType(matter.direction),
        from_number=other.canonical if inbound_call else number.number,
        to_number=number.number if inbound_call else other.canonical,
        presentation_number=presentation.canonical if presentation else None,
        agent=answerer.mapping if answerer else None,
        agent_version=answerer.version if answerer else None,
        variant_label=answerer.variant_label if answerer else None,
        created_at=question.at,
    )


def _route(decision: Routed, matter: _Matter) -> CallRoute:
    return CallRoute(
        call_id=CallId(matter.question.call_id),
        organization_id=decision.organization_id,
        asked=matter.asked,
        revision=decision.revision,
        trace=decision.trace,
    )


def _attempt(decision: Refused, matter: _Matter) -> RefusedAttempt | None:
    if decision.organization_id is None:
        return None
    question = matter.question
    return RefusedAttempt(
        id=RefusalId(new_id(question.at)),
        organization_id=decision.organization_id,
        number_id=decision.number_id,
        direction=matter.direction,
        reason=decision.reason,
        source=matter.asked.source,
        call_id=question.call_id,
        asked=matter.asked,
        revision=decision.revision,
        first_at=question.at,
        last_at=question.at,
        trace=decision.trace,
        near_misses=decision.near_misses,
    )


def note_refusal(database: Database, attempt: RefusedAttempt | None) -> None:
    """Keep an attempt for the owner of the number; one that nobody owns costs nothing."""
    if attempt is None:
        return
    with database.reading() as db:
        if refusals.noted_lately(db, attempt):
            return
    in_transaction(database.writing, lambda db: refusals.keep(db, attempt))


def learn_realm(database: Database, peer_id: str, realm: str) -> None:
    """Remember what a trunk calls its realm, so that its next call is not challenged twice."""
    in_transaction(database.writing, lambda db: peers.keep_realm(db, peer_id, realm))
