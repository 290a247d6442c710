"""PostgreSQL goes and comes back under a server that runs: nobody waits, nothing is restarted."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from builders import NUMBERS, REGISTER
from conftest import Home
from dialplane.domain.errors import Unavailable
from dialplane.store import facts, postgres
from dialplane.store.database import Database
from dialplane.store.migrate import migrate
from parts.client import Client
from parts.postgres import FicklePostgres
from parts.program import PATIENCE_S, wait_until, wait_until_listening
from parts.server import Server, given_two_organizations, serving

ABSENT_S = 10


@pytest.fixture
def home(fickle: FicklePostgres, tmp_path: Path) -> Home:
    home = Home(url=fickle.server.create(), data_dir=tmp_path)
    with closing(home.open()) as database:
        migrate(database, now=0)
        given_two_organizations(database)
    return home


@pytest.fixture
def server(home: Home) -> Iterator[Server]:
    with serving(home) as server:
        yield server


def register(client: Client, digits: str) -> Any:
    return client.post(REGISTER, {"number": digits, "address": "203.0.113.10"})


def check_refused(client: Client) -> None:
    for answer in (client.get(NUMBERS), register(client, "07050000000")):
        assert answer.status == 503
        assert answer.json["error"]["code"] == "UNAVAILABLE"
        assert answer.headers["retry-after"] == "1"


def worker_has_passed(home: Home) -> bool:
    with closing(home.open()) as database:
        return worker_passed_in(database)


def worker_passed_in(database: Database) -> bool:
    with database.reading() as db:
        return facts.find(db, "worker_passed_at") is not None


def test_the_first_request_after_each_absence_is_served(
    server: Server, fickle: FicklePostgres
) -> None:
    family = server.running.children()
    with server.client() as client:
        for turn, absent_s in enumerate((0, 0, 0, ABSENT_S)):
            assert register(client, f"0705000000{turn + 1}").status == 200
            fickle.go()
            back_at = time.monotonic() + absent_s
            check_refused(client)
            while time.monotonic() < back_at:
                check_refused(client)
            fickle.come()

            assert len(client.get(NUMBERS).json["items"]) == turn + 1

    assert server.running.children() == family


def test_what_the_driver_says_of_it_is_in_the_log(server: Server, fickle: FicklePostgres) -> None:
    with server.client() as client:
        assert client.get(NUMBERS).status == 200
        fickle.go()
        check_refused(client)
    wait_until(lambda: '"event":"psycopg.pool"' in server.running.err)
    fickle.come()
    server.running.stop()

    assert [line for line in server.running.err.splitlines() if not line.startswith("{")] == []


def test_a_restart_nobody_asked_anything_during_is_not_noticed(
    server: Server, fickle: FicklePostgres
) -> None:
    with server.client() as client:
        assert register(client, "07050000001").status == 200
        fickle.go()
        fickle.come()

        assert register(client, "07050000002").status == 200
        assert len(client.get(NUMBERS).json["items"]) == 2


def test_whoever_asks_meanwhile_hears_at_once(
    home: Home, fickle: FicklePostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "POOL_TIMEOUT_S", 2 * PATIENCE_S)  # for others' connections
    with closing(home.open()) as database, ThreadPoolExecutor(1) as threads:
        fickle.go()

        asking = threads.submit(worker_passed_in, database)

        assert isinstance(asking.exception(PATIENCE_S), Unavailable)


def test_an_api_process_that_dies_meanwhile_is_replaced_and_waits(
    server: Server, fickle: FicklePostgres
) -> None:
    fickle.go()
    before = server.running.children()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: "API process waits" in server.running.err)
    fickle.come()

    wait_until_listening(server.address[1])
    with server.client() as client:
        assert register(client, "07050000001").status == 200


def test_what_runs_beside_the_api_waits_too(home: Home, fickle: FicklePostgres) -> None:
    with serving(home) as server:
        fickle.go()  # it says that it serves before it begins with what nobody waits for
        wait_until(lambda: "waits for the database" in server.running.err)
        fickle.come()

        wait_until(lambda: worker_has_passed(home))
