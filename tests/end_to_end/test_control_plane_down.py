"""Without the control plane, numbers that were called before go on working, and nothing is lost."""

from parts.control_plane import ControlPlane
from parts.edge_process import Edge
from parts.program import wait_until
from parts.sip_lines import UdpLine
from parts.sip_peers import CARRIER, STRANGER, Sipp
from parts.untold_calls import given_an_untold_call


def _refusal(edge: Edge, digits: str, source: str = CARRIER) -> str:
    with UdpLine(source, edge.outside) as caller:
        caller.say("INVITE", digits)
        answer = caller.hear("SIP/2.0 [45]")
        caller.say("ACK", digits)
        return answer


def test_a_number_called_before_still_reaches_its_agent(
    control: ControlPlane, edge: Edge, sipp: Sipp
) -> None:
    digits, runtime, first = given_an_untold_call(control, edge, sipp)
    wait_until(lambda: edge.spooled() >= 3)
    control.start()

    invites = runtime.finish().received("INVITE")
    records = control.await_records(digits, count=2)
    assert {record["outcome"] for record in records} == {"ended"}
    [second] = [record for record in records if record["id"] != first["id"]]
    assert f"X-Dialplane-Call-Id: {second['id']}" in invites[1]
    wait_until(lambda: edge.spooled() == 0)


def test_a_number_never_called_is_refused_with_the_reason(
    control: ControlPlane, edge: Edge
) -> None:
    digits = control.holds(runtimes=["127.0.0.3:5080"])

    control.stop()
    answer = _refusal(edge, digits)
    control.start()

    assert "X-Dialplane-Reason: control_plane_unreachable" in answer


def test_a_remembered_answer_is_no_hole_in_the_fence(
    control: ControlPlane, edge: Edge, sipp: Sipp
) -> None:
    runtime = sipp.answer("runtime_answers")
    digits = control.holds(runtimes=[runtime.host])
    sipp.call("caller_hangs_up", edge.outside, called=digits)
    control.await_records(digits)

    control.stop()
    answer = _refusal(edge, digits, source=STRANGER)
    control.start()

    assert answer.startswith("SIP/2.0 403")
    assert "X-Dialplane-Reason: source_not_allowed" in answer


def test_after_three_failures_callers_do_not_wait_for_the_next(
    control: ControlPlane, edge: Edge
) -> None:
    digits = control.holds(runtimes=["127.0.0.3:5080"])

    with control.frozen():
        for _ in range(4):
            _refusal(edge, digits)

    not_asked = 'dialplane_edge_questions_total{direction="inbound",outcome="not_asked"}'
    assert edge.metrics()[not_asked] == 1


def test_the_caller_gives_up_before_the_control_plane_answered(
    control: ControlPlane, edge: Edge, sipp: Sipp
) -> None:
    runtime = sipp.answer("runtime_answers")
    digits = control.holds(runtimes=[runtime.host])

    with control.frozen():
        caller = sipp.begin_call("caller_cancels_early", edge.outside, called=digits)
        caller.await_received("SIP/2.0 200")

    caller.finish()
    [record] = control.await_records(digits)
    assert (record["outcome"], record["reason"]) == ("failed", "caller_cancelled")
    assert runtime.received("INVITE") == []


def test_the_next_call_follows_a_changed_mapping_and_so_does_the_memory(
    control: ControlPlane, edge: Edge, sipp: Sipp
) -> None:
    runtime = sipp.answer("runtime_answers", calls=3)
    digits = control.holds(runtimes=[runtime.host], agent="night-desk")
    sipp.call("caller_hangs_up", edge.outside, called=digits)

    control.remaps(digits, agent="day-desk", runtimes=[runtime.host])
    sipp.call("caller_hangs_up", edge.outside, called=digits)
    control.stop()
    sipp.call("caller_hangs_up", edge.outside, called=digits)
    control.start()

    answered = [
        next(name for name in ("night-desk", "day-desk") if control.agent_id(name) in invite)
        for invite in runtime.finish().received("INVITE")
    ]
    assert answered == ["night-desk", "day-desk", "day-desk"]
    control.await_records(digits, count=3)
