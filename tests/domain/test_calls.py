"""What becomes of a call, whatever order the news of it arrive in."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialplane.domain.calls import (
    RINGING_AT_MOST_MS,
    Call,
    CallEvent,
    CallId,
    CallStatus,
    CallType,
    Direction,
    EventType,
)
from dialplane.domain.disconnections import DisconnectionReason, EventReason, Party
from dialplane.domain.values import MINUTE_MS
from parts.calls import ACME, NOW

STARTED = CallEvent(type=EventType.STARTED, at=NOW + 10)
ANSWERED = CallEvent(type=EventType.ANSWERED, at=NOW + 1000)
ENDED = CallEvent(
    type=EventType.ENDED, at=NOW + 5000, duration_ms=4000, hung_up_by=Party.CALLER, sip_code=200
)
FAILED = CallEvent(type=EventType.FAILED, at=NOW + 3000, reason=EventReason.NO_ANSWER, sip_code=480)


def a_call(direction: Direction = Direction.INBOUND) -> Call:
    return Call(
        id=CallId("call-1"),
        organization_id=ACME,
        direction=direction,
        call_type=CallType(direction),
        from_number="01012345678",
        to_number="07011112222",
        created_at=NOW,
    )


def after(*events: CallEvent, direction: Direction = Direction.INBOUND) -> Call:
    call = a_call(direction)
    for event in events:
        call = call.told(event)
    return call


@pytest.mark.parametrize("order", [*permutations([STARTED, ANSWERED, ENDED])])
def test_an_answered_call_reads_the_same_in_any_order_of_the_news(order: Any) -> None:
    call = after(*order)

    assert (call.status, call.disconnection_reason) == (
        CallStatus.ENDED,
        DisconnectionReason.USER_HANGUP,
    )
    assert (call.answered_at, call.end_at, call.seat_until) == (NOW + 1000, NOW + 5000, None)


def test_the_end_alone_tells_when_the_call_was_answered() -> None:
    assert after(ENDED).answered_at == NOW + 1000


def test_a_call_rings_until_it_is_answered_and_lasts_until_it_ends() -> None:
    assert after().status is after(STARTED).status is CallStatus.QUEUED
    assert after(STARTED, ANSWERED).status is CallStatus.ONGOING


@pytest.mark.parametrize(
    ("direction", "hung_up_by", "reason"),
    [
        (Direction.INBOUND, Party.CALLER, DisconnectionReason.USER_HANGUP),
        (Direction.INBOUND, Party.CALLEE, DisconnectionReason.AGENT_HANGUP),
        (Direction.OUTBOUND, Party.CALLER, DisconnectionReason.AGENT_HANGUP),
        (Direction.OUTBOUND, Party.CALLEE, DisconnectionReason.USER_HANGUP),
        (Direction.INBOUND, Party.EDGE, DisconnectionReason.ERROR_VOXAI),
        (Direction.INBOUND, None, DisconnectionReason.ERROR_VOXAI),
    ],
)
def test_who_hung_up(
    direction: Direction, hung_up_by: Party | None, reason: DisconnectionReason
) -> None:
    ended = CallEvent(type=EventType.ENDED, at=NOW + 1, hung_up_by=hung_up_by)

    assert after(ended, direction=direction).disconnection_reason is reason


def test_the_longest_allowed_call_ends_for_that_reason() -> None:
    ended = CallEvent(
        type=EventType.ENDED,
        at=NOW,
        reason=EventReason.MAX_DURATION_REACHED,
        hung_up_by=Party.EDGE,
    )

    assert after(ended).disconnection_reason is DisconnectionReason.MAX_DURATION_REACHED


@pytest.mark.parametrize(
    ("direction", "reason", "sip_code", "told"),
    [
        ("inbound", "caller_cancelled", 487, DisconnectionReason.USER_HANGUP),
        ("outbound", "caller_cancelled", 487, DisconnectionReason.AGENT_HANGUP),
        ("inbound", "runtime_unreachable", 503, DisconnectionReason.ORPHANED_NO_AGENT_PICKUP),
        ("inbound", "callee_busy", 486, DisconnectionReason.ORPHANED_NO_AGENT_PICKUP),
        ("outbound", "no_answer", 480, DisconnectionReason.DIAL_NO_ANSWER),
        ("outbound", "callee_busy", 486, DisconnectionReason.DIAL_BUSY),
        ("outbound", "callee_declined", 603, DisconnectionReason.DIAL_DECLINED),
        ("outbound", "runtime_unreachable", 503, DisconnectionReason.DIAL_FAILED),
        ("outbound", "target_auth_failed", 502, DisconnectionReason.DIAL_FAILED),
        ("outbound", "target_refused", 404, DisconnectionReason.DIAL_FAILED),
        ("outbound", "target_refused", 486, DisconnectionReason.DIAL_BUSY),
    ],
)
def test_why_nobody_answered(
    direction: str, reason: str, sip_code: int, told: DisconnectionReason
) -> None:
    failed = CallEvent(type=EventType.FAILED, at=NOW, reason=EventReason(reason), sip_code=sip_code)
    call = after(failed, direction=Direction(direction))

    cancelled = reason == "caller_cancelled"
    assert call.status is (CallStatus.CANCELED if cancelled else CallStatus.NOT_CONNECTED)
    assert call.disconnection_reason is told


def test_a_limit_has_a_reason_of_its_own() -> None:
    call = a_call().refuse(EventReason.LIMIT_REACHED, now=NOW)

    assert call.status is CallStatus.NOT_CONNECTED
    assert call.disconnection_reason is DisconnectionReason.CONCURRENCY_LIMIT_REACHED


class TestSilence:
    def test_a_call_keeps_its_seat_until_news_are_overdue(self) -> None:
        overdue = NOW + RINGING_AT_MOST_MS

        assert overdue <= (a_call().seat_until or 0) < overdue + MINUTE_MS
        assert (after(ANSWERED).seat_until or 0) > overdue + MINUTE_MS

    def test_that_it_rings_leaves_its_seat_as_it_is(self) -> None:
        assert after(STARTED).seat_until == a_call().seat_until

    def test_a_lost_call_is_an_error_until_somebody_knows_better(self) -> None:
        lost = a_call().lose(now=NOW + RINGING_AT_MOST_MS)

        assert (lost.status, lost.disconnection_reason, lost.seat_until) == (
            CallStatus.ERROR,
            DisconnectionReason.ERROR_VOXAI,
            None,
        )
        assert lost.told(FAILED).status is CallStatus.NOT_CONNECTED
        assert lost.told(ENDED).status is CallStatus.ENDED


class TestWithdrawal:
    def test_a_call_nobody_dials_yet_does_not_happen(self) -> None:
        call = a_call().withdraw(now=NOW + 5)

        assert (call.status, call.end_at) == (CallStatus.CANCELED, NOW + 5)
        assert call.disconnection_reason is None

    def test_a_call_that_rings_ends_when_the_edge_says_so(self) -> None:
        call = after(STARTED).withdraw(now=NOW + 50)

        assert (call.status, call.cancel_requested_at) == (CallStatus.QUEUED, NOW + 50)
        ended = call.told(FAILED)
        assert ended.withdraw(now=NOW + 90) is ended


events = st.builds(
    CallEvent,
    type=st.sampled_from(EventType),
    at=st.integers(NOW, NOW + 9),
    sip_code=st.none() | st.sampled_from([200, 480, 486, 503]),
    reason=st.none() | st.sampled_from(EventReason),
    hung_up_by=st.none() | st.sampled_from(Party),
    duration_ms=st.none() | st.integers(0, 9),
)


@given(st.lists(events, max_size=5), st.randoms(use_true_random=False))
def test_the_same_news_lead_to_the_same_call(news: list[CallEvent], chance: Any) -> None:
    again = news + news[:2]
    chance.shuffle(again)

    call = after(*news)

    assert after(*again) == call
    assert (call.disconnection_reason is None) == (call.end_at is None)
    assert call.status in CallStatus
