"""Many at once: exactly one wins, nothing is lost, nobody is left hanging."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import psycopg
import pytest

from builders import (
    AGENT,
    AVAILABLE,
    DIGITS,
    LINE,
    NOW,
    NUMBER,
    NUMBERS,
    PURCHASE,
    REGISTER,
    a_bought_number,
    a_line,
    a_number,
    an_agent,
    lines,
    path_of,
)
from conftest import Home
from dialplane.domain.lines import Line
from dialplane.domain.values import DAY_MS
from dialplane.store import lines as stock
from parts.client import Client
from parts.contract import Answer
from parts.world import World

T = TypeVar("T")
CROWD = 50
SPELLINGS = (DIGITS, "827011112222", "00827011112222")


def at_once(tasks: Sequence[Callable[[], T]]) -> list[T]:
    """Begin all of them at the same instant, each in a thread of its own."""
    ready = threading.Barrier(len(tasks))

    def begin(task: Callable[[], T]) -> T:
        ready.wait(60)
        return task()

    with ThreadPoolExecutor(len(tasks)) as threads:
        return list(threads.map(begin, tasks))


def counted(answers: Sequence[Answer]) -> Counter[tuple[int, str]]:
    return Counter(
        (answer.status, "" if answer.status == 200 else answer.code) for answer in answers
    )


def either(world: World, turn: int) -> Client:
    return world.acme if turn % 2 else world.globex


class TestBuying:
    def test_of_fifty_buyers_one_gets_the_line(self, world: World) -> None:
        world.given(a_line())
        wanted: list[dict[str, str]] = [{"id": LINE}, {"number": DIGITS}]

        answers = at_once(
            [
                partial(either(world, turn).post, PURCHASE, wanted[turn // 2 % 2])
                for turn in range(CROWD)
            ]
        )

        assert counted(answers) == {(200, ""): 1, (409, "NUMBER_UNAVAILABLE"): CROWD - 1}
        held = [world.acme.get(NUMBERS).json, world.globex.get(NUMBERS).json]
        assert sum(page["total_count"] for page in held) == 1
        assert world.acme.get(AVAILABLE).json["total_count"] == 0

    def test_different_lines_are_no_reason_to_refuse_anybody(self, world: World) -> None:
        world.given(*lines(CROWD))

        answers = at_once(
            [partial(world.acme.post, PURCHASE, {"id": line.id}) for line in lines(CROWD)]
        )

        assert counted(answers) == {(200, ""): CROWD}
        assert world.acme.get(NUMBERS).json["total_count"] == CROWD


class TestRegistering:
    def test_one_number_has_one_holder_in_whatever_spelling(self, world: World) -> None:
        bodies = [{"number": SPELLINGS[n % 3], "address": "trunk.example.com"} for n in range(24)]

        answers = at_once(
            [partial(either(world, turn).post, REGISTER, body) for turn, body in enumerate(bodies)]
        )

        assert counted(answers) == {(200, ""): 1, (409, "NUMBER_ALREADY_HELD"): 23}

    def test_bought_and_brought_at_once_it_still_has_one_holder(self, world: World) -> None:
        world.given(a_line())
        brought = {"number": DIGITS, "address": "trunk.example.com"}

        answers = at_once(
            [
                lambda: world.acme.post(PURCHASE, {"id": LINE}),
                lambda: world.globex.post(REGISTER, brought),
            ]
            * 8
        )

        assert [answer.status for answer in answers].count(200) == 1
        assert {answer.code for answer in answers if answer.status != 200} <= {
            "NUMBER_UNAVAILABLE",
            "NUMBER_ALREADY_HELD",
        }

    def test_an_ended_number_passes_to_one_successor(self, world: World) -> None:
        world.given(
            a_bought_number(status="cancel_requested", end_at=NOW, cancel_requested_at=NOW - 1)
        )
        body = {"number": DIGITS, "address": "trunk.example.com"}

        def succeed(turn: int) -> Answer:
            world.the_worker_passes()
            return either(world, turn).post(REGISTER, body)

        answers = at_once([partial(succeed, turn) for turn in range(12)])

        assert counted(answers) == {(200, ""): 1, (409, "NUMBER_ALREADY_HELD"): 11}


class TestChanging:
    def test_changes_of_different_things_do_not_undo_one_another(self, world: World) -> None:
        world.given(an_agent(last_version=1), a_number())
        changes: list[tuple[str, dict[str, Any]]] = [
            ("", {"memo": "kept"}),
            ("/agent", {"inbound_agent": {"agent_id": AGENT}}),
            ("/agent", {"outbound_agent": {"agent_id": AGENT, "agent_version": "v1"}}),
            ("/sip", {"address": "trunk.example.net", "auth_password": None}),
        ]

        answers = at_once(
            [partial(world.acme.patch, path_of(NUMBER, rest), body) for rest, body in changes * 4]
        )

        assert counted(answers) == {(200, ""): 16}
        number = world.acme.get(path_of(NUMBER)).json
        assert number["memo"] == "kept"
        assert number["inbound_agent"] == {"agent_id": AGENT, "agent_version": "current"}
        assert number["outbound_agent"] == {"agent_id": AGENT, "agent_version": "v1"}
        assert number["address"] == "trunk.example.net"
        assert len({answer.etag for answer in answers}) == 16

    def test_with_if_match_no_update_is_lost(self, world: World) -> None:
        world.given(a_number(memo="0"))

        def count_up() -> None:
            for _ in range(5):
                while True:
                    seen = world.acme.get(path_of(NUMBER))
                    careful = world.acme.sending(if_match=seen.etag)
                    memo = str(int(seen.json["memo"]) + 1)
                    if careful.patch(path_of(NUMBER), {"memo": memo}).status == 200:
                        break

        at_once([count_up] * 6)

        assert world.acme.get(path_of(NUMBER)).json["memo"] == "30"

    def test_number_and_line_agree_however_cancelling_and_keeping_meet(self, world: World) -> None:
        world.given(a_bought_number())

        at_once(
            [
                lambda: world.acme.delete(path_of(NUMBER)),
                lambda: world.acme.post(path_of(NUMBER, "/revoke-cancel")),
            ]
            * 8
        )

        number = world.acme.get(path_of(NUMBER)).json
        with world.database.reading() as db:
            line = stock.find(db, a_line().realm, line_id=LINE, number=None)
        assert line is not None
        kept = number["status"] == "active"
        assert (number["end_at"] is None) == kept
        assert (line.available_from is None) == kept

    def test_no_number_maps_an_agent_that_is_gone(self, world: World) -> None:
        world.given(an_agent(), a_number())
        mapping = {"inbound_agent": {"agent_id": AGENT}}

        answers = at_once(
            [
                lambda: world.acme.patch(path_of(NUMBER, "/agent"), mapping),
                lambda: world.acme.delete(f"/v3/agents/{AGENT}"),
            ]
            * 4
        )

        mapped = world.acme.get(path_of(NUMBER)).json["inbound_agent"] is not None
        exists = world.acme.get(f"/v3/agents/{AGENT}").status == 200
        assert mapped == exists
        assert {answer.status for answer in answers} <= {200, 400, 404, 409}


class TestTheSandbox:
    def test_it_is_opened_once(self, world: World) -> None:
        body = {"name": "x", "mode": "test"}

        answers = at_once([lambda: world.acme.post("/x/v1/keys", body)] * 8)

        stocks = {world.holding(answer.json["token"]).get(AVAILABLE).body for answer in answers}
        assert counted(answers) == {(200, ""): 8}
        assert len(stocks) == 1

    def test_moves_of_its_clock_add_up(self, world: World) -> None:
        token = world.acme.post("/x/v1/keys", {"name": "x", "mode": "test"}).json["token"]
        tester = world.holding(token)

        at_once([lambda: tester.post("/x/v1/test-clock/advance", {"by_ms": DAY_MS})] * 8)

        assert tester.get("/x/v1/test-clock").json["offset_ms"] == 8 * DAY_MS


class TestWorkers:
    @pytest.mark.parametrize("workers", [2, 5])
    def test_several_write_down_each_end_once(self, world: World, workers: int) -> None:
        held = [
            a_bought_number(
                id=line.id,
                number=line.number,
                line_id=line.id,
                status="cancel_requested",
                end_at=NOW,
                cancel_requested_at=NOW - 1,
            )
            for line in lines(40)
        ]
        world.given(*held)

        written = at_once([world.the_worker_passes] * workers)

        assert sum(written) == 40
        assert world.acme.get(NUMBERS, status="expired").json["total_count"] == 40


class TestWaiting:
    @pytest.mark.parametrize("engine", ["postgres"], indirect=True)
    def test_nobody_waits_in_a_circle(self, home: Home) -> None:
        database = home.open()
        world = World(database, home.environment)
        world.given(*lines(CROWD))

        def comes_and_goes(line: Line) -> Counter[tuple[int, str]]:
            held = world.acme.post(PURCHASE, {"id": line.id})
            path = path_of(held.json["id"])
            gone = world.acme.delete(path)
            kept = world.acme.post(f"{path}/revoke-cancel")
            return counted([held, gone, kept])

        answers = at_once([partial(comes_and_goes, line) for line in lines(CROWD)])
        database.close()

        assert sum(answers, Counter()) == {(200, ""): 3 * CROWD}
        assert deadlocks(home.url) == 0


def deadlocks(url: str) -> int:
    """How often PostgreSQL gave one of those up that waited for each other."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        ).fetchone()
    assert row is not None
    return int(row[0])
