"""`kill -9` in the middle of a thousand writes: what was acknowledged is there, nothing is half."""

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from builders import ACME, AVAILABLE, NUMBERS, PURCHASE, lines, path_of
from dialplane.store import claims
from dialplane.store import lines as stock
from dialplane.store.database import Database
from dialplane.store.migrate import migrate
from parts.contract import Answer
from parts.program import wait_until_gone
from parts.server import Server, given_two_organizations, serving

WRITES = 1_000
ENOUGH = 300
"""So many acknowledged answers mean: in the middle."""
CLIENTS = 8


@pytest.fixture
def stocked(home: Any) -> Database:
    """A thousand lines to buy; closed before the server starts on it."""
    database: Database = home.open()
    migrate(database, now=0)
    given_two_organizations(database)
    with database.writing() as db:
        for line in lines(WRITES):
            stock.put(db, line, now=0)
    database.close()
    return database


class Buyers:
    """Each line is wanted once, under a key of its own; what is answered is written down."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.acknowledged: dict[str, Answer] = {}
        self._enough = threading.Event()

    def buy(self, server: Server, wanted: list[str]) -> None:
        with server.client() as client:
            for line_id in wanted:
                self.sent.append(line_id)
                try:
                    answer = client.sending(idempotency_key=line_id).post(PURCHASE, {"id": line_id})
                except httpx.TransportError:
                    return
                assert answer.status == 200, answer.body
                self.acknowledged[line_id] = answer
                if len(self.acknowledged) >= ENOUGH:
                    self._enough.set()

    def wait_for_enough(self) -> None:
        assert self._enough.wait(60)


def kill(server: Server) -> None:
    """Every process of it, so that none can tidy up after another."""
    pids = [server.running.process.pid, *server.running.children()]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    server.running.process.wait(60)
    wait_until_gone(pids[1:])


def everything(server: Server, path: str) -> Iterator[dict[str, Any]]:
    cursor = ""
    with server.client() as client:
        while cursor is not None:
            page = client.get(path, limit=100, cursor=cursor).json
            yield from page["items"]
            cursor = page["next_cursor"]


def a_minute_later(home: Any) -> None:
    """For attempts that died: their claims may be taken over after a minute."""
    database: Database = home.open()
    with database.writing() as db:
        db.run(
            "UPDATE idempotency_claims SET claimed_at = claimed_at - :minute"
            " WHERE sealed_answer IS NULL",
            minute=claims.ABANDONED_AFTER_MS,
        )
    database.close()


@pytest.mark.usefixtures("stocked")
def test_every_acknowledged_purchase_survives_and_none_is_half_done(home: Any) -> None:
    buyers = Buyers()
    wanted = [line.id for line in lines(WRITES)]
    with serving(home) as server, ThreadPoolExecutor(CLIENTS) as threads:
        for number in range(CLIENTS):
            threads.submit(buyers.buy, server, wanted[number::CLIENTS])
        buyers.wait_for_enough()
        kill(server)

    acknowledged = dict(buyers.acknowledged)
    assert ENOUGH <= len(acknowledged) < WRITES
    with serving(home) as server:
        check_nothing_is_lost(server, acknowledged)
        check_nothing_is_half(server, home)
        a_minute_later(home)
        check_retries_finish_the_job(server, buyers)


def check_nothing_is_lost(server: Server, acknowledged: dict[str, Answer]) -> None:
    with server.client() as client:
        for answer in acknowledged.values():
            assert client.get(path_of(answer.json["id"])).body == answer.body


def check_nothing_is_half(server: Server, home: Any) -> None:
    """A purchase is a line less, a number more, a line in the journal and its answer."""
    held = list(everything(server, NUMBERS))
    in_stock = {line["number"] for line in everything(server, AVAILABLE)}
    assert len(held) + len(in_stock) == WRITES
    assert not {number["number"] for number in held} & in_stock
    told = [event["resource"]["id"] for event in everything(server, "/x/v1/events")]
    assert sorted(told) == sorted(number["id"] for number in held)
    database: Database = home.open()
    with database.reading() as db:
        settled = db.all(
            "SELECT idempotency_key FROM idempotency_claims"
            " WHERE organization_id = :acme AND sealed_answer IS NOT NULL",
            acme=ACME,
        )
    database.close()
    assert len(settled) == len(held)


def check_retries_finish_the_job(server: Server, buyers: Buyers) -> None:
    """Who heard nothing sends the same request again, and so do some who did."""
    unheard = [line_id for line_id in buyers.sent if line_id not in buyers.acknowledged]
    before = {number["number"] for number in everything(server, NUMBERS)}
    digits = {line.id: line.number for line in lines(WRITES)}
    with server.client() as client:
        for line_id in [*unheard, *list(buyers.acknowledged)[:50]]:
            again = client.sending(idempotency_key=line_id).post(PURCHASE, {"id": line_id})
            assert again.status == 200, again.body
            assert again.replayed == (digits[line_id] in before)
            if line_id in buyers.acknowledged:
                assert again.body == buyers.acknowledged[line_id].body
    after = [number["number"] for number in everything(server, NUMBERS)]
    assert sorted(after) == sorted(digits[line_id] for line_id in buyers.sent)
