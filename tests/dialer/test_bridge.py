"""The course of a placed call, as its two legs tell it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from dialplane.dialer.bridge import (
    INTRODUCED_AGAIN_AFTER_S,
    MOST_INTRODUCTIONS,
    Answered,
    Bridge,
    Broken,
    HungUp,
    News,
    Outcome,
    Refused,
    Updated,
    UpdateRefused,
)
from dialplane.dialer.jobs import Job, Target
from dialplane.dialer.offers import Offers, same_media
from dialplane.domain.disconnections import EventReason, Party

JOB = Job(
    call_id="call",
    caller="07011112222",
    callee="01012345678",
    runtimes=[Target("one", "sip:one"), Target("two", "sip:two")],
    ring_timeout_ms=30_000,
    answer_timeout_ms=10_000,
    max_duration_ms=60_000,
)
CALLEE = "v=0\r\no=carrier 7 7 IN IP4 10.1.1.1\r\nc=IN IP4 10.1.1.1\r\nm=audio 4000 RTP/AVP 8\r\n"
RUNTIME = "v=0\r\no=voice 9 9 IN IP4 10.2.2.2\r\nc=IN IP4 10.2.2.2\r\nm=audio 5000 RTP/AVP 8\r\n"


@dataclass
class PaperLeg:
    """Notes what it is told; the test says what it hears."""

    uri: str
    offer: str
    tell: Callable[[News], None]
    updates: list[str] = field(default_factory=list)
    ended: bool = False
    joined: Any = None

    def update(self, description: str) -> None:
        self.updates.append(description)

    def end(self) -> None:
        self.ended = True

    def join(self, other: Any, retold: Callable[[str], str]) -> None:
        self.joined = (other, retold)


@dataclass
class PaperTimer:
    seconds: float
    act: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


class PaperLines:
    def __init__(self) -> None:
        self.now = 0
        self.legs: list[PaperLeg] = []
        self.timers: list[PaperTimer] = []
        self.outcomes: list[Outcome] = []

    def later(self, seconds: float, act: Callable[[], None]) -> PaperTimer:
        self.timers.append(PaperTimer(seconds, act))
        return self.timers[-1]

    def monotonic_ms(self) -> int:
        return self.now

    def invite_callee(self, job: Job, offer: str, hear: Callable[[News], None]) -> PaperLeg:
        return self._leg(job.callee, offer, hear)

    def invite_runtime(
        self, job: Job, target: Target, offer: str, hear: Callable[[News], None]
    ) -> PaperLeg:
        del job
        return self._leg(target.uri, offer, hear)

    def _leg(self, uri: str, offer: str, hear: Callable[[News], None]) -> PaperLeg:
        self.legs.append(PaperLeg(uri, offer, hear))
        return self.legs[-1]

    @property
    def callee(self) -> PaperLeg:
        return self.legs[0]

    @property
    def runtime(self) -> PaperLeg:
        return self.legs[-1]


@pytest.fixture
def lines() -> PaperLines:
    return PaperLines()


@pytest.fixture
def bridge(lines: PaperLines) -> Bridge:
    offers = Offers(session=42, address="10.0.0.1", port=4_000)
    bridge = Bridge(JOB, lines, offers, over=lines.outcomes.append)
    bridge.begin()
    return bridge


def _answered_and_joined(lines: PaperLines) -> None:
    lines.callee.tell(Answered(CALLEE))
    lines.runtime.tell(Answered(RUNTIME))
    lines.callee.tell(Updated(CALLEE))


@pytest.mark.usefixtures("bridge")
class TestJoining:
    def test_nobody_else_is_invited_while_the_callee_rings(self, lines: PaperLines) -> None:
        assert [leg.uri for leg in lines.legs] == ["01012345678"]

    def test_the_runtime_is_offered_what_the_callee_answered(self, lines: PaperLines) -> None:
        lines.callee.tell(Answered(CALLEE))

        assert (lines.runtime.uri, lines.runtime.offer) == ("sip:one", CALLEE)

    def test_the_callee_is_told_where_the_runtime_is_within_the_same_session(
        self, lines: PaperLines
    ) -> None:
        lines.callee.tell(Answered(CALLEE))

        lines.runtime.tell(Answered(RUNTIME))

        [told] = lines.callee.updates
        assert same_media(told, RUNTIME)
        assert "o=- 42 1 IN IP4 10.0.0.1" in lines.callee.offer
        assert "o=- 42 2 IN IP4 10.0.0.1" in told

    def test_both_hear_each_other_from_then_on(self, lines: PaperLines) -> None:
        _answered_and_joined(lines)

        assert lines.callee.joined[0] is lines.runtime
        assert lines.runtime.joined[0] is lines.callee
        assert lines.runtime.updates == []
        assert lines.outcomes == []

    def test_a_callee_whose_media_moved_meanwhile_is_told_to_the_runtime(
        self, lines: PaperLines
    ) -> None:
        moved = CALLEE.replace("4000", "4444")
        lines.callee.tell(Answered(CALLEE))
        lines.runtime.tell(Answered(RUNTIME))

        lines.callee.tell(Updated(moved))

        assert lines.runtime.updates == [moved]

    def test_a_callee_who_is_not_ready_is_told_again(self, lines: PaperLines) -> None:
        lines.callee.tell(Answered(CALLEE))
        lines.runtime.tell(Answered(RUNTIME))
        for _ in range(MOST_INTRODUCTIONS - 1):
            lines.callee.tell(UpdateRefused(491))
            assert lines.timers[-1].seconds == INTRODUCED_AGAIN_AFTER_S
            lines.timers[-1].act()

        lines.callee.tell(UpdateRefused(491))

        assert len(lines.callee.updates) == MOST_INTRODUCTIONS
        assert lines.outcomes[0].reason is EventReason.TARGET_REFUSED


@pytest.mark.usefixtures("bridge")
class TestEnding:
    def test_a_callee_who_is_not_reached_ends_the_call(self, lines: PaperLines) -> None:
        lines.callee.tell(Refused(486))

        [outcome] = lines.outcomes
        assert outcome == Outcome(lasted_ms=None, reason=EventReason.CALLEE_BUSY, sip_code=486)

    def test_the_edges_own_limit_is_told_apart_from_a_busy_callee(self, lines: PaperLines) -> None:
        lines.callee.tell(Refused(486, "limit_reached"))

        assert lines.outcomes[0].reason is EventReason.LIMIT_REACHED

    @pytest.mark.parametrize("code", [408, 500, 503])
    def test_the_next_runtime_stands_in_for_a_dead_one(self, lines: PaperLines, code: int) -> None:
        lines.callee.tell(Answered(CALLEE))

        lines.runtime.tell(Refused(code))

        assert lines.runtime.uri == "sip:two"
        assert lines.outcomes == []

    @pytest.mark.parametrize("codes", [(486,), (503, 503)])
    def test_a_callee_nobody_talks_to_is_let_go(
        self, lines: PaperLines, codes: tuple[int, ...]
    ) -> None:
        lines.callee.tell(Answered(CALLEE))
        for code in codes:
            lines.runtime.tell(Refused(code))

        [outcome] = lines.outcomes
        assert (outcome.answered, outcome.reason) == (True, EventReason.RUNTIME_UNREACHABLE)
        assert lines.callee.ended

    @pytest.mark.parametrize("joined", [False, True])
    def test_whoever_hangs_up_ends_it_for_both(self, lines: PaperLines, *, joined: bool) -> None:
        lines.callee.tell(Answered(CALLEE))
        if joined:
            lines.runtime.tell(Answered(RUNTIME))
            lines.callee.tell(Updated(CALLEE))
        lines.now = 1_500

        lines.callee.tell(HungUp())

        assert lines.outcomes == [Outcome(lasted_ms=1_500, hung_up_by=Party.CALLEE)]
        assert lines.runtime.ended

    def test_the_runtime_hangs_up(self, lines: PaperLines) -> None:
        _answered_and_joined(lines)

        lines.runtime.tell(HungUp())

        assert lines.outcomes[0].hung_up_by is Party.CALLER
        assert lines.callee.ended

    @pytest.mark.parametrize(
        ("told", "reason"),
        [
            ("voicemail_reached", EventReason.VOICEMAIL_REACHED),
            ("max_duration_reached", None),
            ("done", None),
            (None, None),
        ],
    )
    def test_the_runtime_may_say_why(
        self, lines: PaperLines, told: str | None, reason: EventReason | None
    ) -> None:
        _answered_and_joined(lines)

        lines.runtime.tell(HungUp(told))

        assert lines.outcomes[0].reason is reason

    def test_the_callee_may_not(self, lines: PaperLines) -> None:
        _answered_and_joined(lines)

        lines.callee.tell(HungUp("voicemail_reached"))

        assert lines.outcomes[0].reason is None

    def test_the_end_is_told_once(self, lines: PaperLines) -> None:
        _answered_and_joined(lines)

        lines.runtime.tell(HungUp())
        lines.callee.tell(HungUp())

        assert len(lines.outcomes) == 1

    def test_the_time_counts_from_the_callees_answer(self, lines: PaperLines) -> None:
        lines.callee.tell(Answered(CALLEE))
        [limit] = lines.timers

        limit.act()

        assert limit.seconds == 60
        assert lines.outcomes[0].reason is EventReason.MAX_DURATION_REACHED

    def test_a_call_that_is_over_needs_no_clock(self, lines: PaperLines) -> None:
        _answered_and_joined(lines)

        lines.callee.tell(HungUp())

        assert lines.timers[0].cancelled

    def test_a_mistake_of_ours_leaves_nobody_waiting(self, lines: PaperLines) -> None:
        _answered_and_joined(lines)

        lines.callee.tell(Broken())

        assert lines.outcomes[0].reason is EventReason.DIALER_FAILED
        assert lines.callee.ended
        assert lines.runtime.ended


class TestOrders:
    def test_a_ringing_call_is_cancelled(self, bridge: Bridge, lines: PaperLines) -> None:
        bridge.hang_up(EventReason.OPERATOR_HANGUP)

        [outcome] = lines.outcomes
        assert (outcome.answered, outcome.reason) == (False, EventReason.CALLER_CANCELLED)
        assert lines.callee.ended

    def test_an_answered_call_is_hung_up_on(self, bridge: Bridge, lines: PaperLines) -> None:
        _answered_and_joined(lines)

        bridge.hang_up(EventReason.OPERATOR_HANGUP)

        assert lines.outcomes[0].reason is EventReason.OPERATOR_HANGUP

    def test_a_call_without_runtimes_is_over_when_it_is_answered(self, lines: PaperLines) -> None:
        offers = Offers(session=1, address="10.0.0.1", port=4_000)
        job = Job(**{name: getattr(JOB, name) for name in JOB.__struct_fields__} | {"runtimes": []})
        Bridge(job, lines, offers, over=lines.outcomes.append).begin()

        lines.callee.tell(Answered(CALLEE))

        assert lines.outcomes[0].reason is EventReason.RUNTIME_UNREACHABLE


def test_who_described_it_does_not_matter_for_where_media_goes() -> None:
    assert same_media(CALLEE, CALLEE.replace("carrier 7 7", "carrier 7 8"))
    assert not same_media(CALLEE, CALLEE.replace("10.1.1.1\r\nm", "10.1.1.9\r\nm"))
    assert not same_media(CALLEE, CALLEE.replace("AVP 8", "AVP 0"))
