"""The calls a batch of the edge tells of: read at once, written once each when all is told."""

from typing import Any

from dialplane.domain.calls import Call, CallEvent, CallId, CallRoute, EventType
from dialplane.domain.frozen import dataclass
from dialplane.operations import call_messages
from dialplane.store import calls
from dialplane.store.database import Writer


@dataclass(slots=True, kw_only=True)
class _Told:
    """`kept` is the call as its row is, `call` as it is by now; the rest is for `calls.reached`."""

    kept: Call
    call: Call
    target_uri: str | None = None
    from_cache: bool = False
    last: bool = False

    def reach(self, event: CallEvent, target_uri: str | None, *, from_cache: bool) -> None:
        last = event.type is not EventType.STARTED
        self.from_cache = self.from_cache or from_cache
        if target_uri is not None and (last or self.target_uri is None):
            self.target_uri, self.last = target_uri, last


class ToldCalls:
    """Belongs to one transaction; what is told is in the rows after `write`."""

    def __init__(self, db: Writer, call_ids: set[CallId]) -> None:
        self._db = db
        self._told: dict[CallId, _Told] = {}
        self._settings: dict[object, dict[str, Any]] = {}
        for call in calls.find_each_locked(db, call_ids):
            self._told[call.id] = _Told(kept=call, call=call)

    def find(self, call_id: CallId) -> Call | None:
        told = self._told.get(call_id)
        if told is not None:
            return told.call
        # One that was not there may be by now: its question was answered meanwhile.
        call = calls.find_locked(self._db, call_id)
        if call is not None:
            self._told[call_id] = _Told(kept=call, call=call)
        return call

    def start(self, call: Call, route: CallRoute) -> None:
        calls.start(self._db, call, route)
        self._told[call.id] = _Told(kept=call, call=call)

    def forget(self, call: Call) -> None:
        calls.forget(self._db, call)
        del self._told[call.id]

    def tell(
        self, call_id: CallId, event: CallEvent, *, target_uri: str | None, from_cache: bool
    ) -> Call:
        """Add an event to a call that was found or started; answers what the call is now."""
        told = self._told[call_id]
        before, after = told.call, told.call.told(event)
        told.reach(event, target_uri, from_cache=from_cache)
        if after != before:
            told.call = after
            settings = self._settings_of(after)
            call_messages.queue(self._db, before, after, at=event.at, settings=settings)
        return after

    def _settings_of(self, call: Call) -> dict[str, Any]:
        key = (call.organization_id, call.agent, call.agent_version)
        if key not in self._settings:
            self._settings[key] = call_messages.settings_of(self._db, call)
        return self._settings[key]

    def write(self) -> None:
        """Write what has changed; what is found afterwards is read anew."""
        for told in self._told.values():
            if told.call is not told.kept:
                calls.save(self._db, told.call)
            if told.target_uri is not None or told.from_cache:
                calls.reached(
                    self._db,
                    told.call,
                    target_uri=told.target_uri,
                    from_cache=told.from_cache,
                    last=told.last,
                )
        self._told.clear()
