"""The file of the edge's events may refuse to be written for a while; nothing is lost by that."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from parts.control_plane import ControlPlane
from parts.edge_process import Edge
from parts.program import wait_until
from parts.sip_peers import Sipp
from parts.untold_calls import given_an_untold_call

IN_SPOOL = "dialplane_edge_events_in_spool"


@contextmanager
def _unwritable(edge: Edge) -> Iterator[None]:
    """Each write fails, as on a full disk: somebody else has the file to himself."""
    with closing(sqlite3.connect(edge.settings.spool, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        yield
        db.execute("ROLLBACK")


def test_what_could_not_be_written_is_kept_and_told_later(
    control: ControlPlane, edge: Edge, sipp: Sipp
) -> None:
    runtime = sipp.answer("runtime_answers", calls=2)
    digits = control.holds(runtimes=[runtime.host])
    wait_until(lambda: edge.spooled() == 0)

    with _unwritable(edge):
        sipp.call("caller_hangs_up", edge.outside, called=digits, calls=2)
        wait_until(lambda: edge.metrics()[IN_SPOOL] == 6)

    found = control.await_records(digits, count=2)
    assert {record["outcome"] for record in found} == {"ended"}
    wait_until(lambda: edge.metrics()[IN_SPOOL] == 0)


def test_it_says_how_much_it_has_still_to_tell(
    control: ControlPlane, edge: Edge, sipp: Sipp
) -> None:
    given_an_untold_call(control, edge, sipp)
    wait_until(lambda: edge.metrics()[IN_SPOOL] == 3)
    edge.kill()
    edge.start()

    # The three of before, and that it has started.
    wait_until(lambda: edge.metrics().get(IN_SPOOL) == 4)
    control.start()
    wait_until(lambda: edge.metrics()[IN_SPOOL] == 0)


def test_a_file_that_cannot_be_written_at_the_start_is_opened_later(
    control: ControlPlane, edge: Edge, sipp: Sipp
) -> None:
    runtime = sipp.answer("runtime_answers")
    digits = control.holds(runtimes=[runtime.host])
    edge.stop()

    with _unwritable(edge):
        edge.start()
        sipp.call("caller_hangs_up", edge.outside, called=digits)

    [record] = control.await_records(digits)
    assert record["outcome"] == "ended"
