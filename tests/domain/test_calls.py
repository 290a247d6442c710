"""A call ends as it ended, in whatever order the edge's reports arrive."""

from itertools import permutations

import pytest

from dialplane.domain.calls import (
    RINGING_AT_MOST_MS,
    Asked,
    Call,
    CallEvent,
    CallId,
    CallStatus,
    Direction,
    DisconnectionReason,
    EventType,
)
from parts.calls import ACME, NOW, NUMBER_ID, mapped

STARTED = CallEvent(type=EventType.STARTED, at=NOW + 10, target_uri="sip:one")
ANSWERED = CallEvent(type=EventType.ANSWERED, at=NOW + 1000, target_uri="sip:two")
ENDED = CallEvent(
    type=EventType.ENDED,
    at=NOW + 5000,
    duration_ms=4000,
    hung_up_by="caller",
    target_uri="sip:two",
    sip_code=200,
)
FAILED = CallEvent(
    type=EventType.FAILED, at=NOW + 3000, reason="no_answer", target_uri="sip:two", sip_code=480
)


def a_call(direction: Direction = Direction.INBOUND) -> Call:
    return Call(
        id=CallId("call-1"),
        organization_id=ACME,
        number_id=NUMBER_ID,
        direction=direction,
        from_number="01012345678",
        to_number="07011112222",
        agent=mapped(),
        version="current",
        asked=Asked(
            called="07011112222",
            caller="01012345678",
            source="203.0.113.10",
            transport="udp",
            at=NOW,
            sip_call_id="1@h",
        ),
        created_at=NOW,
    )


def after(*events: CallEvent, direction: Direction = Direction.INBOUND) -> Call:
    call = a_call(direction)
    for event in events:
        call = call.told(event)
    return call


@pytest.mark.parametrize("order", [*permutations([STARTED, ANSWERED, ENDED])])
def test_an_answered_call_reads_the_same_in_any_order_of_its_reports(
    order: tuple[CallEvent, ...],
) -> None:
    call = after(*order)

    assert (call.status, call.disconnection_reason) == (
        CallStatus.ENDED,
        DisconnectionReason.USER_HANGUP,
    )
    assert (call.start_at, call.end_at, call.target_uri) == (NOW + 1000, NOW + 5000, "sip:two")
    assert call.seat_until is None


@pytest.mark.parametrize("order", [*permutations([STARTED, FAILED])])
def test_a_call_nobody_answered_was_not_connected(order: tuple[CallEvent, ...]) -> None:
    call = after(*order)

    assert (call.status, call.start_at, call.end_at) == (
        CallStatus.NOT_CONNECTED,
        None,
        NOW + 3000,
    )
    assert call.target_uri == "sip:two"


def test_the_end_alone_tells_when_the_call_was_answered() -> None:
    assert after(ENDED).start_at == NOW + 1000


def test_a_report_told_twice_changes_nothing() -> None:
    once = after(STARTED, ANSWERED, ENDED)

    assert after(STARTED, STARTED, ANSWERED, ANSWERED, ENDED, ENDED) == once


def test_an_answered_call_is_ongoing() -> None:
    call = after(STARTED, ANSWERED)

    assert (call.status, call.start_at, call.end_at) == (CallStatus.ONGOING, NOW + 1000, None)


@pytest.mark.parametrize(
    ("direction", "hung_up_by", "reason"),
    [
        (Direction.INBOUND, "caller", DisconnectionReason.USER_HANGUP),
        (Direction.INBOUND, "callee", DisconnectionReason.AGENT_HANGUP),
        (Direction.OUTBOUND, "caller", DisconnectionReason.AGENT_HANGUP),
        (Direction.OUTBOUND, "callee", DisconnectionReason.USER_HANGUP),
        (Direction.INBOUND, "edge", DisconnectionReason.ERROR_VOXAI),
        (Direction.INBOUND, None, DisconnectionReason.ERROR_VOXAI),
    ],
)
def test_who_hung_up(
    direction: Direction, hung_up_by: str | None, reason: DisconnectionReason
) -> None:
    ended = CallEvent(type=EventType.ENDED, at=NOW + 1, hung_up_by=hung_up_by)

    assert after(ended, direction=direction).disconnection_reason is reason


@pytest.mark.parametrize(
    ("direction", "reason", "status", "told"),
    [
        (
            Direction.INBOUND,
            "caller_cancelled",
            CallStatus.CANCELED,
            DisconnectionReason.USER_HANGUP,
        ),
        (
            Direction.OUTBOUND,
            "caller_cancelled",
            CallStatus.CANCELED,
            DisconnectionReason.AGENT_HANGUP,
        ),
        (
            Direction.INBOUND,
            "runtime_unreachable",
            CallStatus.NOT_CONNECTED,
            DisconnectionReason.ORPHANED_NO_AGENT_PICKUP,
        ),
        (
            Direction.OUTBOUND,
            "no_answer",
            CallStatus.NOT_CONNECTED,
            DisconnectionReason.DIAL_NO_ANSWER,
        ),
        (
            Direction.OUTBOUND,
            "callee_busy",
            CallStatus.NOT_CONNECTED,
            DisconnectionReason.DIAL_BUSY,
        ),
        (
            Direction.OUTBOUND,
            "callee_declined",
            CallStatus.NOT_CONNECTED,
            DisconnectionReason.DIAL_DECLINED,
        ),
        (
            Direction.OUTBOUND,
            "target_refused",
            CallStatus.NOT_CONNECTED,
            DisconnectionReason.DIAL_FAILED,
        ),
    ],
)
def test_why_nobody_answered(
    *, direction: Direction, reason: str, status: CallStatus, told: DisconnectionReason
) -> None:
    call = after(CallEvent(type=EventType.FAILED, at=NOW, reason=reason), direction=direction)

    assert (call.status, call.disconnection_reason) == (status, told)


def test_the_longest_allowed_call_ends_for_that_reason() -> None:
    ended = CallEvent(
        type=EventType.ENDED, at=NOW, reason="max_duration_reached", hung_up_by="edge"
    )

    assert after(ended).disconnection_reason is DisconnectionReason.MAX_DURATION_REACHED


class TestSilence:
    def test_a_call_keeps_its_seat_until_it_should_have_been_heard_of(self) -> None:
        call = a_call()

        assert call.seat_until == NOW + RINGING_AT_MOST_MS
        assert call.given_up(now=NOW + RINGING_AT_MOST_MS - 1) is call

    def test_a_call_that_never_rang_is_given_up(self) -> None:
        call = a_call().given_up(now=NOW + RINGING_AT_MOST_MS)

        assert (call.status, call.disconnection_reason, call.seat_until) == (
            CallStatus.ERROR,
            DisconnectionReason.ORPHANED_NO_AGENT_PICKUP,
            None,
        )

    def test_a_call_nobody_ended_is_given_up(self) -> None:
        ongoing = after(ANSWERED)
        call = ongoing.given_up(now=ongoing.seat_until or 0)

        assert (call.status, call.disconnection_reason) == (
            CallStatus.ERROR,
            DisconnectionReason.ERROR_VOXAI,
        )
        assert call.given_up(now=NOW * 2) is call

    @pytest.mark.parametrize("reports", [[FAILED], [STARTED, ANSWERED], [STARTED, ANSWERED, ENDED]])
    def test_reports_that_come_after_all_have_the_last_word(self, reports: list[CallEvent]) -> None:
        call = a_call().given_up(now=NOW + RINGING_AT_MOST_MS)
        for event in reports:
            call = call.told(event)

        assert call == after(*reports)
