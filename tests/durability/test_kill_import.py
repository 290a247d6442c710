"""`kill -9` in the middle of an import: every row is done once, with its result, or not at all."""

import os
import signal
import time
from typing import TYPE_CHECKING, Any, Final

import pytest

from builders import JOBS, NUMBER_SHEET, NUMBERS, numbers
from dialplane.operations import job_work
from dialplane.store import numbers as store
from dialplane.store.migrate import migrate
from parts.client import Client
from parts.program import wait_until_gone
from parts.server import Server, given_two_organizations, serving

if TYPE_CHECKING:
    from dialplane.store.database import Database

ROWS: Final = 600
ENOUGH: Final = 40
"""So many rows done mean: in the middle."""
PATIENCE_S: Final = 120


@pytest.fixture
def held(home: Any) -> list[str]:
    """The ids of numbers that are held; the database is closed before the server starts on it."""
    database: Database = home.open()
    migrate(database, now=0)
    given_two_organizations(database)
    with database.writing() as db:
        for number in numbers(ROWS):
            store.add(db, number)
    database.close()
    return [number.id for number in numbers(ROWS)]


def kill(server: Server) -> None:
    pids = [server.running.process.pid, *server.running.children()]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    server.running.process.wait(60)
    wait_until_gone(pids[1:])


def wait_for(client: Client, path: str, *, done: int = 0, status: str = "") -> dict[str, Any]:
    """Ask until so many rows are done, or the job has come so far."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        job: dict[str, Any] = client.get(path).json
        if job["status"] == status or (not status and job["rows"]["done"] >= done):
            return job
        time.sleep(0.02)
    raise AssertionError(f"never came so far: {job}")


def a_minute_later(home: Any) -> None:
    """The dead worker's claim on the job runs out."""
    database: Database = home.open()
    with database.writing() as db:
        db.run(
            "UPDATE jobs SET leased_until = leased_until - :lease_ms", lease_ms=job_work.LEASE_MS
        )
    database.close()


def test_rows_are_done_exactly_once_even_if_it_dies(home: Any, held: list[str]) -> None:
    sheet = "id,memo\r\n" + "".join(f"{id_},row {id_}\r\n" for id_ in held)
    with serving(home) as server, server.client() as client:
        path = f"{JOBS}/{client.post(NUMBER_SHEET, sheet.encode()).json['id']}"
        wait_for(client, path, status="previewed")
        client.post(f"{path}/apply")
        done = wait_for(client, path, done=ENOUGH)["rows"]["done"]
        kill(server)
    a_minute_later(home)

    assert done < ROWS, "it was over before it could be killed"
    with serving(home) as server, server.client() as client:
        job = wait_for(client, path, status="done")
        events = list(client_events(client))
        memos = {each["id"]: each["memo"] for each in everything(client, NUMBERS)}

    assert job["rows"]["done"] == ROWS
    assert memos == {id_: f"row {id_}" for id_ in held}
    assert sorted(events) == sorted(held), "a row was entered twice, or not at all"


def client_events(client: Client) -> list[str]:
    """Whose memo was changed, once for each change."""
    feed = everything(client, "/x/v1/events")
    return [each["resource"]["id"] for each in feed if each["type"] == "number.updated"]


def everything(client: Client, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = ""
    while cursor is not None:
        page = client.get(path, limit=100, cursor=cursor).json
        found += page["items"]
        cursor = page["next_cursor"]
    return found
