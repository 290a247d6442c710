"""More news than the edge takes from memory at once: all of it is told."""

import os
import signal

import httpx

from parts.control_plane import ControlPlane
from parts.edge_process import ADDRESS, ADMIN_TOKEN, Edge
from parts.sip_peers import Sipp

CALLS = 90
"""Three events each, of which 250 go to the file together."""

CALL_ID = "%u-%p-" + "x" * 150
"""Long, as some carriers write it."""


def test_news_that_piled_up_is_told_to_the_last_event(
    control: ControlPlane, edge: Edge, sipp: Sipp
) -> None:
    runtime = sipp.answer("runtime_answers", calls=CALLS)
    digits = control.holds(runtimes=[runtime.host])
    writer = _writer_of_the_spool(edge)

    os.kill(writer, signal.SIGSTOP)
    words = {"calls": CALLS, "per_second": 60, "talk": 400, "call_id": CALL_ID}
    sipp.call("caller_hangs_up", edge.outside, called=digits, **words)
    os.kill(writer, signal.SIGCONT)

    found = control.await_records(digits, CALLS)
    assert {record["outcome"] for record in found} == {"ended"}


def _writer_of_the_spool(edge: Edge) -> int:
    answer = httpx.post(
        f"http://{ADDRESS}:{edge.settings.admin_port}/rpc",
        headers={"Authorization": f"Bearer {ADMIN_TOKEN}"},
        json={"jsonrpc": "2.0", "id": 1, "method": "core.psx"},
    )
    [writer] = [each["PID"] for each in answer.json()["result"] if "timer=spool" in each["DSC"]]
    return int(writer)
