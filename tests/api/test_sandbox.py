"""The sandbox: numbers of its own, a clock of its own, and no way over to the live side."""

from typing import Any

import pytest

from builders import (
    ACME,
    AVAILABLE,
    DIGITS,
    LINE,
    NOW,
    NUMBER,
    NUMBERS,
    PURCHASE,
    REGISTER,
    a_line,
    a_number,
    an_agent,
    path_of,
)
from dialplane.domain.values import DAY_MS
from dialplane.store import organizations
from parts.client import Client
from parts.clock import in_seoul
from parts.world import World

CLOCK = "/x/v1/test-clock"
ADVANCE = f"{CLOCK}/advance"
TEN_YEARS = 3_650 * DAY_MS


@pytest.fixture
def tester(world: World, acme: Client) -> Client:
    """Acme with a test key that may do everything."""
    body = {"name": "sandbox", "mode": "test", "scopes": ["read", "write", "admin"]}
    return world.holding(acme.post("/x/v1/keys", body).json["token"])


def bought(tester: Client, **wanted: Any) -> dict[str, Any]:
    line = tester.get(AVAILABLE, limit=1).json["items"][0]
    number: dict[str, Any] = tester.post(PURCHASE, {"id": line["id"], **wanted}).json
    return number


class TestTwoSides:
    def test_numbers_of_one_side_do_not_exist_on_the_other(
        self, world: World, acme: Client, tester: Client
    ) -> None:
        world.given(a_number())
        theirs = bought(tester)

        assert tester.get(path_of(NUMBER)).status == 404
        assert acme.get(path_of(theirs["id"])).status == 404
        assert tester.get(NUMBERS).json["items"] == [theirs]
        assert [number["id"] for number in acme.get(NUMBERS).json["items"]] == [NUMBER]

    def test_the_stock_of_one_side_cannot_be_bought_on_the_other(
        self, world: World, acme: Client, tester: Client
    ) -> None:
        world.given(a_line())
        simulated = tester.get(AVAILABLE).json["items"][0]

        assert tester.post(PURCHASE, {"id": LINE}).status == 409
        assert acme.post(PURCHASE, {"id": simulated["id"]}).status == 409
        assert acme.post(PURCHASE, {"number": simulated["number"]}).status == 409

    def test_the_same_digits_may_be_held_on_both(
        self, world: World, acme: Client, tester: Client
    ) -> None:
        world.given(a_number())

        registered = tester.post(REGISTER, {"number": DIGITS, "address": "trunk.example.com"})

        assert registered.status == 200
        assert acme.get(NUMBERS).json["total_count"] == 1

    def test_agents_of_one_side_cannot_answer_on_the_other(
        self, world: World, tester: Client
    ) -> None:
        world.given(an_agent())
        number = bought(tester)
        mapping = {"inbound_agent": {"agent_id": an_agent().id}}

        refused = tester.patch(path_of(number["id"], "/agent"), mapping)

        assert (refused.status, refused.fields) == (400, ["inbound_agent.agent_id"])

    def test_sandboxes_of_two_organizations_share_nothing(
        self, world: World, tester: Client
    ) -> None:
        body = {"name": "sandbox", "mode": "test"}
        other = world.holding(world.globex.post("/x/v1/keys", body).json["token"])
        number = bought(tester)

        assert other.get(path_of(number["id"])).status == 404
        assert other.post(PURCHASE, {"number": number["number"]}).status == 200

    def test_the_second_test_key_finds_the_same_sandbox(
        self, world: World, acme: Client, tester: Client
    ) -> None:
        number = bought(tester)
        token = acme.post("/x/v1/keys", {"name": "second", "mode": "test"}).json["token"]

        assert world.holding(token).get(path_of(number["id"])).json == number

    def test_cursors_of_one_side_are_no_good_on_the_other(
        self, acme: Client, tester: Client
    ) -> None:
        cursor = tester.get(AVAILABLE, limit=1).json["next_cursor"]

        assert acme.get(AVAILABLE, limit=1, cursor=cursor).status == 400


class TestClock:
    def test_it_shows_the_real_time_until_it_is_moved(self, world: World, tester: Client) -> None:
        assert tester.get(CLOCK).json == {"now": NOW, "offset_ms": 0}

        world.clock.advance(ms=5)

        assert tester.get(CLOCK).json == {"now": NOW + 5, "offset_ms": 0}

    def test_it_moves_by_a_span_and_ticks_on(self, world: World, tester: Client) -> None:
        moved = tester.post(ADVANCE, {"by_ms": DAY_MS}).json
        world.clock.advance(ms=5)

        assert moved == {"now": NOW + DAY_MS, "offset_ms": DAY_MS}
        assert tester.get(CLOCK).json == {"now": NOW + DAY_MS + 5, "offset_ms": DAY_MS}

    def test_it_moves_to_an_instant(self, tester: Client) -> None:
        moved = tester.post(ADVANCE, {"to": NOW + 1}).json

        assert moved == {"now": NOW + 1, "offset_ms": 1}

    def test_moves_add_up(self, tester: Client) -> None:
        tester.post(ADVANCE, {"by_ms": DAY_MS})

        moved = tester.post(ADVANCE, {"to": NOW + 3 * DAY_MS}).json

        assert moved == {"now": NOW + 3 * DAY_MS, "offset_ms": 3 * DAY_MS}

    @pytest.mark.parametrize("to", [0, NOW - 1, NOW])
    def test_it_never_goes_back(self, tester: Client, to: int) -> None:
        refused = tester.post(ADVANCE, {"to": to})

        assert (refused.status, refused.fields) == (400, ["to"])

    def test_ten_years_at_a_time_and_no_further(self, tester: Client) -> None:
        assert tester.post(ADVANCE, {"by_ms": TEN_YEARS + 1}).fields == ["by_ms"]
        assert tester.post(ADVANCE, {"to": NOW + TEN_YEARS + 1}).fields == ["to"]
        assert tester.post(ADVANCE, {"by_ms": TEN_YEARS}).status == 200
        assert tester.post(ADVANCE, {"to": NOW + 2 * TEN_YEARS}).status == 200

    @pytest.mark.parametrize("body", [{}, {"to": NOW + 1, "by_ms": 1}])
    def test_exactly_one_of_span_and_instant_is_given(
        self, tester: Client, body: dict[str, int]
    ) -> None:
        assert tester.post(ADVANCE, body).status == 400

    @pytest.mark.parametrize("by_ms", [0, -1, 1.5, "1000", None, True, 10**30])
    def test_a_span_is_a_positive_whole_number(self, tester: Client, by_ms: object) -> None:
        refused = tester.post(ADVANCE, {"by_ms": by_ms})

        assert (refused.status, refused.fields) == (400, ["by_ms"])

    def test_it_ends_before_all_calendars_do(self, world: World, tester: Client) -> None:
        last = in_seoul("9000-01-01 09:00:00")
        self.put_ahead(world, last - NOW - 1)

        beyond = [tester.post(ADVANCE, {"by_ms": 2}), tester.post(ADVANCE, {"to": last + 1})]
        reached = tester.post(ADVANCE, {"by_ms": 1})
        number = bought(tester, start_at=last + 90 * DAY_MS)

        assert [answer.fields for answer in beyond] == [["by_ms"], ["to"]]
        assert reached.json["now"] == last
        assert tester.delete(path_of(number["id"])).status == 200
        assert tester.delete(path_of(bought(tester)["id"])).status == 200

    @staticmethod
    def put_ahead(world: World, by_ms: int) -> None:
        with world.database.writing() as db:
            sandbox = organizations.find_sandbox(db, ACME)
            assert sandbox is not None
            organizations.advance_clock(db, sandbox.id, by_ms=by_ms)

    def test_live_keys_have_no_clock_to_read_or_move(self, acme: Client) -> None:
        answers = [acme.get(CLOCK), acme.post(ADVANCE, {"by_ms": 1})]

        assert {(answer.status, answer.code) for answer in answers} == {(409, "SANDBOX_ONLY")}

    def test_it_moves_for_one_organization_alone(
        self, world: World, acme: Client, tester: Client
    ) -> None:
        other = world.holding(
            world.globex.post("/x/v1/keys", {"name": "x", "mode": "test"}).json["token"]
        )

        tester.post(ADVANCE, {"by_ms": DAY_MS})

        assert other.get(CLOCK).json["offset_ms"] == 0
        line = a_line()
        world.given(line)
        assert acme.post(PURCHASE, {"id": line.id}).json["created_at"] == NOW


class TestTimedRules:
    """The same rules as on the live side, driven by the sandbox clock."""

    def test_a_scheduled_number_starts(self, tester: Client) -> None:
        number = bought(tester, start_at=NOW + DAY_MS)

        tester.post(ADVANCE, {"to": NOW + DAY_MS - 1})
        before = tester.get(path_of(number["id"])).json["status"]
        tester.post(ADVANCE, {"by_ms": 1})

        after = tester.get(path_of(number["id"])).json
        assert (before, after["status"]) == ("scheduled", "active")
        assert after["updated_at"] == NOW + DAY_MS

    @pytest.mark.parametrize("worker_passes", [False, True])
    def test_a_cancelled_number_ends_rests_and_can_be_bought_again(
        self, world: World, tester: Client, *, worker_passes: bool
    ) -> None:
        number = bought(tester)
        end_at = tester.delete(path_of(number["id"])).json["effective_at"]
        stock = tester.get(AVAILABLE).json["total_count"]

        seen = []
        for instant in (end_at - 1, end_at, end_at + 30 * DAY_MS - 1, end_at + 30 * DAY_MS):
            tester.post(ADVANCE, {"to": instant})
            if worker_passes:
                world.the_worker_passes()
            status = tester.get(path_of(number["id"])).json["status"]
            seen.append((status, tester.get(AVAILABLE).json["total_count"] - stock))

        assert end_at == in_seoul("2024-11-12 15:15:55.722")
        assert seen == [("cancel_requested", 0), ("expired", 0), ("expired", 0), ("expired", 1)]
        assert tester.post(PURCHASE, {"number": number["number"]}).status == 200

    def test_new_things_are_dated_by_it(self, tester: Client) -> None:
        tester.post(ADVANCE, {"by_ms": DAY_MS})

        assert bought(tester)["created_at"] == NOW + DAY_MS
