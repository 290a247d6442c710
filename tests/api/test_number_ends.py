"""Giving numbers up, thinking better of it, and what time does meanwhile."""

import pytest

from builders import (
    AVAILABLE,
    DIGITS,
    EARLIER,
    GLOBEX,
    LINE,
    NOTHING,
    NOW,
    NUMBER,
    NUMBERS,
    PURCHASE,
    REGISTER,
    a_bought_number,
    a_line,
    a_number,
    path_of,
)
from dialplane.domain.numbers import Status
from dialplane.domain.values import DAY_MS
from parts.client import Client
from parts.clock import in_seoul
from parts.world import World

MONTH_END = in_seoul("2024-11-12 15:15:55.722")
QUARANTINE = 30 * DAY_MS
REVOKE = "/revoke-cancel"


def bought(world: World, **extra: object) -> str:
    """Let Acme buy the line right now; answers the id of the number."""
    world.given(a_line())
    number_id: str = world.acme.post(PURCHASE, {"id": LINE, **extra}).json["id"]
    return number_id


class TestCancel:
    def test_a_bought_number_works_until_the_paid_month_ends(
        self, world: World, acme: Client
    ) -> None:
        number_id = bought(world)
        world.clock.advance(hours=1)

        cancelled = acme.delete(path_of(number_id))

        assert cancelled.json == {
            "id": number_id,
            "number": DIGITS,
            "provider": "vox",
            "effective_at": MONTH_END,
        }
        number = acme.get(path_of(number_id)).json
        assert (number["status"], number["end_at"]) == ("cancel_requested", MONTH_END)
        assert number["cancel_requested_at"] == number["updated_at"] == world.clock()

    def test_a_brought_number_ends_at_once(self, world: World, acme: Client) -> None:
        world.given(a_number())

        cancelled = acme.delete(path_of(NUMBER))

        assert (cancelled.status, cancelled.json["effective_at"]) == (200, NOW)
        number = acme.get(path_of(NUMBER)).json
        assert (number["status"], number["end_at"]) == ("expired", NOW)
        assert number["cancel_requested_at"] == NOW

    def test_a_number_that_has_not_started_ends_at_once(self, world: World, acme: Client) -> None:
        number_id = bought(world, start_at=NOW + DAY_MS)

        cancelled = acme.delete(path_of(number_id))

        assert cancelled.json["effective_at"] == NOW
        assert acme.get(path_of(number_id)).json["status"] == "expired"

    def test_a_number_whose_start_has_come_runs_its_first_month(
        self, world: World, acme: Client
    ) -> None:
        number_id = bought(world, start_at=NOW + DAY_MS)
        world.clock.advance(days=1)

        cancelled = acme.delete(path_of(number_id))

        assert cancelled.json["effective_at"] == in_seoul("2024-11-13 15:15:55.722")

    @pytest.mark.parametrize("later", [0, 1, 20 * DAY_MS, 400 * DAY_MS])
    def test_given_up_again_it_hears_the_same(self, world: World, acme: Client, later: int) -> None:
        number_id = bought(world)
        first = acme.delete(path_of(number_id))
        world.clock.advance(ms=later)

        assert acme.delete(path_of(number_id)).body == first.body

    def test_given_up_again_a_brought_number_keeps_its_end(
        self, world: World, acme: Client
    ) -> None:
        world.given(a_number())
        first = acme.delete(path_of(NUMBER))
        before = acme.get(path_of(NUMBER))
        world.clock.advance(days=3)

        assert acme.delete(path_of(NUMBER)).body == first.body
        assert acme.get(path_of(NUMBER)).body == before.body

    def test_repeating_does_not_count_as_a_change(self, world: World, acme: Client) -> None:
        number_id = bought(world)
        acme.delete(path_of(number_id))
        before = acme.get(path_of(number_id))
        world.clock.advance(days=1)

        acme.delete(path_of(number_id))

        after = acme.get(path_of(number_id))
        assert (after.body, after.etag) == (before.body, before.etag)

    def test_a_foreign_number_and_one_that_never_was_look_the_same(
        self, world: World, acme: Client
    ) -> None:
        world.given(a_number(organization_id=GLOBEX))

        foreign, unknown = acme.delete(path_of(NUMBER)), acme.delete(path_of(NOTHING))

        assert foreign.status == 404
        assert foreign.body == unknown.body
        assert world.globex.get(path_of(NUMBER)).json["status"] == "active"

    @pytest.mark.parametrize(
        ("start", "cancelled", "end"),
        [
            ("2024-01-31 10:00:00", "2024-01-31 10:00:01", "2024-02-29 10:00:00"),
            ("2024-01-31 10:00:00", "2024-02-29 09:59:59.999", "2024-02-29 10:00:00"),
            ("2024-01-31 10:00:00", "2024-02-29 10:00:00", "2024-03-31 10:00:00"),
            ("2024-01-31 10:00:00", "2024-03-31 10:00:00", "2024-04-30 10:00:00"),
            ("2025-01-31 10:00:00", "2025-02-01 00:00:00", "2025-02-28 10:00:00"),
            ("2024-12-31 23:59:59.999", "2025-01-01 00:00:00", "2025-01-31 23:59:59.999"),
            ("2024-03-01 00:30:00", "2024-03-15 12:00:00", "2024-04-01 00:30:00"),
            ("2024-02-29 12:00:00", "2025-02-20 12:00:00", "2025-02-28 12:00:00"),
        ],
    )
    def test_months_are_counted_from_the_first_day_in_seoul(
        self, world: World, start: str, cancelled: str, end: str
    ) -> None:
        world.clock.move_to(in_seoul(start))
        number_id = bought(world)
        world.clock.move_to(in_seoul(cancelled))

        answer = world.acme.delete(path_of(number_id))

        assert answer.json["effective_at"] == in_seoul(end)


class TestRevokeCancel:
    def test_the_number_is_as_if_nothing_had_happened(self, world: World, acme: Client) -> None:
        number_id = bought(world)
        before = acme.get(path_of(number_id)).json
        acme.delete(path_of(number_id))
        world.clock.advance(hours=1)

        kept = acme.post(path_of(number_id, REVOKE))

        assert kept.json == before | {"updated_at": world.clock()}
        assert acme.get(path_of(number_id)).body == kept.body

    def test_an_empty_object_is_as_good_as_no_body(self, world: World, acme: Client) -> None:
        number_id = bought(world)
        acme.delete(path_of(number_id))

        assert acme.post(path_of(number_id, REVOKE), {}).status == 200

    def test_kept_it_can_be_given_up_again_with_its_own_end(
        self, world: World, acme: Client
    ) -> None:
        number_id = bought(world)
        acme.delete(path_of(number_id))
        acme.post(path_of(number_id, REVOKE))
        world.clock.move_to(MONTH_END)

        cancelled = acme.delete(path_of(number_id))

        assert cancelled.json["effective_at"] == in_seoul("2024-12-12 15:15:55.722")

    def test_kept_it_never_comes_back_to_the_stock(self, world: World, acme: Client) -> None:
        number_id = bought(world)
        acme.delete(path_of(number_id))
        acme.post(path_of(number_id, REVOKE))
        world.clock.advance(days=400)
        world.the_worker_passes()

        assert acme.get(AVAILABLE).json["total_count"] == 0
        assert acme.get(path_of(number_id)).json["status"] == "active"

    def test_there_is_time_until_the_last_millisecond(self, world: World, acme: Client) -> None:
        number_id = bought(world)
        acme.delete(path_of(number_id))
        world.clock.move_to(MONTH_END - 1)

        assert acme.post(path_of(number_id, REVOKE)).status == 200

    def test_at_its_end_it_is_too_late(self, world: World, acme: Client) -> None:
        number_id = bought(world)
        acme.delete(path_of(number_id))
        world.clock.move_to(MONTH_END)

        refused = acme.post(path_of(number_id, REVOKE))

        assert (refused.status, refused.code) == (409, "CANCELLATION_NOT_PENDING")

    @pytest.mark.parametrize(
        "state",
        [
            {"status": Status.ACTIVE},
            {"status": Status.SCHEDULED, "start_at": NOW + 1},
            {"status": Status.EXPIRED, "end_at": EARLIER, "cancel_requested_at": EARLIER},
        ],
    )
    def test_only_a_pending_cancellation_can_be_withdrawn(
        self, world: World, acme: Client, state: dict[str, object]
    ) -> None:
        world.given(a_bought_number(**state))

        refused = acme.post(path_of(NUMBER, REVOKE))

        assert (refused.status, refused.code) == (409, "CANCELLATION_NOT_PENDING")

    @pytest.mark.parametrize("status", [Status.ACTIVE, Status.EXPIRED])
    def test_brought_numbers_have_no_pending_cancellations(
        self, world: World, acme: Client, status: Status
    ) -> None:
        world.given(a_number(status=status, end_at=EARLIER))

        refused = acme.post(path_of(NUMBER, REVOKE))

        assert (refused.status, refused.code) == (409, "PROVIDER_MISMATCH")
        assert refused.details == {"provider": "custom"}


class TestTime:
    def test_a_scheduled_number_is_active_from_its_start_to_the_millisecond(
        self, world: World, acme: Client
    ) -> None:
        number_id = bought(world, start_at=NOW + DAY_MS)
        world.clock.move_to(NOW + DAY_MS - 1)
        before = acme.get(path_of(number_id)).json

        world.clock.advance(ms=1)
        after = acme.get(path_of(number_id)).json

        assert before["status"] == "scheduled"
        assert after == before | {"status": "active", "updated_at": NOW + DAY_MS}

    def test_a_cancelled_number_expires_at_its_end_to_the_millisecond(
        self, world: World, acme: Client
    ) -> None:
        number_id = bought(world)
        acme.delete(path_of(number_id))
        world.clock.move_to(MONTH_END - 1)
        before = acme.get(path_of(number_id)).json

        world.clock.advance(ms=1)
        after = acme.get(path_of(number_id)).json

        assert before["status"] == "cancel_requested"
        assert after == before | {"status": "expired", "updated_at": MONTH_END}

    def test_lists_are_as_exact_as_single_numbers(self, world: World, acme: Client) -> None:
        number_id = bought(world)
        acme.delete(path_of(number_id))
        world.clock.move_to(MONTH_END)

        assert acme.get(NUMBERS, status="cancel_requested").json["items"] == []
        found = acme.get(NUMBERS, status="expired").json["items"]
        assert found == [acme.get(path_of(number_id)).json]

    @pytest.mark.parametrize("days", [0, 3, 500])
    @pytest.mark.parametrize("kind", ["scheduled", "cancelled", "cancelled before its start"])
    def test_answers_are_the_same_before_and_after_the_worker_came_by(
        self, world: World, acme: Client, kind: str, days: int
    ) -> None:
        start = {} if kind == "cancelled" else {"start_at": NOW + DAY_MS}
        number_id = bought(world, **start)
        if kind.startswith("cancelled"):
            acme.delete(path_of(number_id))
        world.clock.advance(days=days)
        every = f"{NUMBERS}?" + "&".join(f"status={status}" for status in Status)
        asked = [path_of(number_id), every, NUMBERS, AVAILABLE]

        before = [acme.get(path) for path in asked]
        world.the_worker_passes()
        after = [acme.get(path) for path in asked]

        assert [answer.body for answer in after] == [answer.body for answer in before]
        assert after[0].etag == before[0].etag

    def test_the_worker_has_nothing_to_do_twice(self, world: World, acme: Client) -> None:
        number_id = bought(world)
        acme.delete(path_of(number_id))
        world.clock.move_to(MONTH_END)

        assert world.the_worker_passes() > 0
        assert world.the_worker_passes() == 0

    def test_changes_to_an_ended_number_are_refused_before_the_worker_came_by(
        self, world: World, acme: Client
    ) -> None:
        number_id = bought(world)
        acme.delete(path_of(number_id))
        world.clock.move_to(MONTH_END)

        refused = acme.patch(path_of(number_id), {"memo": "late"})

        assert (refused.status, refused.code) == (409, "NUMBER_EXPIRED")


class TestWhatComesAfter:
    @pytest.mark.parametrize("worker_passes", [False, True])
    def test_a_bought_line_rests_thirty_days_and_can_be_bought_again(
        self, world: World, acme: Client, *, worker_passes: bool
    ) -> None:
        acme.delete(path_of(bought(world)))

        world.clock.move_to(MONTH_END + QUARANTINE - 1)
        if worker_passes:
            world.the_worker_passes()
        resting = world.globex.post(PURCHASE, {"id": LINE})
        world.clock.advance(ms=1)
        if worker_passes:
            world.the_worker_passes()

        assert (resting.status, resting.code) == (409, "NUMBER_UNAVAILABLE")
        assert [line["id"] for line in acme.get(AVAILABLE).json["items"]] == [LINE]
        assert world.globex.post(PURCHASE, {"number": DIGITS}).status == 200

    def test_a_line_that_never_started_rests_from_its_cancellation(
        self, world: World, acme: Client
    ) -> None:
        acme.delete(path_of(bought(world, start_at=NOW + DAY_MS)))

        world.clock.move_to(NOW + QUARANTINE - 1)
        resting = acme.get(AVAILABLE).json["total_count"]
        world.clock.advance(ms=1)

        assert (resting, acme.get(AVAILABLE).json["total_count"]) == (0, 1)

    @pytest.mark.parametrize("who", ["acme", "globex"])
    def test_a_brought_number_can_be_registered_again_at_once(
        self, world: World, acme: Client, who: str
    ) -> None:
        world.given(a_number())
        acme.delete(path_of(NUMBER))

        client = acme if who == "acme" else world.globex
        registered = client.post(REGISTER, {"number": DIGITS, "address": "trunk.example.com"})

        assert registered.status == 200
        assert registered.json["id"] != NUMBER

    def test_its_new_holder_learns_nothing_of_the_old_one(self, world: World, acme: Client) -> None:
        world.given(a_number(memo="our own"))
        acme.delete(path_of(NUMBER))

        registered = world.globex.post(REGISTER, {"number": DIGITS, "address": "203.0.113.7"})

        assert b"our own" not in registered.body
        assert world.globex.get(path_of(NUMBER)).status == 404
        assert acme.get(path_of(NUMBER)).json["memo"] == "our own"
        assert acme.get(path_of(registered.json["id"])).status == 404

    def test_the_digits_of_a_bought_number_are_free_from_its_end_on(
        self, world: World, acme: Client
    ) -> None:
        acme.delete(path_of(bought(world)))
        world.clock.move_to(MONTH_END - 1)
        taken = acme.post(REGISTER, {"number": DIGITS, "address": "203.0.113.7"})
        world.clock.advance(ms=1)

        registered = acme.post(REGISTER, {"number": DIGITS, "address": "203.0.113.7"})

        assert (taken.status, registered.status) == (409, 200)
