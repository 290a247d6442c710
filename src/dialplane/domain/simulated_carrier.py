"""The carrier of a sandbox: nobody is dialled, and the callee's digits say how it goes."""

from typing import Final

from dialplane.domain.calls import Call, CallEvent, EventType
from dialplane.domain.disconnections import EventReason, Party
from dialplane.domain.frozen import dataclass
from dialplane.domain.values import SECOND_MS, Millis

RINGS_AFTER_MS: Final = 1 * SECOND_MS
ANSWERS_AFTER_MS: Final = 3 * SECOND_MS
RINGS_FOR_MS: Final = 30 * SECOND_MS
TALKS_FOR_MS: Final = 60 * SECOND_MS


@dataclass(frozen=True, slots=True)
class _Outcome:
    """How a call to some digits ends, and how long after it was placed."""

    type: EventType
    after_ms: Millis
    reason: EventReason | None = None
    hung_up_by: Party | None = None


_ANSWERED: Final = _Outcome(
    EventType.ENDED, ANSWERS_AFTER_MS + TALKS_FOR_MS, hung_up_by=Party.CALLEE
)
# The last four digits; every other callee picks up, and hangs up after a minute.
MAGIC: Final = {
    "0001": _Outcome(EventType.FAILED, ANSWERS_AFTER_MS, EventReason.CALLEE_BUSY),
    "0002": _Outcome(EventType.FAILED, RINGS_AFTER_MS + RINGS_FOR_MS, EventReason.NO_ANSWER),
    "0003": _Outcome(EventType.FAILED, ANSWERS_AFTER_MS, EventReason.CALLEE_DECLINED),
    "0004": _Outcome(EventType.FAILED, RINGS_AFTER_MS, EventReason.TARGET_REFUSED),
    "0005": _Outcome(EventType.ENDED, ANSWERS_AFTER_MS + TALKS_FOR_MS, hung_up_by=Party.CALLER),
    "0006": _Outcome(
        EventType.ENDED, ANSWERS_AFTER_MS + SECOND_MS, EventReason.RUNTIME_UNREACHABLE
    ),
}


def simulated(call: Call, *, now: Millis) -> Call:
    """A placed call of a sandbox with everything that has happened to it by `now`."""
    for event in _story(call):
        if event.at <= now and (call.ending is None or call.ending.at > event.at):
            call = call.told(event)
    return call


def _story(call: Call) -> list[CallEvent]:
    outcome = MAGIC.get((call.to_number or "")[-4:], _ANSWERED)
    began = call.created_at
    events = [CallEvent(type=EventType.STARTED, at=began + RINGS_AFTER_MS)]
    if outcome.type is EventType.ENDED:
        events.append(CallEvent(type=EventType.ANSWERED, at=began + ANSWERS_AFTER_MS))
    end = began + outcome.after_ms
    hung_up_on = call.cancel_requested_at
    if hung_up_on is not None and hung_up_on < end:
        answered = len(events) > 1 and events[1].at <= hung_up_on
        return [event for event in events if event.at <= hung_up_on] + [
            CallEvent(
                type=EventType.ENDED if answered else EventType.FAILED,
                at=hung_up_on,
                reason=(EventReason.OPERATOR_HANGUP if answered else EventReason.CALLER_CANCELLED),
                hung_up_by=Party.EDGE if answered else None,
            )
        ]
    last = CallEvent(
        type=outcome.type, at=end, reason=outcome.reason, hung_up_by=outcome.hung_up_by
    )
    return [*events, last]
