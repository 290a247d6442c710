"""In a sandbox the callee's last digits say how a call goes, and its clock says when."""

import pytest

from dialplane.domain.calls import Call, CallId, CallStatus, CallType, Direction
from dialplane.domain.disconnections import DisconnectionReason
from dialplane.domain.simulated_carrier import simulated
from dialplane.domain.values import OrganizationId

MINUTE = 60_000


def a_call(to_number: str) -> Call:
    return Call(
        id=CallId("call"),
        organization_id=OrganizationId("sandbox"),
        direction=Direction.OUTBOUND,
        call_type=CallType.OUTBOUND,
        from_number="07011112222",
        to_number=to_number,
        created_at=0,
    )


@pytest.mark.parametrize(
    ("digits", "status", "reason"),
    [
        ("01000000001", CallStatus.NOT_CONNECTED, DisconnectionReason.DIAL_BUSY),
        ("01000000002", CallStatus.NOT_CONNECTED, DisconnectionReason.DIAL_NO_ANSWER),
        ("01000000003", CallStatus.NOT_CONNECTED, DisconnectionReason.DIAL_DECLINED),
        ("01000000004", CallStatus.NOT_CONNECTED, DisconnectionReason.DIAL_FAILED),
        ("01000000005", CallStatus.ENDED, DisconnectionReason.AGENT_HANGUP),
        ("01000000006", CallStatus.ENDED, DisconnectionReason.ORPHANED_NO_AGENT_PICKUP),
        ("01012345678", CallStatus.ENDED, DisconnectionReason.USER_HANGUP),
    ],
)
def test_the_last_digits_choose_the_end(
    digits: str, status: CallStatus, reason: DisconnectionReason
) -> None:
    call = simulated(a_call(digits), now=10 * MINUTE)

    assert (call.status, call.disconnection_reason) == (status, reason)


@pytest.mark.parametrize(
    ("now", "status"),
    [
        (999, CallStatus.QUEUED),
        (3_000, CallStatus.ONGOING),
        (62_999, CallStatus.ONGOING),
        (63_000, CallStatus.ENDED),
    ],
)
def test_a_call_takes_its_time(now: int, status: CallStatus) -> None:
    assert simulated(a_call("01012345678"), now=now).status is status


@pytest.mark.parametrize("stops", [(5_000, 90_000), (90_000,), (2_000, 4_000, 90_000)])
def test_it_does_not_matter_how_often_somebody_looks(stops: tuple[int, ...]) -> None:
    call = a_call("01012345678")
    for now in stops:
        call = simulated(call, now=now)

    assert call == simulated(a_call("01012345678"), now=90_000)


@pytest.mark.parametrize(
    ("at", "status", "reason"),
    [
        (500, CallStatus.CANCELED, None),
        (2_000, CallStatus.CANCELED, DisconnectionReason.AGENT_HANGUP),
        (9_000, CallStatus.ENDED, DisconnectionReason.OPERATOR_HANGUP),
    ],
    ids=["queued", "ringing", "answered"],
)
def test_a_call_that_is_hung_up_on_ends_there(
    at: int, status: CallStatus, reason: DisconnectionReason | None
) -> None:
    call = simulated(a_call("01012345678"), now=at).withdraw(now=at)

    later = simulated(call, now=10 * MINUTE)

    assert (later.status, later.disconnection_reason, later.end_at) == (status, reason, at)
