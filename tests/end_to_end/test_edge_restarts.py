"""The edge may be stopped, killed and started; what it saw is told once."""

import pytest

from parts.control_plane import ControlPlane
from parts.edge_process import Edge
from parts.program import wait_until
from parts.sip_peers import Sipp
from parts.untold_calls import given_an_untold_call


@pytest.mark.parametrize("death", ["stop", "kill"])
def test_events_in_the_spool_outlive_the_edge(
    control: ControlPlane, edge: Edge, sipp: Sipp, death: str
) -> None:
    untold = given_an_untold_call(control, edge, sipp)
    # The queue is written down ten times a second; that much a power cut may take.
    wait_until(lambda: edge.spooled() >= 3)

    getattr(edge, death)()
    edge.start()
    assert edge.spooled() >= 3
    control.start()

    records = control.await_records(untold.digits, count=2)
    assert [record["outcome"] for record in records] == ["ended", "ended"]


def test_a_call_set_up_before_can_be_ended_after(
    control: ControlPlane, edge: Edge, sipp: Sipp
) -> None:
    runtime = sipp.answer("runtime_answers")
    digits = control.holds(runtimes=[runtime.host])
    caller = sipp.begin_call("caller_hangs_up", edge.outside, called=digits, talk=4000)
    runtime.await_received("ACK")

    edge.stop()
    edge.start()

    caller.finish()
    runtime.finish()
