"""What the edge reports: at least once, in any order, also about calls we never heard of."""

from dataclasses import replace

from dialplane.domain.calls import (
    Asked,
    Call,
    CallEvent,
    CallId,
    CallRoute,
    CallType,
    Direction,
    EdgeLife,
    EventType,
)
from dialplane.domain.digits import read_digits
from dialplane.domain.disconnections import EventReason
from dialplane.domain.errors import NotFound
from dialplane.domain.frozen import dataclass
from dialplane.domain.numbers import AgentMapping, HeldNumber
from dialplane.domain.refusals import RefusalId, RefusedAttempt
from dialplane.domain.routing import Refusal
from dialplane.domain.values import AgentId, Millis, NumberId, OrganizationId
from dialplane.operations import call_messages
from dialplane.operations.ids import new_id
from dialplane.operations.routing import in_transaction
from dialplane.operations.told_calls import ToldCalls
from dialplane.store import calls, edge_events, numbers, peer_health, peers, refusals
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
    target_id: str | None = None
    target_uri: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerReport:
    """A peer began or ceased to answer."""

    id: str
    at: Millis
    down: bool
    uri: str | None
    sip_code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartReport:
    """An edge has started: of the calls of its lives before it knows nothing any more."""

    id: str
    at: Millis
    life: EdgeLife


Report = CallReport | PeerReport | StartReport


@dataclass(slots=True, kw_only=True)
class Receipt:
    """`ended` are the calls whose end nobody had told before."""

    accepted: int = 0
    duplicates: int = 0
    ignored: dict[str, str]
    ended: list[Call]


def take(database: Database, reports: list[Report], *, now: Millis) -> Receipt:
    """Take a batch whole; taken again it changes nothing."""

    def work(db: Writer) -> Receipt:
        receipt = Receipt(ignored={}, ended=[])
        fresh = edge_events.take(db, [report.id for report in reports], now=now)
        told = ToldCalls(
            db, {report.call_id for report in reports if isinstance(report, CallReport)}
        )
        for report in reports:
            if report.id not in fresh:
                receipt.duplicates += 1
                continue
            fresh.remove(report.id)
            _take_one(db, told, report, receipt)
        told.write()
        return receipt

    return in_transaction(database, work)


def _take_one(db: Writer, told: ToldCalls, report: Report, receipt: Receipt) -> None:
    useless = _useless(db, told, report, receipt.ended)
    if useless is None:
        receipt.accepted += 1
    else:
        receipt.ignored[report.id] = useless


def _useless(db: Writer, told: ToldCalls, report: Report, ended: list[Call]) -> str | None:
    """Do what a report asks for; answers why, when that is nothing."""
    match report:
        case StartReport():
            told.write()
            return _of_start(db, report)
        case PeerReport():
            return _of_peer(db, report)
        case CallReport():
            return _of_call(db, told, report, ended)


def _of_start(db: Writer, report: StartReport) -> str | None:
    for call in calls.left_by(db, report.life):
        call_messages.save(db, call, call.leave(at=report.at), at=report.at)
    return None


def _of_peer(db: Writer, report: PeerReport) -> str | None:
    if report.uri is None:
        return NO_PEER
    peers.mark(db, report.uri, down=report.down, at=report.at, sip_code=report.sip_code)
    return None


def _of_call(db: Writer, told: ToldCalls, report: CallReport, ended: list[Call]) -> str | None:
    call = told.find(report.call_id)
    if call is None:
        number = _number(db, report)
        if number is None:
            return UNKNOWN_NUMBER
        if report.event.type is EventType.REJECTED:
            _note_rejection(db, report, number)
            return None
        call = _recovered(report, number)
        told.start(call, _route(report, number))
    elif report.event.type is EventType.REJECTED and call.direction is Direction.INBOUND:
        ours = replace(report, organization_id=call.organization_id, number_id=call.number_id)
        number = _number(db, ours)
        if number is not None:
            _note_rejection(db, report, number)
        told.forget(call)
        return None
    after = _tell(db, told, report)
    if call.ending is None and after.ending is not None:
        ended.append(after)
    return None


def _tell(db: Writer, told: ToldCalls, report: CallReport) -> Call:
    after = told.tell(
        report.call_id, report.event, target_uri=report.target_uri, from_cache=report.from_cache
    )
    if report.target_id is not None and report.direction is Direction.OUTBOUND:
        _note_login(db, report.target_id, report.event)
    return after


def _note_login(db: Writer, peer_id: str, event: CallEvent) -> None:
    if event.reason is EventReason.TARGET_AUTH_FAILED:
        peers.note_refused_login(db, peer_id, at=event.at)
    elif event.type is EventType.ANSWERED:
        peers.forget_refused_login(db, peer_id, before=event.at)


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
        peer_health.forget(db, now=now, limit=BATCH)
        return len(overdue)

    return in_transaction(database, work)


def mapping_told(agent_id: str | None, selector: str | None) -> AgentMapping | None:
    if agent_id is None or selector is None:
        return None
    return AgentMapping(agent_id=AgentId(agent_id), agent_version=selector)


_REASONS = {reason.value: reason for reason in EventReason}


def reason_told(reason: str | None) -> EventReason | None:
    """A word we know; others may come from a newer edge."""
    return None if reason is None else _REASONS.get(reason)
