"""What the edge reports: at least once, in any order, also about calls we never heard of."""

from dataclasses import dataclass, replace

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
from dialplane.domain.digits import read_digits
from dialplane.domain.disconnections import EventReason
from dialplane.domain.errors import NotFound
from dialplane.domain.numbers import AgentMapping, HeldNumber
from dialplane.domain.refusals import RefusalId, RefusedAttempt
from dialplane.domain.routing import Refusal
from dialplane.domain.values import AgentId, Millis, NumberId, OrganizationId
from dialplane.operations import call_messages
from dialplane.operations.ids import new_id
from dialplane.operations.routing import in_transaction
from dialplane.store import calls, edge_events, numbers, peers, refusals
from dialplane.store.database import Database, Writer

BATCH = 200
_REFUSALS = {refusal.value: refusal for refusal in Refusal}
UNKNOWN_NUMBER = "unknown_number"
NO_PEER = "no_peer"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallReport:
    """One event of a call, with enough in it to make the record."""

    id: str
    event: CallEvent
    call_id: CallId
    direction: Direction
    asked: Asked
    organization_id: OrganizationId | None = None
    number_id: NumberId | None = None
    agent: AgentMapping | None = None
    agent_version: str | None = None
    revision: str = ""
    from_cache: bool = False
    target_uri: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerReport:
    """A peer began or ceased to answer."""

    id: str
    at: Millis
    down: bool
    uri: str | None
    sip_code: int | None = None


@dataclass(slots=True, kw_only=True)
class Receipt:
    accepted: int = 0
    duplicates: int = 0
    ignored: dict[str, str]


def take(database: Database, reports: list[CallReport | PeerReport], *, now: Millis) -> Receipt:
    """Take a batch whole; taken again it changes nothing."""

    def work(db: Writer) -> Receipt:
        receipt = Receipt(ignored={})
        for report in reports:
            _take_one(db, report, receipt, now=now)
        return receipt

    return in_transaction(database, work)


def _take_one(
    db: Writer, report: CallReport | PeerReport, receipt: Receipt, *, now: Millis
) -> None:
    if not edge_events.take(db, report.id, now=now):
        receipt.duplicates += 1
        return
    useless = _of_peer(db, report) if isinstance(report, PeerReport) else _of_call(db, report)
    if useless is None:
        receipt.accepted += 1
    else:
        receipt.ignored[report.id] = useless


def _of_peer(db: Writer, report: PeerReport) -> str | None:
    if report.uri is None:
        return NO_PEER
    peers.mark(db, report.uri, down=report.down, since=report.at, sip_code=report.sip_code)
    return None


def _of_call(db: Writer, report: CallReport) -> str | None:
    call = calls.find_locked(db, report.call_id)
    if call is None:
        number = _number(db, report)
        if number is None:
            return UNKNOWN_NUMBER
        if report.event.type is EventType.REJECTED:
            _note_rejection(db, report, number)
            return None
        call = _recovered(report, number)
        calls.start(db, call, _route(report, number))
    elif report.event.type is EventType.REJECTED and call.direction is Direction.INBOUND:
        ours = replace(report, organization_id=call.organization_id, number_id=call.number_id)
        number = _number(db, ours)
        if number is not None:
            _note_rejection(db, report, number)
        calls.forget(db, call)
        return None
    _tell(db, call, report)
    return None


def _tell(db: Writer, call: Call, report: CallReport) -> None:
    told = call.told(report.event)
    if told != call:
        call_messages.save(db, call, told, at=report.event.at)
    calls.reached(
        db,
        call,
        target_uri=report.target_uri,
        from_cache=report.from_cache,
        last=report.event.type is not EventType.STARTED,
    )


def _number(db: Writer, report: CallReport) -> HeldNumber | None:
    if report.organization_id is None or report.number_id is None:
        return None
    try:
        return numbers.get(db, report.organization_id, report.number_id)
    except NotFound:
        return None


def _recovered(report: CallReport, number: HeldNumber) -> Call:
    """A call that was decided from the edge's memory while we were silent."""
    inbound = report.direction is Direction.INBOUND
    other = read_digits(report.asked.caller if inbound else report.asked.called).canonical
    return Call(
        id=report.call_id,
        organization_id=number.organization_id,
        number_id=number.id,
        direction=report.direction,
        call_type=CallType(report.direction),
        from_number=other if inbound else number.number,
        to_number=number.number if inbound else other,
        agent=report.agent,
        agent_version=report.agent_version,
        created_at=report.event.at - (report.event.duration_ms or 0),
    )


def _route(report: CallReport, number: HeldNumber) -> CallRoute:
    return CallRoute(
        call_id=report.call_id,
        organization_id=number.organization_id,
        asked=report.asked,
        revision=report.revision,
        from_cache=report.from_cache,
        target_uri=report.target_uri,
    )


def _note_rejection(db: Writer, report: CallReport, number: HeldNumber) -> None:
    reason = _REFUSALS.get(report.event.reason or "")
    if reason is None:
        return
    refusals.keep(
        db,
        RefusedAttempt(
            id=RefusalId(new_id(report.event.at)),
            organization_id=number.organization_id,
            number_id=number.id,
            direction=report.direction,
            reason=reason,
            source=report.asked.source,
            call_id=report.call_id,
            asked=report.asked,
            revision=report.revision,
            first_at=report.event.at,
            last_at=report.event.at,
        ),
    )


def lose_overdue(database: Database, *, now: Millis) -> int:
    """End calls nobody has told anything about for too long, so that their seats are free."""

    def work(db: Writer) -> int:
        overdue = calls.overdue(db, now=now, limit=BATCH)
        for call in overdue:
            call_messages.save(db, call, call.lose(now=now), at=now)
        edge_events.forget(db, now=now)
        return len(overdue)

    return in_transaction(database, work)


def mapping_told(agent_id: str | None, selector: str | None) -> AgentMapping | None:
    if agent_id is None or selector is None:
        return None
    return AgentMapping(agent_id=AgentId(agent_id), agent_version=selector)


def reason_told(reason: str | None) -> EventReason | None:
    """A word we know; others may come from a newer edge."""
    return EventReason(reason) if reason in set(EventReason) else None
