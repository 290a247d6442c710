"""All facts of a decision about a call, read at one instant."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final, LiteralString

from dialplane.domain.digits import Digits, NearMiss, near_misses, near_spellings
from dialplane.domain.number_routing import InboundAuth, NumberRouting
from dialplane.domain.numbers import HeldNumber
from dialplane.domain.routing import (
    AcceptedSource,
    InboundFacts,
    InboundQuestion,
    OutboundFacts,
    OutboundQuestion,
    Plan,
    SourceOrigin,
    accepting,
)
from dialplane.domain.routing.questions import IpAddress
from dialplane.domain.values import Millis, OrganizationId
from dialplane.store import routing_numbers, routing_plans, routing_sources
from dialplane.store.database import Reader
from dialplane.store.routing_numbers import Found

UNCONFIGURED: Final = "0"


def inbound_facts(
    db: Reader, realm: str, question: InboundQuestion, *, viewer: OrganizationId | None = None
) -> InboundFacts:
    """The facts about a call to a number; to a `viewer`, numbers of others do not exist."""
    found = _called(db, realm, question, viewer=viewer)
    return _inbound_facts(db, realm, question, found, viewer=viewer)


def inbound_facts_and_draft(
    db: Reader, realm: str, question: InboundQuestion
) -> tuple[InboundFacts, str | None]:
    """The same, and what the mapped agent says if its current version is the one that is mapped."""
    found = _called(db, realm, question, viewer=None)
    agent = None if found is None else found.inbound_agent
    return _inbound_facts(db, realm, question, found, viewer=None), agent and agent.draft


def inbound_facts_at_once(
    db: Reader, realm: str, question: InboundQuestion
) -> tuple[InboundFacts, str | None] | None:
    """The same by one statement, which is one instant by itself; None where it takes more."""
    held = routing_numbers.find_held(db, realm, question.called.canonical)
    found = _seen(held, at=question.at, viewer=None)
    if found is None or not _tells_all(found, question.source):
        return None
    facts = _inbound_facts(db, realm, question, found, viewer=None)
    return facts, found.inbound_agent and found.inbound_agent.draft


def _tells_all(found: Found, source: IpAddress | None) -> bool:
    """Whether no further statement is needed for the facts of a call from there."""
    routing = found.routing
    limits = (
        found.concurrent_calls,
        found.calls_per_second,
        routing.concurrent_calls,
        routing.calls_per_second,
    )
    elsewhere = routing.inbound_split or routing.fallbacks or limits != (None, None, None, None)
    return not elsewhere and (source is None or _named(found, source) is not None)


def _inbound_facts(
    db: Reader,
    realm: str,
    question: InboundQuestion,
    found: Found | None,
    *,
    viewer: OrganizationId | None,
) -> InboundFacts:
    known_to, from_carrier = _behind(db, realm, question.source, found)
    if viewer is not None:
        known_to &= {viewer}
    if found is None:
        return InboundFacts(
            number=None,
            revision=UNCONFIGURED,
            known_to=known_to,
            from_carrier=from_carrier,
            near_misses=_near_misses(db, realm, question.called, _askers(known_to, viewer)),
        )
    number, routing = found.number, found.routing
    return InboundFacts(
        number=number,
        revision=_revision(found),
        sources=found.sources,
        known_to=known_to,
        from_carrier=from_carrier,
        digest_required=_asks_for_digest(number, routing),
        plan=routing_plans.plan(
            db,
            found,
            split=routing.inbound_split,
            fallbacks=routing.fallbacks,
            mapped=[number.inbound_agent],
        ),
        limits=routing_plans.limits(db, found, now=question.at, but=question.call_id),
    )


def outbound_facts(
    db: Reader, realm: str, question: OutboundQuestion, *, viewer: OrganizationId | None = None
) -> OutboundFacts:
    """The facts about a call that presents a number; `viewer` as for `inbound_facts`.

    Of agents and their runtimes nothing is read where the call brings who talks.
    """
    presented = routing_numbers.find_presented(db, realm, question.caller.canonical)
    found = _seen(presented, at=question.at, viewer=viewer)
    known_to = frozenset[OrganizationId]()
    if question.source is not None:
        known_to = routing_sources.organizations_answering_at(db, realm, question.source)
    if viewer is not None:
        known_to &= {viewer}
    if found is None:
        near = _near_misses(db, realm, question.caller, _askers(known_to, viewer))
        return OutboundFacts(
            number=None, revision=UNCONFIGURED, known_to=known_to, near_misses=near
        )
    number = found.number
    plan = Plan()
    if question.needs_agent:
        plan = routing_plans.plan(
            db,
            found,
            split=found.routing.outbound_split,
            fallbacks=(),
            mapped=[number.outbound_agent, question.agent],
        )
    return OutboundFacts(
        number=number,
        revision=_revision(found),
        known_to=known_to,
        may_present=_may_present(db, number, question.presentation),
        plan=plan.over(routing_plans.trunk(db, number)),
        limits=routing_plans.limits(db, found, now=question.at, but=question.call_id),
    )


def _called(
    db: Reader, realm: str, question: InboundQuestion, *, viewer: OrganizationId | None
) -> Found | None:
    called = routing_numbers.find_called(db, realm, question.called.canonical)
    return _seen(called, at=question.at, viewer=viewer)


def _seen(found: Found | None, *, at: Millis, viewer: OrganizationId | None) -> Found | None:
    if found is None or viewer not in (None, found.number.organization_id):
        return None
    number = found.number.at(at)
    return found if number is found.number else replace(found, number=number)


def _behind(
    db: Reader, realm: str, source: IpAddress | None, found: Found | None
) -> tuple[frozenset[OrganizationId], bool]:
    """Who knows the source. A source the number accepts by name needs no further question."""
    if source is None:
        return frozenset(), False
    named = None if found is None else _named(found, source)
    if found is not None and named is not None:
        return frozenset({found.number.organization_id}), named.origin is SourceOrigin.CARRIER
    return (
        routing_sources.organizations_behind(db, realm, source),
        routing_sources.is_carrier(db, realm, source),
    )


def _named(found: Found, source: IpAddress) -> AcceptedSource | None:
    accepted = accepting(found.sources, source)
    return None if accepted is None or accepted.is_anyone else accepted


def _asks_for_digest(number: HeldNumber, routing: NumberRouting) -> bool:
    # Without a user name there is nothing to ask for; the source still has to be right.
    wanted = routing.inbound_auth is InboundAuth.SOURCE_AND_DIGEST
    return wanted and number.sip.auth_username is not None


def _revision(found: Found) -> str:
    return f"{found.number.revision}.{found.routing.revision}"


def _may_present(db: Reader, number: HeldNumber, presentation: Digits | None) -> bool:
    if presentation is None:
        return False
    if presentation.canonical == number.canonical:
        return True
    row = db.one_or_none(
        """
        SELECT canonical FROM presentation_numbers
         WHERE organization_id = :organization_id AND canonical = :canonical
        """,
        organization_id=number.organization_id,
        canonical=presentation.canonical,
    )
    return row is not None


def _askers(
    known_to: frozenset[OrganizationId], viewer: OrganizationId | None
) -> frozenset[OrganizationId]:
    return known_to if viewer is None else frozenset({viewer})


# As many parameters as a called number can have likely meanings.
_MOST_MEANINGS: Final = 512
_MEANT: Final[LiteralString] = (
    "(" + ", ".join(":m" + str(place) for place in range(_MOST_MEANINGS)) + ")"
)


def _near_misses(
    db: Reader, realm: str, wanted: Digits, organization_ids: Iterable[OrganizationId]
) -> tuple[NearMiss, ...]:
    meant = sorted(near_spellings(wanted))[:_MOST_MEANINGS]
    if not meant:
        return ()
    padded = [*meant, *[None] * (_MOST_MEANINGS - len(meant))]
    named = {f"m{place}": text for place, text in enumerate(padded)}
    held = [
        row["canonical"]
        for organization_id in organization_ids
        for row in db.all(
            """
            SELECT canonical FROM telephone_numbers
             WHERE organization_id = :organization_id AND realm = :realm
               AND status <> 'expired' AND canonical IN """
            + _MEANT,
            organization_id=organization_id,
            realm=realm,
            **named,
        )
    ]
    return near_misses(wanted, held)
