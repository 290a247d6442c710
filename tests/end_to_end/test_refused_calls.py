"""Whoever is refused hears why, in the status, in X-Dialplane-Reason and in Reason."""

from parts.control_plane import ControlPlane
from parts.edge_process import Edge
from parts.sip_lines import UdpLine
from parts.sip_peers import CARRIER, RUNTIME, STRANGER


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


def test_an_unknown_number(edge: Edge) -> None:
    answer = heard(edge, "0709999999")

    assert status_and_reason(answer) == (404, "number_unknown")


def test_a_source_the_number_does_not_allow(control: ControlPlane, edge: Edge) -> None:
    digits = control.holds(runtimes=[f"{RUNTIME}:5080"])

    answer = heard(edge, digits, source=STRANGER)

    assert status_and_reason(answer) == (403, "source_not_allowed")


def test_a_dialled_name_is_no_number(edge: Edge) -> None:
    answer = heard(edge, "x" * 65)

    assert answer.startswith("SIP/2.0 404")


def test_a_request_inside_a_call_that_never_was(edge: Edge) -> None:
    with UdpLine(STRANGER, edge.outside) as caller:
        host, port = edge.outside.split(":")
        route = f"Route: <sip:{host}:{port};lr;dp=0123456789abcdef>\r\n"
        caller.say("BYE", "victim", to_tag=";tag=made-up", more=route)

        assert caller.hear("SIP/2.0 ").startswith("SIP/2.0 481")
