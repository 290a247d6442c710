"""A number mapped to `production` follows what is published, from the next call on."""

from parts.control_plane import ControlPlane
from parts.edge_process import Edge
from parts.sip_peers import Sipp


def test_the_next_call_is_answered_by_the_version_just_published(
    control: ControlPlane, edge: Edge, sipp: Sipp
) -> None:
    runtime = sipp.answer("runtime_answers", calls=2)
    digits = control.holds(runtimes=[runtime.host], agent="night-desk")
    control.publishes("night-desk", "v1")
    control.follows_production(digits, agent="night-desk")

    sipp.call("caller_hangs_up", edge.outside, called=digits)
    control.publishes("night-desk", "v2")
    sipp.call("caller_hangs_up", edge.outside, called=digits)

    first, second = runtime.finish().received("INVITE")
    assert "X-Dialplane-Agent-Version: v1" in first
    assert "X-Dialplane-Agent-Version: v2" in second
