"""What the control plane refuses to hear keeps nobody from hearing the rest."""

import json
import sqlite3
from contextlib import closing

from builders import an_id
from parts.control_plane import ControlPlane
from parts.edge_process import Edge
from parts.program import wait_until
from parts.receiver import Heard, Receiver
from parts.sip_peers import Sipp

TAKEN_AT_ONCE = 50
WAITING = 120


class Older(Receiver):
    """Takes no more events at once than control planes did at first."""

    def status_for(self, heard: Heard) -> int:
        return 200 if len(events_in(heard)) <= TAKEN_AT_ONCE else 400

    @property
    def told(self) -> list[list[str]]:
        """The ids of what it took, part by part."""
        taken = [each for each in self.heard if self.status_for(each) == 200]
        return [[event["id"] for event in events_in(each)] for each in taken]


def events_in(heard: Heard) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(heard.body)["events"]
    return found


def given_in_spool(edge: Edge, *bodies: str) -> None:
    """What an earlier run had still to tell."""
    with closing(sqlite3.connect(edge.settings.spool)) as db, db:
        db.executemany("INSERT INTO spool (body) VALUES (?)", [(body,) for body in bodies])


def test_what_can_not_be_read_stays_alone_in_the_file(
    control: ControlPlane, edge: Edge, sipp: Sipp
) -> None:
    runtime = sipp.answer("runtime_answers", calls=2)
    digits = control.holds(runtimes=[runtime.host])
    sipp.call("caller_hangs_up", edge.outside, called=digits)
    control.await_records(digits)
    wait_until(lambda: edge.spooled() == 0)
    edge.stop()

    given_in_spool(edge, '{"id":"nonsense"}')
    edge.start()
    sipp.call("caller_hangs_up", edge.outside, called=digits)

    found = control.await_records(digits, count=2)
    assert {record["outcome"] for record in found} == {"ended"}
    wait_until(lambda: edge.spooled() == 1)
    assert edge.log.count("control plane cannot read event") == 1


def test_an_older_control_plane_is_told_in_parts_as_large_as_it_takes(edge: Edge) -> None:
    wait_until(lambda: edge.spooled() == 0)
    edge.stop()
    waiting = [an_id(0x1000 + each) for each in range(WAITING)]
    given_in_spool(edge, *(json.dumps({"id": id_, "type": "call.ended"}) for id_ in waiting))

    with Older() as older:
        edge.configured(control_url=older.url.removesuffix("/hook"))
        edge.start()
        wait_until(lambda: edge.spooled() == 0)

    # What is told behind all of it is that the edge has started.
    assert [id_ for part in older.told for id_ in part][:-1] == waiting
    assert len(older.told[0]) == TAKEN_AT_ONCE
    assert "cannot read event" not in edge.log
