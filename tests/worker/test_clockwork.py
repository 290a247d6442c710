"""What time does is written down once, whoever does it and whatever dies meanwhile."""

import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from conftest import Home
from dialplane.domain.lines import Line, LineType
from dialplane.domain.numbers import HeldNumber, Provider, Status
from dialplane.domain.organizations import Organization
from dialplane.domain.values import DAY_MS, LineId, NumberId, OrganizationId
from dialplane.operations import expiry
from dialplane.operations.ids import new_id
from dialplane.store import lines, numbers, organizations
from dialplane.store.database import Database
from parts.walks import ON_ONE_ENGINE

NOW = 1_767_193_200_000
ACME = OrganizationId("acme")
SANDBOX = OrganizationId("acme-sandbox")


@pytest.fixture(autouse=True)
def world(database: Database) -> None:
    acme = Organization(id=ACME, name="Acme", realm="live", created_at=NOW)
    with database.writing() as db:
        organizations.add(db, acme)
        organizations.add(db, replace(acme, id=SANDBOX, realm=SANDBOX, sandbox_of=ACME))


def add_number(database: Database, digits: str, **differences: object) -> HeldNumber:
    """A bought number of Acme, with its line."""
    line = Line(
        id=LineId(new_id(NOW)), realm="live", number=digits, line_type=LineType.VOIP,
        monthly_fee=7_700, sms_send=False, sms_recv=False,
    )  # fmt: skip
    number = HeldNumber(
        id=NumberId(new_id(NOW)), organization_id=ACME, realm="live", number=digits,
        canonical=digits, provider=Provider.VOX, status=Status.ACTIVE, line_id=line.id,
        monthly_fee=7_700, start_at=NOW, created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    number = replace(number, **differences)  # type: ignore[arg-type]  # as in the class
    line = replace(line, realm=number.realm)
    with database.writing() as db:
        lines.put(db, line, now=NOW)
        lines.take(db, line.realm, line.id, now=NOW)
        if number.end_at is not None:
            back_at = number.end_at + 30 * DAY_MS
            lines.book_return(db, line.realm, line.id, available_from=back_at)
        return numbers.add(db, number)


def add_ending(database: Database, digits: str, end_at: int) -> HeldNumber:
    return add_number(
        database, digits, status=Status.CANCEL_REQUESTED, end_at=end_at, cancel_requested_at=NOW
    )


def read(database: Database, number: HeldNumber) -> HeldNumber:
    with database.reading() as db:
        return numbers.get(db, number.organization_id, number.id)


def line_status(database: Database, number: HeldNumber) -> str:
    with database.reading() as db:
        line = lines.find(db, number.realm, line_id=number.line_id, number=None)
    assert line is not None
    return line.status


def test_starts_and_ends_are_written_down_when_they_are_due(database: Database) -> None:
    starting = add_number(database, "07000000001", status=Status.SCHEDULED, start_at=NOW + 10)
    ending = add_ending(database, "07000000002", NOW + 10)

    assert expiry.pass_time(database, now=NOW + 9) == 0
    assert expiry.pass_time(database, now=NOW + 10) == 2

    assert read(database, starting).status is Status.ACTIVE
    assert read(database, ending).status is Status.EXPIRED


def test_what_is_written_down_is_what_was_read_before(database: Database) -> None:
    ending = add_ending(database, "07000000002", NOW + 10)
    later = NOW + DAY_MS
    before = read(database, ending).at(later)

    expiry.pass_time(database, now=later)

    assert read(database, ending).at(later) == before


def test_a_line_rests_after_the_end_and_comes_back_to_the_stock(database: Database) -> None:
    ending = add_ending(database, "07000000002", NOW + 10)

    expiry.pass_time(database, now=NOW + 10)
    assert line_status(database, ending) == "quarantined"

    expiry.pass_time(database, now=NOW + 10 + 30 * DAY_MS)
    assert line_status(database, ending) == "in_stock"


def test_a_sandbox_goes_by_its_own_clock(database: Database) -> None:
    ahead = add_number(
        database, "07000000003", status=Status.SCHEDULED, start_at=NOW + DAY_MS,
        organization_id=SANDBOX, realm=SANDBOX,
    )  # fmt: skip
    live = add_number(database, "07000000003", status=Status.SCHEDULED, start_at=NOW + DAY_MS)
    with database.writing() as db:
        organizations.advance_clock(db, SANDBOX, by_ms=DAY_MS)

    expiry.pass_time(database, now=NOW)

    assert read(database, ahead).status is Status.ACTIVE
    assert read(database, live).status is Status.SCHEDULED


def test_several_workers_write_each_turn_down_once(database: Database) -> None:
    due = [add_ending(database, f"070{index:08}", NOW + 10) for index in range(450)]

    with ThreadPoolExecutor(4) as workers:
        counts = list(workers.map(lambda _: expiry.pass_time(database, now=NOW + 10), range(4)))

    assert sum(counts) == len(due)
    assert {read(database, number).status for number in due} == {Status.EXPIRED}


_WORKER = """
import sys
from pathlib import Path
from dialplane.operations import expiry
from dialplane.store.opening import open_database
database = open_database(sys.argv[1], Path(sys.argv[2]))
print("ready", flush=True)
for now in range(int(sys.argv[3]), int(sys.argv[3]) + 100_000):
    expiry.pass_time(database, now=now)
"""


def test_a_killed_worker_leaves_no_turn_half_done(database: Database, home: Home) -> None:
    due = [add_ending(database, f"070{index:08}", NOW + index) for index in range(300)]
    worker = subprocess.Popen(
        [sys.executable, "-c", _WORKER, home.url, str(home.data_dir), str(NOW)],
        stdout=subprocess.PIPE,
    )
    assert worker.stdout is not None
    worker.stdout.readline()
    while sum(read(database, number).status is Status.EXPIRED for number in due[:50]) < 20:
        time.sleep(0.01)
    worker.send_signal(signal.SIGKILL)
    worker.communicate()

    for number in due:
        expired = read(database, number).status is Status.EXPIRED
        assert (line_status(database, number) == "quarantined") is expired

    expiry.pass_time(database, now=NOW + 300)
    assert {read(database, number).status for number in due} == {Status.EXPIRED}


@ON_ONE_ENGINE
def test_what_is_due_is_found_without_looking_at_every_number(database: Database) -> None:
    with database.reading() as db:
        plan = db.all("EXPLAIN QUERY PLAN " + numbers.DUE, now=NOW, limit=1)

    scanned = [row["detail"] for row in plan if row["detail"].startswith("SCAN")]
    assert {step.split()[1] for step in scanned} == {"organizations"}
