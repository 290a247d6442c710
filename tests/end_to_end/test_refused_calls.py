"""Whoever is refused hears why, in the status, in X-Dialplane-Reason and in Reason."""

import time

from dialplane.domain.numbers import AgentMapping
from dialplane.domain.values import DAY_MS
from parts.control_plane import ControlPlane
from parts.edge_process import Edge
from parts.program import wait_until
from parts.sip_lines import UdpLine
from parts.sip_peers import CARRIER, RUNTIME, STRANGER, Sipp


def heard(edge: Edge, digits: str, *, source: str = CARRIER) -> str:
    with UdpLine(source, edge.outside) as caller:
        caller.say("INVITE", digits)
        while True:
            answer = caller.hear("SIP/2.0 ")
            if not answer.startswith("SIP/2.0 1"):
                caller.say("ACK", digits)
                return answer


def status_and_reason(answer: str) -> tuple[int, str]:
    lines = answer.split("\r\n")
    [reason] = [line for line in lines if line.startswith("X-Dialplane-Reason: ")]
    assert any(line.startswith("Reason: SIP;cause=") for line in lines)
    return int(lines[0].split()[1]), reason.removeprefix("X-Dialplane-Reason: ")


def test_an_unknown_number(control: ControlPlane, edge: Edge) -> None:
    # A carrier of somebody's hears that; a source of nobody's hears that it is one.
    control.holds()

    answer = heard(edge, "0709999999")

    assert status_and_reason(answer) == (404, "number_unknown")


def test_a_source_the_number_does_not_allow(control: ControlPlane, edge: Edge) -> None:
    digits = control.holds(runtimes=[f"{RUNTIME}:5080"])

    answer = heard(edge, digits, source=STRANGER)

    assert status_and_reason(answer) == (403, "source_not_allowed")


def test_a_number_that_is_not_active_yet(control: ControlPlane, edge: Edge) -> None:
    digits = control.holds()
    control.starts_at(digits, time.time_ns() // 1_000_000 + DAY_MS)

    assert status_and_reason(heard(edge, digits)) == (480, "not_active_yet")


def test_a_number_that_was_given_up(control: ControlPlane, edge: Edge) -> None:
    digits = control.holds()
    control.gives_up(digits)

    assert status_and_reason(heard(edge, digits)) == (410, "expired")


def test_a_number_without_an_agent(control: ControlPlane, edge: Edge) -> None:
    digits = control.holds()
    control.now_is(digits, inbound_agent=None)

    assert status_and_reason(heard(edge, digits)) == (480, "no_agent_mapped")


def test_an_agent_whose_version_is_not_there(control: ControlPlane, edge: Edge) -> None:
    digits = control.holds(agent="night-desk")
    mapping = AgentMapping(agent_id=control.agent_id("night-desk"), agent_version="v9")
    control.now_is(digits, inbound_agent=mapping)

    assert status_and_reason(heard(edge, digits)) == (480, "agent_missing")


def test_an_agent_whom_no_runtime_answers_for(control: ControlPlane, edge: Edge) -> None:
    digits = control.holds(runtimes=None)

    assert status_and_reason(heard(edge, digits)) == (503, "runtime_unreachable")


def test_one_call_more_than_the_number_may_have(
    control: ControlPlane, edge: Edge, sipp: Sipp
) -> None:
    runtime = sipp.answer("runtime_answers")
    digits = control.holds(runtimes=[runtime.host])
    control.allows(digits, concurrent_calls=1)
    first = sipp.begin_call("caller_hangs_up", edge.outside, called=digits, talk=3000)
    wait_until(lambda: control.seats_taken(digits) == 1)

    assert status_and_reason(heard(edge, digits)) == (486, "limit_reached")
    first.finish()


def test_a_dialled_name_is_no_number(edge: Edge) -> None:
    answer = heard(edge, "x" * 65)

    assert answer.startswith("SIP/2.0 404")


def test_a_request_inside_a_call_that_never_was(edge: Edge) -> None:
    with UdpLine(STRANGER, edge.outside) as caller:
        host, port = edge.outside.split(":")
        route = f"Route: <sip:{host}:{port};lr;dp=0123456789abcdef>\r\n"
        caller.say("BYE", "victim", to_tag=";tag=made-up", more=route)

        assert caller.hear("SIP/2.0 ").startswith("SIP/2.0 481")
