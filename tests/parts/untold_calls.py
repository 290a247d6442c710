"""Calls that end while the control plane is away, so that nobody can be told of them."""

from typing import Any, NamedTuple

from parts.control_plane import ControlPlane
from parts.edge_process import Edge
from parts.sip_peers import Peer, Sipp


class Untold(NamedTuple):
    """The second call of a number; `first` is the record of the one that was told of."""

    digits: str
    runtime: Peer
    first: dict[str, Any]


def given_an_untold_call(control: ControlPlane, edge: Edge, sipp: Sipp) -> Untold:
    """The control plane stays away; its three events are on their way to the edge's spool."""
    runtime = sipp.answer("runtime_answers", calls=2)
    digits = control.holds(runtimes=[runtime.host])
    sipp.call("caller_hangs_up", edge.outside, called=digits)
    [first] = control.await_records(digits)
    control.stop()
    sipp.call("caller_hangs_up", edge.outside, called=digits)
    return Untold(digits, runtime, first)
