"""A call, from being asked for to being over, whatever order the news of it arrive in."""

from collections.abc import Iterator, Sequence
from dataclasses import field
from enum import StrEnum
from typing import Any, Final, NewType

from dialplane.domain.disconnections import (
    DisconnectionReason,
    Ending,
    EndingKind,
    EventReason,
    Party,
)
from dialplane.domain.frozen import dataclass, replace
from dialplane.domain.numbers import AgentMapping
from dialplane.domain.routing.decisions import Step
from dialplane.domain.values import MINUTE_MS, Millis, NumberId, OrganizationId

CallId = NewType("CallId", str)

# How long a call may go without news before its seat is free for another one.
RINGING_AT_MOST_MS: Final = 15 * MINUTE_MS
TALKING_AT_MOST_MS: Final = 4 * 60 * MINUTE_MS
NEWS_MAY_BE_LATE_MS: Final = 15 * MINUTE_MS


@dataclass(frozen=True, slots=True)
class EdgeLife:
    """One run of an edge, from a start to the next. What it knew of its calls ends with it."""

    edge_id: str
    boot_id: str


class CallStatus(StrEnum):
    QUEUED = "queued"
    ONGOING = "ongoing"
    ENDED = "ended"
    ERROR = "error"
    CANCELED = "canceled"
    NOT_CONNECTED = "not_connected"


class CallType(StrEnum):
    WEB = "web"
    PHONE = "phone"
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    API = "api"


class Direction(StrEnum):
    """Seen from the numbers: a call to one is inbound, a call from one outbound."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class EventType(StrEnum):
    STARTED = "call.started"
    ANSWERED = "call.answered"
    ENDED = "call.ended"
    FAILED = "call.failed"
    REJECTED = "call.rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEvent:
    """What the edge saw of a call; told at least once, in any order."""

    type: EventType
    at: Millis
    sip_code: int | None = None
    reason: EventReason | None = None
    hung_up_by: Party | None = None
    duration_ms: Millis | None = None

    @property
    def ends(self) -> bool:
        return self.type is not EventType.STARTED and self.type is not EventType.ANSWERED

    @property
    def ending(self) -> Ending | None:
        kind = _ENDING_OF.get(self.type)
        if kind is None:
            return None
        return Ending(
            kind=kind,
            at=self.at,
            reason=self.reason,
            hung_up_by=self.hung_up_by,
            sip_code=self.sip_code,
        )


_ENDING_OF: Final = {
    EventType.ENDED: EndingKind.HUNG_UP,
    EventType.FAILED: EndingKind.NEVER_ANSWERED,
    EventType.REJECTED: EndingKind.REFUSED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What is known of a call. Everything else a reader sees follows from these facts.

    `agent_version` is what the selector meant when the call was decided; `answered_at` the instant
    both sides could hear each other; since `left_at` no edge keeps the time of it.
    """

    id: CallId
    organization_id: OrganizationId
    direction: Direction
    call_type: CallType
    from_number: str | None
    to_number: str | None
    created_at: Millis
    number_id: NumberId | None = None
    agent: AgentMapping | None = None
    agent_version: str | None = None
    variant_label: str | None = None
    presentation_number: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    dynamic_variables: dict[str, Any] = field(default_factory=dict)
    opt_out_sensitive_data_storage: bool = False
    cancel_requested_at: Millis | None = None
    started_at: Millis | None = None
    answered_at: Millis | None = None
    left_at: Millis | None = None
    ending: Ending | None = None

    @property
    def status(self) -> CallStatus:
        if self.ending is None:
            return CallStatus.QUEUED if self.answered_at is None else CallStatus.ONGOING
        match self.ending.kind:
            case EndingKind.HUNG_UP:
                return CallStatus.ENDED
            case EndingKind.LOST:
                return CallStatus.ERROR
            case EndingKind.WITHDRAWN:
                return CallStatus.CANCELED
            case EndingKind.REFUSED | EndingKind.NEVER_ANSWERED:
                cancelled = self.ending.reason is EventReason.CALLER_CANCELLED
                return CallStatus.CANCELED if cancelled else CallStatus.NOT_CONNECTED

    @property
    def disconnection_reason(self) -> DisconnectionReason | None:
        if self.ending is None or self.ending.kind is EndingKind.WITHDRAWN:
            return None
        return self.ending.disconnection_reason(outbound=self.direction is Direction.OUTBOUND)

    @property
    def end_at(self) -> Millis | None:
        return None if self.ending is None else self.ending.at

    @property
    def seat_until(self) -> Millis | None:
        """Until when it counts against the limits if nothing more is heard of it.

        While it rings in whole minutes: that it started, a moment after it was asked for, changes
        nothing.
        """
        if self.ending is not None:
            return None
        if self.answered_at is None:
            until = max(self.created_at, self.started_at or 0) + RINGING_AT_MOST_MS
            return -(-until // MINUTE_MS) * MINUTE_MS
        if self.left_at is not None:
            return self.left_at + NEWS_MAY_BE_LATE_MS
        return self.answered_at + TALKING_AT_MOST_MS + NEWS_MAY_BE_LATE_MS

    def told(self, *events: CallEvent) -> "Call":
        """This call with more things known about it; itself if none of them is new.

        The same set of events leads to the same call, in whatever order and however often each
        of them is told.
        """
        started_at, answered_at, ending = known = self.started_at, self.answered_at, self.ending
        for event in events:
            if event.type is EventType.STARTED:
                started_at = _earlier(started_at, event.at)
            elif event.type is EventType.ANSWERED:
                answered_at = _earlier(answered_at, event.at)
            else:
                ending = _truer(ending, event.ending)
            if event.type is EventType.ENDED and event.duration_ms is not None:
                answered_at = _earlier(answered_at, event.at - event.duration_ms)
        if (started_at, answered_at, ending) == known:
            return self
        return replace(self, started_at=started_at, answered_at=answered_at, ending=ending)

    def withdraw(self, *, now: Millis) -> "Call":
        """Let a call not happen: at once while nobody dials it, else when its end is told."""
        if self.ending is not None:
            return self
        asked = replace(self, cancel_requested_at=_earlier(self.cancel_requested_at, now))
        if self.started_at is None and self.answered_at is None:
            return replace(asked, ending=Ending(kind=EndingKind.WITHDRAWN, at=now))
        return asked

    def lose(self, *, now: Millis) -> "Call":
        """Nobody knows what became of it; whatever is told later is truer than that."""
        reason = None if self.left_at is None else EventReason.EDGE_RESTARTED
        lost = Ending(kind=EndingKind.LOST, at=now, reason=reason)
        return replace(self, ending=_truer(self.ending, lost))

    def leave(self, *, at: Millis) -> "Call":
        """The edge that carried it starts anew and knows it no more.

        One that rang is over, as nobody waits for its answer. One that talks goes on without the
        edge's clock; its BYE still passes through, and may say so for a while.
        """
        left = replace(self, left_at=at)
        return left.lose(now=at) if self.answered_at is None else left

    def refuse(self, reason: EventReason, *, now: Millis) -> "Call":
        """Routing said no before anybody was dialled."""
        refused = Ending(kind=EndingKind.REFUSED, at=now, reason=reason)
        return replace(self, ending=_truer(self.ending, refused))


def _earlier(known: Millis | None, told: Millis) -> Millis:
    return told if known is None else min(known, told)


def _truer(known: Ending | None, told: Ending | None) -> Ending | None:
    if known is None or told is None:
        return known or told
    return max(known, told, key=lambda ending: ending.weight)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallChange:
    """What a call was, what was told of it, and what it is since."""

    before: Call
    after: Call
    events: Sequence[CallEvent]

    def steps(self) -> "Iterator[tuple[Call, Call, Millis]]":
        """The call before and after each event, and when that was."""
        call = self.before
        for event in self.events:
            after = call.told(event)
            yield call, after, event.at
            call = after

    @property
    def ended(self) -> Call | None:
        """The call as it was when its end was told for the first time, if it was."""
        if self.before.ending is not None or self.after.ending is None:
            return None
        seen = 1 + next(n for n, event in enumerate(self.events) if event.ends)
        return self.after if seen == len(self.events) else self.before.told(*self.events[:seen])


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as it came, kept so that it can be asked again."""

    called: str
    caller: str
    source: str
    transport: str
    at: Millis
    sip_call_id: str
    edge: EdgeLife | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRoute:
    """How a call found its way: what was asked, and each rule that was tried."""

    call_id: CallId
    organization_id: OrganizationId
    asked: Asked
    revision: str
    trace: tuple[Step, ...] = ()
    from_cache: bool = False
    target_uri: str | None = None
