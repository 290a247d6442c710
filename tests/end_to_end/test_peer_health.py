"""A runtime that answers no OPTIONS is not called; when it answers again, it is."""

from collections.abc import Callable

from dialplane.store import peers
from parts.control_plane import ControlPlane
from parts.edge_process import Edge
from parts.option_answerer import OptionAnswerer
from parts.program import wait_until
from parts.sip_peers import RUNTIME, free_port


def test_two_misses_take_a_runtime_out_and_one_answer_brings_it_back(
    control: ControlPlane, starts_edge: Callable[..., Edge]
) -> None:
    runtime = OptionAnswerer(free_port(RUNTIME))
    control.holds(runtimes=[runtime.host])
    starts_edge(ping_peers=True, no_reply_ms=1000)

    wait_until(lambda: _is_down(control, runtime))
    with runtime:
        wait_until(lambda: not _is_down(control, runtime))
    wait_until(lambda: _is_down(control, runtime))


def _is_down(control: ControlPlane, runtime: OptionAnswerer) -> bool:
    with control.database.reading() as db:
        return peers.is_down(db, f"sip:{runtime.host}")
