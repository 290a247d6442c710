"""One placed call: the callee first, then the agent's runtime, then both joined.

It knows legs and what they tell, nothing of SIP messages or of the network.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, Protocol

from dialplane.dialer.jobs import Job, Target
from dialplane.dialer.offers import Offers, same_media
from dialplane.domain.disconnections import (
    NO_ANSWER_AT_ALL,
    EventReason,
    Party,
    reason_of_agent,
    word_for,
    worth_another_target,
)

MOST_INTRODUCTIONS: Final = 3
# RFC 3261, section 14.1: whoever made the call waits longer than the other side before repeating.
INTRODUCED_AGAIN_AFTER_S: Final = 2.1
_NOT_NOW: Final = frozenset({491, 500})


@dataclass(frozen=True, slots=True)
class Answered:
    """The first INVITE of a leg was answered with this description."""

    description: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The first INVITE of a leg got this final answer; 408 is none at all."""

    code: int
    told: str | None = None


@dataclass(frozen=True, slots=True)
class Updated:
    """Our re-INVITE was answered; without a description nothing has changed."""

    description: str | None


@dataclass(frozen=True, slots=True)
class UpdateRefused:
    code: int


@dataclass(frozen=True, slots=True)
class HungUp:
    """The peer said BYE, perhaps with a reason."""

    told: str | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    """A mistake of ours: the leg can no longer be relied on."""


News = Answered | Refused | Updated | UpdateRefused | HungUp | Broken


class Leg(Protocol):
    """One side of a call. `join` hands everything it tells from then on to the other leg."""

    def update(self, description: str) -> None: ...
    def end(self) -> None: ...
    def join(self, other: "Leg", retold: Callable[[str], str]) -> None: ...


class Timer(Protocol):
    def cancel(self) -> None: ...


class Lines(Protocol):
    """Where legs come from, and the time they last."""

    def later(self, seconds: float, act: Callable[[], None]) -> Timer: ...
    def monotonic_ms(self) -> int: ...

    def invite_callee(self, job: Job, offer: str, hear: Callable[[News], None]) -> Leg: ...
    def invite_runtime(
        self, job: Job, target: Target, offer: str, hear: Callable[[News], None]
    ) -> Leg: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a call ended; `lasted_ms` counts from the callee's answer, None when there was none."""

    lasted_ms: int | None
    reason: EventReason | None = None
    hung_up_by: Party | None = None
    sip_code: int | None = None

    @property
    def answered(self) -> bool:
        return self.lasted_ms is not None


class Stage(Enum):
    DIALLING = auto()
    INVITING_RUNTIME = auto()
    INTRODUCING = auto()
    JOINED = auto()
    OVER = auto()


class Bridge:
    """A call on its way from a job to an outcome, which is told once."""

    def __init__(
        self, job: Job, lines: Lines, offers: Offers, over: Callable[[Outcome], None]
    ) -> None:
        self._job = job
        self._stage = Stage.DIALLING
        self._lines = lines
        self._offers = offers
        self._over = over
        self._untried = list(job.runtimes)
        self._runtime: Leg | None = None
        self._callee: Leg | None = None
        self._callee_description = ""
        self._runtime_description = ""
        self._introductions = 0
        self._answered_at: int | None = None
        self._limit: Timer | None = None

    def begin(self) -> None:
        offer = self._offers.placeholder()
        self._callee = self._lines.invite_callee(self._job, offer, self._hear_callee)

    def hang_up(self, reason: EventReason) -> None:
        """End the call from outside: whoever ordered it withdraws, or its time is over."""
        if self._answered_at is None:
            self._finish(EventReason.CALLER_CANCELLED)
        else:
            self._finish(reason, by=Party.EDGE)

    def _hear_callee(self, news: News) -> None:
        match news:
            case Answered(description) if self._stage is Stage.DIALLING:
                self._start_with(description)
            case Refused(code, told) if self._stage is Stage.DIALLING:
                self._finish(word_for(code, told), code=code)
            case Updated(description) if self._stage is Stage.INTRODUCING:
                self._join(description)
            case UpdateRefused(code) if self._stage is Stage.INTRODUCING:
                self._introduce_again_or_finish(code)
            case HungUp():
                self._finish(by=Party.CALLEE)
            case Broken():
                self._finish(EventReason.DIALER_FAILED)
            case _:
                pass

    def _start_with(self, description: str) -> None:
        """The callee is on the line: the clock runs, the runtime has to come."""
        self._answered_at = self._lines.monotonic_ms()
        self._callee_description = description
        self._limit = self._lines.later(
            self._job.max_duration_ms / 1000,
            lambda: self.hang_up(EventReason.MAX_DURATION_REACHED),
        )
        self._stage = Stage.INVITING_RUNTIME
        self._invite_next_runtime(after=NO_ANSWER_AT_ALL)

    def _invite_next_runtime(self, *, after: int) -> None:
        if not self._untried or not worth_another_target(after):
            self._finish(EventReason.RUNTIME_UNREACHABLE, by=Party.EDGE, code=after)
            return
        target = self._untried.pop(0)
        self._runtime = self._lines.invite_runtime(
            self._job, target, self._callee_description, self._hear_runtime
        )

    def _hear_runtime(self, news: News) -> None:
        match news:
            case Answered(description):
                self._runtime_description = description
                self._stage = Stage.INTRODUCING
                self._introduce()
            case Refused(code) if self._stage is Stage.INVITING_RUNTIME:
                self._runtime = None
                self._invite_next_runtime(after=code)
            case HungUp(told):
                self._finish(reason_of_agent(told), by=Party.CALLER)
            case Broken():
                self._finish(EventReason.DIALER_FAILED)
            case _:
                pass

    def _introduce(self) -> None:
        """Tell the callee where the runtime's media is."""
        if self._callee is not None and self._stage is Stage.INTRODUCING:
            self._introductions += 1
            self._callee.update(self._offers.of_runtime(self._runtime_description))

    def _introduce_again_or_finish(self, code: int) -> None:
        if code in _NOT_NOW and self._introductions < MOST_INTRODUCTIONS:
            self._lines.later(INTRODUCED_AGAIN_AFTER_S, self._introduce)
        else:
            self._finish(EventReason.TARGET_REFUSED, by=Party.EDGE, code=code)

    def _join(self, description: str | None) -> None:
        """From here on what one side says, the other hears; a callee that moved is told at once."""
        if self._callee is None or self._runtime is None:
            return
        self._stage = Stage.JOINED
        self._callee.join(self._runtime, retold=_as_it_is)
        self._runtime.join(self._callee, retold=self._offers.of_runtime)
        if description is not None and not same_media(description, self._callee_description):
            self._runtime.update(description)

    def _finish(
        self, reason: EventReason | None = None, *, by: Party | None = None, code: int | None = None
    ) -> None:
        if self._stage is Stage.OVER:
            return
        self._stage = Stage.OVER
        if self._limit is not None:
            self._limit.cancel()
        lasted_ms = None
        if self._answered_at is not None:
            lasted_ms = self._lines.monotonic_ms() - self._answered_at
        self._over(Outcome(lasted_ms=lasted_ms, reason=reason, hung_up_by=by, sip_code=code))
        for leg in (self._callee, self._runtime):
            if leg is not None:
                leg.end()


def no_answer() -> Refused:
    return Refused(NO_ANSWER_AT_ALL)


def _as_it_is(description: str) -> str:
    return description
