"""Repeating a request safely: the same Idempotency-Key, the same answer, one effect."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from builders import (
    AVAILABLE,
    DIGITS,
    LINE,
    NOTHING,
    NUMBER,
    NUMBERS,
    PURCHASE,
    REGISTER,
    a_line,
    a_number,
    an_agent,
    path_of,
)
from dialplane.domain.errors import Unavailable
from dialplane.domain.values import DAY_MS
from dialplane.store.database import Database
from parts.client import Client
from parts.contract import Answer
from parts.stepping_in import Barrier, SteppingIn, failing, go_on
from parts.world import World

FIRST = "first_0"
TRUNK = {"number": DIGITS, "address": "trunk.example.com"}


@pytest.fixture
def key(acme: Client) -> Client:
    """Acme, sending one and the same Idempotency-Key all the time."""
    return acme.sending(idempotency_key="purchase-1")


class TestReplay:
    def test_the_first_answer_comes_again_byte_for_byte(self, world: World, key: Client) -> None:
        world.given(a_line())

        first = key.post(PURCHASE, {"id": LINE})
        world.clock.advance(hours=5)
        again = key.post(PURCHASE, {"id": LINE})

        assert (first.status, first.replayed) == (200, False)
        assert (again.status, again.replayed) == (200, True)
        assert (again.body, again.etag) == (first.body, first.etag)

    def test_nothing_is_done_twice(self, world: World, acme: Client, key: Client) -> None:
        world.given(a_number())
        key.patch(path_of(NUMBER), {"memo": "first"})
        acme.patch(path_of(NUMBER), {"memo": "then"})

        key.patch(path_of(NUMBER), {"memo": "first"})

        assert acme.get(path_of(NUMBER)).json["memo"] == "then"

    @pytest.mark.parametrize("rest", ["", "/agent", "/sip", "/revoke-cancel"])
    @pytest.mark.parametrize("number_id", [NUMBER, NOTHING])
    def test_every_way_to_change_a_number_replays(
        self, world: World, key: Client, rest: str, number_id: str
    ) -> None:
        world.given(a_number())
        changes: dict[str, Any] = {
            "": ("PATCH", {"memo": "x"}),
            "/agent": ("PATCH", {"inbound_agent": None}),
            "/sip": ("PATCH", {"memo": "x"}),
            "/revoke-cancel": ("POST", None),
        }
        method, body = changes[rest]

        first = key.request(method, path_of(number_id, rest), body)
        again = key.request(method, path_of(number_id, rest), body)

        assert (again.status, again.body) == (first.status, first.body)
        assert (first.replayed, again.replayed) == (False, True)

    def test_giving_up_replays(self, world: World, key: Client) -> None:
        world.given(a_number())

        first, again = key.delete(path_of(NUMBER)), key.delete(path_of(NUMBER))

        assert (again.body, again.replayed) == (first.body, True)

    def test_refusals_are_remembered_too(self, world: World, acme: Client, key: Client) -> None:
        refused = key.post(PURCHASE, {"id": LINE})
        world.given(a_line())

        again = key.post(PURCHASE, {"id": LINE})

        assert (refused.status, refused.code) == (409, "NUMBER_UNAVAILABLE")
        assert (again.status, again.body, again.replayed) == (409, refused.body, True)
        assert acme.get(AVAILABLE).json["total_count"] == 1

    def test_a_failed_precondition_is_remembered_with_its_tag(
        self, world: World, key: Client
    ) -> None:
        world.given(a_number())
        stale = key.sending(if_match='"9-active"')

        first = stale.patch(path_of(NUMBER), {"memo": "x"})
        again = stale.patch(path_of(NUMBER), {"memo": "x"})
        other = key.sending(if_match='"1-active"').patch(path_of(NUMBER), {"memo": "x"})

        assert (first.status, again.status, again.replayed) == (412, 412, True)
        assert (other.status, other.code) == (409, "IDEMPOTENCY_KEY_REUSED")

    def test_a_request_that_was_not_understood_can_be_sent_again_in_better_words(
        self, world: World, key: Client
    ) -> None:
        world.given(a_line())

        misspelt = key.post(PURCHASE, {"line": LINE})

        assert misspelt.status == 400
        assert key.post(PURCHASE, {"id": LINE}).status == 200

    def test_another_api_key_of_the_organization_replays_as_well(
        self, world: World, key: Client
    ) -> None:
        world.given(a_line())
        first = key.post(PURCHASE, {"id": LINE})

        colleague = world.with_key().sending(idempotency_key="purchase-1")

        assert colleague.post(PURCHASE, {"id": LINE}).body == first.body

    def test_a_key_of_another_organization_is_another_key(self, world: World, key: Client) -> None:
        world.given(a_line())
        key.post(PURCHASE, {"id": LINE})

        foreign = world.globex.sending(idempotency_key="purchase-1").post(PURCHASE, {"id": LINE})

        assert (foreign.status, foreign.code) == (409, "NUMBER_UNAVAILABLE")
        assert not foreign.replayed

    def test_the_token_of_a_new_key_is_shown_again(self, key: Client) -> None:
        first = key.post("/x/v1/keys", {"name": "backend"})

        assert key.post("/x/v1/keys", {"name": "backend"}).body == first.body

    def test_reading_takes_no_notice(self, world: World, key: Client) -> None:
        world.given(a_number(), an_agent())

        assert not any(key.get(path).replayed for path in [path_of(NUMBER), NUMBERS] * 2)

    def test_a_retry_does_not_move_the_sandbox_clock_again(
        self, world: World, acme: Client
    ) -> None:
        token = acme.post("/x/v1/keys", {"name": "sandbox", "mode": "test"}).json["token"]
        tester = world.holding(token)
        month = {"by_ms": 31 * DAY_MS}

        first = tester.sending(idempotency_key="month").post("/x/v1/test-clock/advance", month)
        again = tester.sending(idempotency_key="month").post("/x/v1/test-clock/advance", month)

        assert (again.replayed, again.body) == (True, first.body)
        assert tester.get("/x/v1/test-clock").json["offset_ms"] == 31 * DAY_MS


class TestAnotherRequest:
    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("PATCH", path_of(NUMBER), {"memo": "other"}),
            ("PATCH", path_of(NUMBER), {"memo": None}),
            ("PATCH", path_of(NUMBER, "/sip"), {"memo": "one"}),
            ("PATCH", path_of(NOTHING), {"memo": "one"}),
            ("DELETE", path_of(NUMBER), None),
            ("POST", PURCHASE, {"id": LINE}),
            ("POST", REGISTER, TRUNK),
            ("POST", path_of(NUMBER, "/revoke-cancel"), None),
        ],
    )
    def test_may_not_use_the_same_key(
        self, world: World, key: Client, *, method: str, path: str, body: object
    ) -> None:
        world.given(a_number())
        key.patch(path_of(NUMBER), {"memo": "one"})

        refused = key.request(method, path, body)

        assert (refused.status, refused.code) == (409, "IDEMPOTENCY_KEY_REUSED")
        assert not refused.replayed

    def test_another_key_is_another_intention(self, world: World, acme: Client) -> None:
        world.given(a_line())

        first = acme.sending(idempotency_key="one").post(PURCHASE, {"id": LINE})
        second = acme.sending(idempotency_key="two").post(PURCHASE, {"id": LINE})

        assert (first.status, second.status) == (200, 409)


class TestKeys:
    @pytest.mark.parametrize("key", ["x" * 255, "purchase 1", "a/b?c=d&e", "'; DROP TABLE lines"])
    def test_any_text_up_to_255_characters_will_do(
        self, world: World, acme: Client, key: str
    ) -> None:
        world.given(a_number())
        client = acme.sending(idempotency_key=key)

        client.patch(path_of(NUMBER), {"memo": "x"})

        assert client.patch(path_of(NUMBER), {"memo": "x"}).replayed

    @pytest.mark.parametrize("key", ["", "x" * 256])
    def test_nothing_and_too_much_are_refused(self, world: World, acme: Client, key: str) -> None:
        world.given(a_number())

        refused = acme.sending(idempotency_key=key).patch(path_of(NUMBER), {"memo": "x"})

        assert (refused.status, refused.fields) == (400, ["Idempotency-Key"])
        assert acme.get(path_of(NUMBER)).json["memo"] is None


class TestForgetting:
    @pytest.mark.parametrize("worker_passes", [False, True])
    def test_an_answer_is_remembered_for_24_hours(
        self, world: World, key: Client, *, worker_passes: bool
    ) -> None:
        world.given(a_number())
        key.delete(path_of(NUMBER))

        world.clock.advance(days=1, ms=-1)
        if worker_passes:
            world.the_worker_passes()
        remembered = key.delete(path_of(NUMBER))
        world.clock.advance(ms=1)
        if worker_passes:
            world.the_worker_passes()
        forgotten = key.delete(path_of(NUMBER))

        assert (remembered.replayed, forgotten.replayed) == (True, False)

    def test_a_forgotten_key_may_be_used_for_something_else(
        self, world: World, key: Client
    ) -> None:
        world.given(a_number())
        key.patch(path_of(NUMBER), {"memo": "x"})
        world.clock.advance(days=1)

        assert key.delete(path_of(NUMBER)).status == 200


class TestTwins:
    """Two attempts at once, each in a thread of its own."""

    @pytest.fixture
    def stepping_in(self, swept_database: Database) -> SteppingIn:
        return SteppingIn(swept_database)

    @pytest.fixture
    def world(self, stepping_in: SteppingIn, tmp_path: Path) -> Iterator[World]:
        opened = World(stepping_in, {"DIALPLANE_DATA_DIR": str(tmp_path / "data")})  # type: ignore[arg-type]
        opened.given(a_line())
        yield opened
        opened.close()

    @pytest.fixture
    def held_up(self, stepping_in: SteppingIn) -> Iterator[Barrier]:
        """Where the first attempt waits: after its claim, before its change."""
        barrier = Barrier()
        stepping_in.before_writes_of(FIRST, go_on, barrier)
        yield barrier
        barrier.open()

    @pytest.fixture
    def first(self) -> Iterator[ThreadPoolExecutor]:
        with ThreadPoolExecutor(1, thread_name_prefix="first") as thread:
            yield thread

    def test_a_twin_in_flight_is_told_so_and_the_first_goes_through(
        self, key: Client, first: ThreadPoolExecutor, held_up: Barrier
    ) -> None:
        pending = first.submit(key.post, PURCHASE, {"id": LINE})
        held_up.wait_for_arrival()

        twin = key.post(PURCHASE, {"id": LINE})
        other = key.post(PURCHASE, {"number": DIGITS})
        held_up.open()
        answer = pending.result(60)

        assert (twin.status, twin.code) == (409, "IDEMPOTENCY_IN_PROGRESS")
        assert (other.status, other.code) == (409, "IDEMPOTENCY_KEY_REUSED")
        assert answer.status == 200
        assert key.post(PURCHASE, {"id": LINE}).body == answer.body

    def test_an_abandoned_attempt_is_taken_over_after_a_minute(
        self, world: World, key: Client, first: ThreadPoolExecutor, stepping_in: SteppingIn
    ) -> None:
        died = failing(SystemExit())
        stepping_in.before_writes_of(FIRST, go_on, died, died)
        with pytest.raises(SystemExit):
            first.submit(key.post, PURCHASE, {"id": LINE}).result(60)

        world.clock.advance(seconds=60, ms=-1)
        too_early = key.post(PURCHASE, {"id": LINE})
        world.clock.advance(ms=1)
        taken_over = key.post(PURCHASE, {"id": LINE})

        assert (too_early.status, too_early.code) == (409, "IDEMPOTENCY_IN_PROGRESS")
        assert (taken_over.status, taken_over.replayed) == (200, False)

    def test_who_was_given_up_for_dead_changes_nothing_any_more(
        self, world: World, key: Client, first: ThreadPoolExecutor, held_up: Barrier
    ) -> None:
        sleeping = first.submit(key.post, REGISTER, TRUNK)
        held_up.wait_for_arrival()
        world.clock.advance(seconds=60)
        taken_over = key.post(REGISTER, TRUNK)
        world.acme.delete(path_of(taken_over.json["id"]))  # so that the digits are free again

        held_up.open()
        woken = sleeping.result(60)

        assert (woken.status, woken.code) == (409, "IDEMPOTENCY_IN_PROGRESS")
        assert world.acme.get(NUMBERS, status=["active", "expired"]).json["total_count"] == 1
        assert key.post(REGISTER, TRUNK).body == taken_over.body

    @pytest.mark.parametrize("error", [RuntimeError("broken"), Unavailable()])
    def test_what_failed_on_our_side_can_be_tried_again_at_once(
        self, key: Client, first: ThreadPoolExecutor, stepping_in: SteppingIn, *, error: Exception
    ) -> None:
        stepping_in.before_writes_of(FIRST, go_on, failing(error))
        failed: Answer = first.submit(key.post, PURCHASE, {"id": LINE}).result(60)

        again = key.post(PURCHASE, {"id": LINE})

        assert failed.status >= 500
        assert (again.status, again.replayed) == (200, False)

    def test_of_many_at_once_one_does_it_and_all_hear_of_it_or_wait(
        self, acme: Client, key: Client
    ) -> None:
        ready = threading.Barrier(8)

        def attempt(_: int) -> Answer:
            ready.wait(60)
            return key.post(REGISTER, TRUNK)

        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(attempt, range(8)))

        done = [answer for answer in answers if answer.status == 200]
        assert [answer.replayed for answer in done].count(False) == 1
        assert len({answer.body for answer in done}) == 1
        assert {answer.code for answer in answers if answer.status != 200} <= {
            "IDEMPOTENCY_IN_PROGRESS"
        }
        assert acme.get(NUMBERS).json["total_count"] == 1
