"""`kill -9` of the edge with calls in every stage: each has exactly one record, no seat is lost."""

import time

from dialplane.domain.calls import NEWS_MAY_BE_LATE_MS
from dialplane.operations import call_events
from parts.control_plane import ControlPlane
from parts.edge_process import Edge
from parts.sip_peers import RUNTIME, Sipp, free_port


def _a_call_goes_through(control: ControlPlane, edge: Edge, sipp: Sipp, digits: str) -> None:
    """On the number's only seat."""
    spare = sipp.answer("runtime_answers")
    control.remaps(digits, agent="day-desk", runtimes=[spare.host])
    sipp.call("caller_hangs_up", edge.outside, called=digits)
    spare.finish()


def test_a_call_that_talked_ends_when_somebody_hangs_up(
    control: ControlPlane, edge: Edge, sipp: Sipp
) -> None:
    runtime = sipp.answer("runtime_answers")
    digits = control.holds(runtimes=[runtime.host])
    control.allows(digits, concurrent_calls=1)
    caller = sipp.begin_call("caller_hangs_up", edge.outside, called=digits, talk=3000)
    control.await_answered(digits)

    edge.kill()
    edge.start()

    caller.finish()
    runtime.finish()
    [record] = control.await_records(digits)
    assert (record["outcome"], record["hung_up_by"]) == ("ended", "caller")
    assert record["duration_ms"] >= 2900
    _a_call_goes_through(control, edge, sipp, digits)
    control.await_records(digits, count=2)


def test_the_runtime_may_be_who_hangs_up(control: ControlPlane, edge: Edge, sipp: Sipp) -> None:
    runtime = sipp.answer("runtime_hangs_up", talk=3000)
    digits = control.holds(runtimes=[runtime.host])
    caller = sipp.begin_call("caller_waits_for_bye", edge.outside, called=digits)
    control.await_answered(digits)

    edge.kill()
    edge.start()

    caller.finish()
    runtime.finish()
    [record] = control.await_records(digits)
    assert (record["outcome"], record["hung_up_by"]) == ("ended", "callee")


def test_a_call_that_rang_is_over_when_the_edge_is_back(
    control: ControlPlane, edge: Edge, sipp: Sipp
) -> None:
    runtime = sipp.answer("runtime_rings")
    digits = control.holds(runtimes=[runtime.host])
    control.allows(digits, concurrent_calls=1)
    sipp.begin_call("caller_cancels", edge.outside, called=digits)
    runtime.await_received("INVITE")

    # At once: its start may never have been told, and the seat is taken all the same.
    edge.kill()
    edge.start()

    [record] = control.await_records(digits)
    assert (record["outcome"], record["reason"]) == ("LOST", "edge_restarted")
    sipp.stop()
    _a_call_goes_through(control, edge, sipp, digits)


def test_calls_that_end_as_the_edge_dies_have_one_record_each(
    control: ControlPlane, edge: Edge, sipp: Sipp
) -> None:
    port = free_port(RUNTIME)
    runtime = sipp.answer("runtime_answers", port=port, calls=20)
    digits = control.holds(runtimes=[runtime.host])
    control.allows(digits, concurrent_calls=20)
    caller = sipp.begin_call(
        "caller_hangs_up", edge.outside, called=digits, calls=20, per_second=40, talk=400
    )
    runtime.await_received("BYE")

    edge.kill()
    edge.start()

    caller.stop()
    runtime.stop()
    control.await_news_of_restart(digits)
    later = int(time.time() * 1000) + NEWS_MAY_BE_LATE_MS + 1000
    call_events.lose_overdue(control.database, now=later)
    records = control.records(digits)
    assert {record["outcome"] for record in records} <= {"ended", "LOST", "failed"}
    assert len({record["id"] for record in records}) == len(records) == control.begun(digits)
    assert control.seats_taken(digits) == 0
