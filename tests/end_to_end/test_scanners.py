"""Strangers who dial at random cost little, and cost nobody else anything."""

from parts.control_plane import ControlPlane
from parts.edge_process import Edge
from parts.sip_peers import STRANGER, Sipp

ASKED = 'dialplane_edge_questions_total{direction="inbound",outcome="answered"}'


def test_a_thousand_unknown_numbers_cost_twenty_questions(
    control: ControlPlane, edge: Edge, sipp: Sipp
) -> None:
    runtime = sipp.answer("runtime_answers")
    digits = control.holds(runtimes=[runtime.host])

    sipp.call(
        "scanner", edge.outside, called="900441234", source=STRANGER, calls=1000, per_second=400
    )

    metrics = edge.metrics()
    assert metrics[ASKED] <= edge.settings.stranger_budget
    assert metrics["dialplane_edge_strangers_refused_total"] >= 980
    assert control.records("900441234") == []
    sipp.call("caller_hangs_up", edge.outside, called=digits)
    runtime.finish()
    assert len(control.await_records(digits)) == 1
