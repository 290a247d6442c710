"""A call, and what the edge's reports make of it, in whatever order they arrive."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, NewType

from dialplane.domain.numbers import AgentMapping
from dialplane.domain.routing.decisions import Step
from dialplane.domain.values import SECOND_MS, Millis, NumberId, OrganizationId

CallId = NewType("CallId", str)

# How long a call that was routed may stay without a sign of life before its seat is free again.
RINGING_AT_MOST_MS: Final = 10 * 60 * SECOND_MS
TALKING_AT_MOST_MS: Final = 4 * 60 * 60 * SECOND_MS
_REPORTS_MAY_BE_LATE_MS: Final = 10 * 60 * SECOND_MS


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"


class CallStatus(StrEnum):
    QUEUED = "queued"
    ONGOING = "ongoing"
    ENDED = "ended"
    ERROR = "error"
    CANCELED = "canceled"
    NOT_CONNECTED = "not_connected"


class DisconnectionReason(StrEnum):
    """Why calls end, in the words of the public contract; some only others can cause."""

    USER_HANGUP = "user_hangup"
    AGENT_HANGUP = "agent_hangup"
    DIAL_NO_ANSWER = "dial_no_answer"
    DIAL_FAILED = "dial_failed"
    DIAL_BUSY = "dial_busy"
    VOICEMAIL_REACHED = "voicemail_reached"
    CONCURRENCY_LIMIT_REACHED = "concurrency_limit_reached"
    INSUFFICIENT_BALANCE = "insufficient_balance"
    ERROR_VOXAI = "error_voxai"
    MAX_DURATION_REACHED = "max_duration_reached"
    INACTIVITY = "inactivity"
    FLOW_ERROR = "flow_error"
    CALL_TRANSFER = "call_transfer"
    ORPHANED_NO_AGENT_PICKUP = "orphaned_no_agent_pickup"
    DIAL_DECLINED = "dial_declined"
    DAILY_CALL_LIMIT_REACHED = "daily_call_limit_reached"
    HOURLY_CALL_LIMIT_REACHED = "hourly_call_limit_reached"
    BLOCKED_NUMBER = "blocked_number"
    OPERATOR_HANGUP = "operator_hangup"


class EventType(StrEnum):
    STARTED = "call.started"
    ANSWERED = "call.answered"
    ENDED = "call.ended"
    FAILED = "call.failed"
    REJECTED = "call.rejected"
    TRUNK_UP = "trunk.up"
    TRUNK_DOWN = "trunk.down"
    RUNTIME_UP = "runtime.up"
    RUNTIME_DOWN = "runtime.down"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEvent:
    """What the edge says has happened to a call; `reason` and `hung_up_by` in its words."""

    type: EventType
    at: Millis
    reason: str | None = None
    hung_up_by: str | None = None
    duration_ms: Millis | None = None
    target_uri: str | None = None
    sip_code: int | None = None
    from_cache: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The question as it came, kept so that it can be asked again."""

    called: str
    caller: str
    source: str
    transport: str
    at: Millis
    sip_call_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`start_at` is when it was answered; `version` what the selector meant when it was routed."""

    id: CallId
    organization_id: OrganizationId
    number_id: NumberId
    direction: Direction
    from_number: str
    to_number: str
    agent: AgentMapping | None
    version: str | None
    asked: Asked
    created_at: Millis
    presentation_number: str | None = None
    variant_label: str | None = None
    status: CallStatus = CallStatus.QUEUED
    disconnection_reason: DisconnectionReason | None = None
    start_at: Millis | None = None
    end_at: Millis | None = None
    target_uri: str | None = None
    sip_code: int | None = None
    from_cache: bool = False
    revision: str = ""
    trace: tuple[Step, ...] = ()

    @property
    def seat_until(self) -> Millis | None:
        """Until when it counts against the limits if nothing more is heard of it."""
        if self.status is CallStatus.QUEUED:
            return self.created_at + RINGING_AT_MOST_MS
        if self.status is CallStatus.ONGOING:
            began = self.created_at if self.start_at is None else self.start_at
            return began + TALKING_AT_MOST_MS + _REPORTS_MAY_BE_LATE_MS
        return None

    def told(self, event: CallEvent) -> "Call":
        """This call after a report; a late one fills in what it alone knows."""
        if event.from_cache and not self.from_cache:
            return replace(self, from_cache=True).told(event)
        match event.type:
            case EventType.STARTED:
                return self._reached(event) if self.target_uri is None else self
            case EventType.ANSWERED:
                return self._answered(event)
            case EventType.ENDED:
                return self._ended(event)
            case EventType.FAILED:
                return self._failed(event)
            case _:
                return self

    def given_up(self, *, now: Millis) -> "Call":
        """Nothing was heard of it for too long: a side or the edge has died, or reports are late.

        `error` is what this is called until a report says better.
        """
        if self.seat_until is None or now < self.seat_until:
            return self
        reason = (
            DisconnectionReason.ERROR_VOXAI
            if self.status is CallStatus.ONGOING
            else DisconnectionReason.ORPHANED_NO_AGENT_PICKUP
        )
        return replace(
            self,
            status=CallStatus.ERROR,
            disconnection_reason=reason,
            end_at=self.seat_until,
        )

    def _reached(self, event: CallEvent) -> "Call":
        return replace(self, target_uri=event.target_uri or self.target_uri)

    def _answered(self, event: CallEvent) -> "Call":
        if self.status is CallStatus.ENDED:
            return replace(self, start_at=event.at)
        if self.status in _UNANSWERED:
            return self
        return replace(
            self._reached(event),
            status=CallStatus.ONGOING,
            start_at=event.at,
            disconnection_reason=None,
            end_at=None,
        )

    def _ended(self, event: CallEvent) -> "Call":
        if self.status is CallStatus.ENDED:
            return self
        began = self.start_at
        if began is None and event.duration_ms is not None:
            began = event.at - event.duration_ms
        return replace(
            self._reached(event),
            status=CallStatus.ENDED,
            disconnection_reason=_why_ended(self.direction, event),
            start_at=began,
            end_at=event.at,
            sip_code=event.sip_code,
        )

    def _failed(self, event: CallEvent) -> "Call":
        if self.status not in (CallStatus.QUEUED, CallStatus.ERROR):
            return self
        cancelled = event.reason == "caller_cancelled"
        return replace(
            self._reached(event),
            status=CallStatus.CANCELED if cancelled else CallStatus.NOT_CONNECTED,
            disconnection_reason=_why_failed(self.direction, event),
            end_at=event.at,
            sip_code=event.sip_code,
        )


_UNANSWERED: Final = (CallStatus.NOT_CONNECTED, CallStatus.CANCELED)
# The caller of an inbound call is the user; the caller of an outbound one is the agent's runtime.
_HUNG_UP: Final = {
    (Direction.INBOUND, "caller"): DisconnectionReason.USER_HANGUP,
    (Direction.INBOUND, "callee"): DisconnectionReason.AGENT_HANGUP,
    (Direction.OUTBOUND, "caller"): DisconnectionReason.AGENT_HANGUP,
    (Direction.OUTBOUND, "callee"): DisconnectionReason.USER_HANGUP,
}
_NOT_REACHED: Final = {
    "no_answer": DisconnectionReason.DIAL_NO_ANSWER,
    "callee_busy": DisconnectionReason.DIAL_BUSY,
    "callee_declined": DisconnectionReason.DIAL_DECLINED,
}


def _why_ended(direction: Direction, event: CallEvent) -> DisconnectionReason:
    if event.reason == "max_duration_reached":
        return DisconnectionReason.MAX_DURATION_REACHED
    return _HUNG_UP.get((direction, event.hung_up_by or ""), DisconnectionReason.ERROR_VOXAI)


def _why_failed(direction: Direction, event: CallEvent) -> DisconnectionReason:
    if event.reason == "caller_cancelled":
        return _HUNG_UP[direction, "caller"]
    if direction is Direction.INBOUND:
        return DisconnectionReason.ORPHANED_NO_AGENT_PICKUP
    return _NOT_REACHED.get(event.reason or "", DisconnectionReason.DIAL_FAILED)
