"""The calls a batch of the edge tells of: read at once, written once each when all is told."""

from collections.abc import Iterable

from dialplane.domain.calls import Call, CallChange, CallEvent, CallId, CallRoute, EventType
from dialplane.domain.frozen import dataclass
from dialplane.operations import call_messages
from dialplane.operations.call_reports import CallReport, Origin
from dialplane.store import calls
from dialplane.store.call_routes import Reached
from dialplane.store.database import Writer


@dataclass(slots=True, kw_only=True)
class _Told:
    """A call as it was found or started, and what is told of it; `origin` if it has no row yet."""

    call: Call
    reached: Reached
    events: list[CallEvent]
    origin: Origin | None = None

    def hear(self, report: CallReport) -> None:
        self.events.append(report.event)
        last = report.event.type is not EventType.STARTED
        reached = self.reached
        reached.from_cache = reached.from_cache or report.from_cache
        if report.target_uri is not None and (last or reached.target_uri is None):
            reached.target_uri, reached.last = report.target_uri, last

    def change(self) -> CallChange:
        return CallChange(before=self.call, after=self.call.told(*self.events), events=self.events)


class ToldCalls:
    """Belongs to one transaction; what is told is in the rows after `write`."""

    def __init__(self, db: Writer, call_ids: Iterable[CallId]) -> None:
        self._db = db
        self._told: dict[CallId, _Told | None] = dict.fromkeys(call_ids)
        self._forgotten: list[CallChange] = []
        for call in calls.find_each_locked(db, self._told):
            self._told[call.id] = _told(call)

    def find(self, call_id: CallId) -> Call | None:
        """The call as it was before anything was told."""
        if call_id not in self._told:
            call = calls.find_locked(self._db, call_id)
            self._told[call_id] = None if call is None else _told(call)
        told = self._told[call_id]
        return None if told is None else told.call

    def start(self, call: Call, origin: Origin) -> None:
        """Begin the record of a call there is none of."""
        self._told[call.id] = _told(call, origin)

    def tell(self, report: CallReport) -> None:
        """Add an event to a call that was found or started."""
        self._of(report.call_id).hear(report)

    def forget(self, call: Call) -> None:
        """Keep no record of a call; its agent's webhook still hears what was told before."""
        self._forgotten.append(self._of(call.id).change())
        calls.forget(self._db, call)
        self._told[call.id] = None

    def _of(self, call_id: CallId) -> _Told:
        told = self._told[call_id]
        if told is None:
            raise AssertionError("unreachable: it was found or started")
        return told

    def write(self) -> list[Call]:
        """Write what has changed; what is found afterwards is read anew.

        Answers the calls whose end nobody had told before, as they were when it was told.

        Raises:
            Contended: a call we had found no record of has got one meanwhile.
        """
        every = [(each, each.change()) for each in self._told.values() if each is not None]
        kept = [(each, change) for each, change in every if each.origin is None]
        changed = [
            (change.before, change.after, each.reached)
            for each, change in kept
            if change.after is not change.before or each.reached
        ]
        started = [
            (change.after, _route(each, each.origin)) for each, change in every if each.origin
        ]
        calls.start_each(self._db, started)
        calls.save_each(self._db, changed)
        changes = [*self._forgotten, *(change for _, change in every)]
        call_messages.queue_each(self._db, changes)
        self._told.clear()
        self._forgotten.clear()
        return [call for change in changes if (call := change.ended)]


def _told(call: Call, origin: Origin | None = None) -> _Told:
    return _Told(call=call, reached=Reached(), events=[], origin=origin)


def _route(told: _Told, origin: Origin) -> CallRoute:
    return CallRoute(
        call_id=told.call.id,
        organization_id=told.call.organization_id,
        asked=origin.asked,
        revision=origin.revision,
        from_cache=told.reached.from_cache,
        target_uri=told.reached.target_uri,
    )
