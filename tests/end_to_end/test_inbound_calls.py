"""A call to a held number reaches the runtime of the mapped agent, and leaves one record."""

import pytest

from parts.control_plane import ControlPlane
from parts.edge_process import Edge
from parts.sip_lines import UdpLine
from parts.sip_peers import CARRIER, RUNTIME, SPARE_RUNTIME, Sipp, free_port


def test_the_caller_reaches_the_mapped_agent_and_hangs_up(
    control: ControlPlane, edge: Edge, sipp: Sipp
) -> None:
    runtime = sipp.answer("runtime_answers")
    digits = control.holds(runtimes=[runtime.host], agent="night-desk")

    sipp.call("caller_hangs_up", edge.outside, called=digits, talk=400)

    [invite] = runtime.finish().received("INVITE")
    assert f"X-Dialplane-Agent-Id: {control.agent_id('night-desk')}" in invite
    assert "forged" not in invite
    [record] = control.await_records(digits)
    assert (record["outcome"], record["hung_up_by"]) == ("ended", "caller")
    assert record["duration_ms"] >= 400
    # Whatever the caller gives as its reason.
    assert record["disconnection_reason"] == "user_hangup"
    assert "ERROR" not in edge.log


def test_the_runtime_hangs_up(control: ControlPlane, edge: Edge, sipp: Sipp) -> None:
    runtime = sipp.answer("runtime_hangs_up", talk=300)
    digits = control.holds(runtimes=[runtime.host])

    sipp.call("caller_waits_for_bye", edge.outside, called=digits)

    runtime.finish()
    [record] = control.await_records(digits)
    assert (record["outcome"], record["hung_up_by"]) == ("ended", "callee")


@pytest.mark.parametrize("why", ["voicemail_reached", "inactivity", "flow_error", "call_transfer"])
def test_the_runtime_says_why_it_hangs_up(
    control: ControlPlane, edge: Edge, sipp: Sipp, why: str
) -> None:
    runtime = sipp.answer("runtime_hangs_up", reason=why)
    digits = control.holds(runtimes=[runtime.host])

    sipp.call("caller_waits_for_bye", edge.outside, called=digits)

    runtime.finish()
    [record] = control.await_records(digits)
    assert (record["disconnection_reason"], record["hung_up_by"]) == (why, "callee")


@pytest.mark.parametrize(("answer", "reason"), [(202, "call_transfer"), (603, "agent_hangup")])
def test_the_runtime_transfers_and_hangs_up(
    control: ControlPlane, edge: Edge, sipp: Sipp, *, answer: int, reason: str
) -> None:
    runtime = sipp.answer("runtime_transfers", code=answer)
    digits = control.holds(runtimes=[runtime.host])

    sipp.call("caller_is_referred", edge.outside, called=digits, code=answer)

    runtime.finish()
    [record] = control.await_records(digits)
    assert record["disconnection_reason"] == reason


def test_a_call_over_tcp_reaches_a_runtime_on_udp(
    control: ControlPlane, edge: Edge, sipp: Sipp
) -> None:
    runtime = sipp.answer("runtime_answers")
    digits = control.holds(runtimes=[runtime.host])

    sipp.call("caller_hangs_up", edge.outside, called=digits, transport="t1")

    runtime.finish()
    [record] = control.await_records(digits)
    assert record["outcome"] == "ended"


def test_the_session_can_be_changed_during_the_call(
    control: ControlPlane, edge: Edge, sipp: Sipp
) -> None:
    runtime = sipp.answer("runtime_answers_reinvite")
    digits = control.holds(runtimes=[runtime.host])

    sipp.call("caller_reinvites", edge.outside, called=digits)

    runtime.finish()
    [record] = control.await_records(digits)
    assert (record["outcome"], record["hung_up_by"]) == ("ended", "caller")


def test_the_caller_gives_up_while_it_rings(control: ControlPlane, edge: Edge, sipp: Sipp) -> None:
    runtime = sipp.answer("runtime_rings")
    digits = control.holds(runtimes=[runtime.host])

    sipp.call("caller_cancels", edge.outside, called=digits)

    runtime.finish()
    [record] = control.await_records(digits)
    assert (record["outcome"], record["reason"]) == ("failed", "caller_cancelled")


def test_repeated_invites_stay_one_call(control: ControlPlane, edge: Edge, sipp: Sipp) -> None:
    busy = sipp.answer("runtime_refuses", code=486, phrase="Busy Here")
    digits = control.holds(runtimes=[busy.host])

    with UdpLine(CARRIER, edge.outside) as caller:
        for _ in range(4):
            caller.say("INVITE", digits)
        caller.hear("SIP/2.0 486")
        caller.say("INVITE", digits)
        caller.hear("SIP/2.0 486")
        caller.say("ACK", digits)

    assert len(busy.finish().received("INVITE")) == 1
    [record] = control.await_records(digits)
    assert record["reason"] == "callee_busy"


def test_a_broken_runtime_is_replaced_by_the_next(
    control: ControlPlane, edge: Edge, sipp: Sipp
) -> None:
    broken = sipp.answer("runtime_refuses", code=500, phrase="Broken")
    spare = sipp.answer("runtime_answers", SPARE_RUNTIME)
    digits = control.holds(runtimes=[broken.host, spare.host], agent="night-desk")

    sipp.call("caller_hangs_up", edge.outside, called=digits)

    broken.finish()
    [invite] = spare.finish().received("INVITE")
    assert f"X-Dialplane-Agent-Id: {control.agent_id('night-desk')}" in invite
    [record] = control.await_records(digits)
    assert record["outcome"] == "ended"


def test_a_silent_runtime_is_replaced_by_the_next(
    control: ControlPlane, hasty_edge: Edge, sipp: Sipp
) -> None:
    spare = sipp.answer("runtime_answers", SPARE_RUNTIME)
    silent = f"{RUNTIME}:{free_port(RUNTIME)}"
    digits = control.holds(runtimes=[silent, spare.host])

    sipp.call("caller_hangs_up", hasty_edge.outside, called=digits)

    spare.finish()
    [record] = control.await_records(digits)
    assert record["outcome"] == "ended"


def test_a_busy_runtime_is_not_replaced(control: ControlPlane, edge: Edge, sipp: Sipp) -> None:
    busy = sipp.answer("runtime_refuses", code=486, phrase="Busy Here")
    spare = sipp.answer("runtime_answers", SPARE_RUNTIME)
    digits = control.holds(runtimes=[busy.host, spare.host])

    sipp.call("caller_is_refused", edge.outside, called=digits, code=486)

    busy.finish()
    assert spare.received("INVITE") == []
    [record] = control.await_records(digits)
    assert (record["outcome"], record["reason"]) == ("failed", "callee_busy")


def test_the_caller_hears_that_no_runtime_answered(
    control: ControlPlane, hasty_edge: Edge, sipp: Sipp
) -> None:
    silent = f"{RUNTIME}:{free_port(RUNTIME)}"
    digits = control.holds(runtimes=[silent])

    caller = sipp.call("caller_is_refused", hasty_edge.outside, called=digits, code=503)

    [refusal] = caller.received("SIP/2.0 503")
    assert "X-Dialplane-Reason: runtime_unreachable" in refusal
    [record] = control.await_records(digits)
    assert (record["outcome"], record["reason"]) == ("failed", "runtime_unreachable")


def test_whatever_the_caller_names_its_call_it_is_asked_and_told(
    control: ControlPlane, edge: Edge, sipp: Sipp
) -> None:
    runtime = sipp.answer("runtime_answers")
    digits = control.holds(runtimes=[runtime.host])

    sipp.call("caller_hangs_up", edge.outside, called=digits, call_id='%u"\\%p@%s')

    runtime.finish()
    [record] = control.await_records(digits)
    assert (record["outcome"], record["hung_up_by"]) == ("ended", "caller")
