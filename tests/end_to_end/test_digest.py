"""A number may ask its callers for a password."""

from parts.control_plane import ControlPlane
from parts.edge_process import Edge
from parts.sip_peers import Sipp

USERNAME, PASSWORD = "carrier", "correct-horse"


def test_the_right_password_gets_through_as_one_call(
    control: ControlPlane, edge: Edge, sipp: Sipp
) -> None:
    runtime = sipp.answer("runtime_answers")
    digits = control.holds(runtimes=[runtime.host], digest=(USERNAME, PASSWORD))

    sipp.call(
        "caller_authenticates",
        edge.outside,
        called=digits,
        username=USERNAME,
        password=PASSWORD,
    )

    [invite] = runtime.finish().received("INVITE")
    assert "Authorization:" not in invite
    [record] = control.await_records(digits)
    assert record["outcome"] == "ended"


def test_the_wrong_password_is_refused_once_and_for_all(
    control: ControlPlane, edge: Edge, sipp: Sipp
) -> None:
    runtime = sipp.answer("runtime_answers")
    digits = control.holds(runtimes=[runtime.host], digest=(USERNAME, PASSWORD))

    caller = sipp.call(
        "caller_fails_to_authenticate",
        edge.outside,
        called=digits,
        username=USERNAME,
        password="wrong",
    )

    assert "X-Dialplane-Reason: digest_failed" in caller.received("SIP/2.0 403")[0]
    assert runtime.received("INVITE") == []
    [record] = control.await_records(digits)
    assert (record["outcome"], record["reason"]) == ("rejected", "digest_failed")
