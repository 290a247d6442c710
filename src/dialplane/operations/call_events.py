"""What the edge reports: at least once, in any order, also about calls we never heard of."""

from collections.abc import Iterable

from dialplane.domain.calls import Call, CallEvent, CallType, Direction, EventType
from dialplane.domain.digits import read_digits
from dialplane.domain.disconnections import EventReason
from dialplane.domain.frozen import dataclass
from dialplane.domain.refusals import RefusalId, RefusedAttempt
from dialplane.domain.routing import Refusal
from dialplane.domain.values import Millis
from dialplane.operations import call_messages
from dialplane.operations.call_reports import (
    CallReport,
    Origin,
    PeerReport,
    Report,
    StartReport,
)
from dialplane.operations.ids import new_id
from dialplane.operations.told_calls import ToldCalls
from dialplane.operations.transactions import in_transaction
from dialplane.store import calls, edge_events, numbers, peer_health, peers, refusals
from dialplane.store.database import Database, Writer
from dialplane.store.numbers import Holding

BATCH = 200
_REFUSALS = {refusal.value: refusal for refusal in Refusal}
UNKNOWN_NUMBER = "unknown_number"
NO_PEER = "no_peer"


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
        fresh = edge_events.take(db, [report.id for report in reports], now=now)
        told = []
        for report in reports:
            if report.id in fresh:
                fresh.remove(report.id)
                told.append(report)
        batch = _Batch(db, told)
        batch.receipt.duplicates = len(reports) - len(told)
        return batch.taken()

    return in_transaction(database.writing, work)


class _Batch:
    """Reports nobody has taken yet; belongs to one transaction."""

    def __init__(self, db: Writer, reports: list[Report]) -> None:
        self._db = db
        self._reports = reports
        self.receipt = Receipt(ignored={}, ended=[])
        of_calls = [report for report in reports if isinstance(report, CallReport)]
        self._told = ToldCalls(db, [report.call_id for report in of_calls])
        self._held = _Held(db)
        unheard_of = {
            report.call_id: report
            for report in reversed(of_calls)
            if self._told.find(report.call_id) is None
        }
        self._origins = {report.id: report.origin() for report in unheard_of.values()}
        self._held.read(origin.holding for origin in self._origins.values())

    def taken(self) -> Receipt:
        for report in self._reports:
            useless = self._useless(report)
            if useless is None:
                self.receipt.accepted += 1
            else:
                self.receipt.ignored[report.id] = useless
        self._write()
        return self.receipt

    def _write(self) -> None:
        self.receipt.ended += self._told.write()

    def _useless(self, report: Report) -> str | None:
        """Do what a report asks for; answers why, when that is nothing."""
        match report:
            case CallReport():
                return self._of_call(report)
            case StartReport():
                self._of_start(report)
                return None
            case PeerReport():
                return self._of_peer(report)

    def _of_start(self, report: StartReport) -> None:
        self._write()
        for call in calls.left_by(self._db, report.life):
            call_messages.save(self._db, call, call.leave(at=report.at), at=report.at)

    def _of_peer(self, report: PeerReport) -> str | None:
        if report.uri is None:
            return NO_PEER
        peers.mark(self._db, report.uri, down=report.down, at=report.at, sip_code=report.sip_code)
        return None

    def _of_call(self, report: CallReport) -> str | None:
        call = self._told.find(report.call_id)
        rejected = report.event.type is EventType.REJECTED
        if call is None:
            origin = self._origins.get(report.id) or report.origin()
            digits = self._held.digits_of(origin.holding)
            if origin.holding is None or digits is None:
                return UNKNOWN_NUMBER
            if rejected:
                _note_rejection(self._db, report, origin.holding)
                return None
            call = _recovered(report, origin, digits, origin.holding)
            self._told.start(call, origin)
        elif rejected and call.direction is Direction.INBOUND:
            if call.number_id is not None:
                _note_rejection(self._db, report, (call.organization_id, call.number_id))
            self._told.forget(call)
            return None
        self._told.tell(report)
        if report.target_id is not None and report.direction is Direction.OUTBOUND:
            _note_login(self._db, report.target_id, report.event)
        return None


class _Held:
    """The digits of the numbers a batch speaks of, read together."""

    def __init__(self, db: Writer) -> None:
        self._db = db
        self._digits: dict[Holding | None, str | None] = {None: None}

    def read(self, holdings: Iterable[Holding | None]) -> None:
        wanted = {holding for holding in holdings if holding is not None}
        found = numbers.find_digits(self._db, wanted)
        self._digits |= {holding: found.get(holding) for holding in wanted}

    def digits_of(self, holding: Holding | None) -> str | None:
        if holding not in self._digits:
            self.read([holding])
        return self._digits[holding]


def _note_login(db: Writer, peer_id: str, event: CallEvent) -> None:
    if event.reason is EventReason.TARGET_AUTH_FAILED:
        peers.note_refused_login(db, peer_id, at=event.at)
    elif event.type is EventType.ANSWERED:
        peers.forget_refused_login(db, peer_id, before=event.at)


def _recovered(report: CallReport, origin: Origin, digits: str, holding: Holding) -> Call:
    """A call that was decided from the edge's memory while we were silent."""
    inbound = report.direction is Direction.INBOUND
    asked, (organization_id, number_id) = origin.asked, holding
    other = read_digits(asked.caller if inbound else asked.called).canonical
    return Call(
        id=report.call_id,
        organization_id=organization_id,
        number_id=number_id,
        direction=report.direction,
        call_type=CallType(report.direction),
        from_number=other if inbound else digits,
        to_number=digits if inbound else other,
        agent=origin.agent,
        agent_version=origin.agent_version,
        created_at=report.event.at - (report.event.duration_ms or 0),
    )


def _note_rejection(db: Writer, report: CallReport, holding: Holding) -> None:
    reason = _REFUSALS.get(report.event.reason or "")
    if reason is None:
        return
    origin, (organization_id, number_id) = report.origin(), holding
    refusals.keep(
        db,
        RefusedAttempt(
            id=RefusalId(new_id(report.event.at)),
            organization_id=organization_id,
            number_id=number_id,
            direction=report.direction,
            reason=reason,
            source=origin.asked.source,
            call_id=report.call_id,
            asked=origin.asked,
            revision=origin.revision,
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

    return in_transaction(database.writing, work)
