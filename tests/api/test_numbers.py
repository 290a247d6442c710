"""Held numbers: reading one, listing them, the memo."""

from typing import Any

import pytest

from builders import (
    DIGITS,
    EARLIER,
    GLOBEX,
    NOTHING,
    NOW,
    NUMBER,
    NUMBERS,
    a_bought_number,
    a_number,
    numbers,
    path_of,
)
from dialplane.domain.numbers import HeldNumber, Status
from parts.client import Client
from parts.world import World

EXPIRED = {"status": Status.EXPIRED, "end_at": EARLIER, "cancel_requested_at": EARLIER}
CANCELLED = {
    "status": Status.CANCEL_REQUESTED,
    "end_at": NOW + 1,
    "cancel_requested_at": EARLIER,
}


def one_in_each_state() -> list[HeldNumber]:
    states: list[dict[str, Any]] = [
        {"status": Status.ACTIVE},
        {"status": Status.SCHEDULED, "start_at": NOW + 1},
        CANCELLED,
        EXPIRED,
    ]
    return [
        a_bought_number(id=number.id, number=number.number, line_id=number.id, **state)
        for number, state in zip(numbers(4), states, strict=True)
    ]


class TestGet:
    def test_all_sixteen_fields_in_the_order_of_the_contract(
        self, world: World, acme: Client
    ) -> None:
        world.given(a_number(memo="본사"))

        answer = acme.get(path_of(NUMBER))

        assert answer.status == 200
        assert list(answer.json.items()) == [
            ("id", NUMBER),
            ("number", DIGITS),
            ("provider", "custom"),
            ("status", "active"),
            ("start_at", EARLIER),
            ("created_at", EARLIER),
            ("updated_at", EARLIER),
            ("monthly_fee", None),
            ("address", "sip:trunk.example.com:5060"),
            ("inbound_trunk_id", "ST_4fQ9xT2mKc7L"),
            ("outbound_trunk_id", "ST_b8WzR1nHe5Vd"),
            ("inbound_agent", None),
            ("outbound_agent", None),
            ("memo", "본사"),
            ("end_at", None),
            ("cancel_requested_at", None),
        ]

    def test_an_expired_number_stays_readable(self, world: World, acme: Client) -> None:
        world.given(a_number(**EXPIRED))

        answer = acme.get(path_of(NUMBER))

        assert (answer.status, answer.json["status"]) == (200, "expired")

    def test_a_foreign_number_and_one_that_never_was_look_the_same(
        self, world: World, acme: Client
    ) -> None:
        world.given(a_number(organization_id=GLOBEX))

        foreign, unknown = acme.get(path_of(NUMBER)), acme.get(path_of(NOTHING))

        assert (foreign.status, foreign.code) == (404, "NOT_FOUND")
        assert foreign.body == unknown.body

    def test_an_id_in_capitals_is_the_same_id(self, world: World, acme: Client) -> None:
        world.given(a_number())

        assert acme.get(path_of(NUMBER.upper())).json["id"] == NUMBER

    def test_digits_are_no_id(self, world: World, acme: Client) -> None:
        world.given(a_number())

        refused = acme.get(path_of(DIGITS))

        assert (refused.status, refused.fields) == (400, ["organization_telephone_number_id"])


class TestList:
    def test_only_active_numbers_unless_asked_otherwise(self, world: World, acme: Client) -> None:
        world.given(*one_in_each_state())

        page = acme.get(NUMBERS).json

        assert [number["status"] for number in page["items"]] == ["active"]
        assert page["total_count"] == 1

    @pytest.mark.parametrize("status", list(Status))
    def test_one_state_can_be_asked_for(self, world: World, acme: Client, status: Status) -> None:
        world.given(*one_in_each_state())

        page = acme.get(NUMBERS, status=status).json

        assert [number["status"] for number in page["items"]] == [status]

    def test_several_states_repeat_the_plain_name(self, world: World, acme: Client) -> None:
        world.given(*one_in_each_state())

        some = acme.get(f"{NUMBERS}?status=active&status=cancel_requested").json
        everything = acme.get(NUMBERS, status=list(Status)).json

        assert {number["status"] for number in some["items"]} == {"active", "cancel_requested"}
        assert everything["total_count"] == 4

    def test_a_state_asked_for_twice_counts_once(self, world: World, acme: Client) -> None:
        world.given(*one_in_each_state())

        assert acme.get(f"{NUMBERS}?status=active&status=active").json["total_count"] == 1

    @pytest.mark.parametrize(
        "query",
        [
            "status[]=active",
            "status%5B%5D=active",
            "status=",
            "status=ACTIVE",
            "status=deleted",
            "status=active,expired",
            "status=active&status=deleted",
        ],
    )
    def test_other_spellings_of_status_are_refused(self, acme: Client, query: str) -> None:
        refused = acme.get(f"{NUMBERS}?{query}")

        assert (refused.status, refused.code) == (400, "VALIDATION_ERROR")
        assert refused.fields[0].startswith("status")

    @pytest.mark.parametrize("provider", ["vox", "custom"])
    def test_one_provider_can_be_asked_for(self, world: World, acme: Client, provider: str) -> None:
        brought, other = numbers(2)
        bought = a_bought_number(id=other.id, number=other.number)
        world.given(brought, bought)

        page = acme.get(NUMBERS, provider=provider).json

        assert [number["provider"] for number in page["items"]] == [provider]

    def test_newest_first_unless_asked_otherwise(self, world: World, acme: Client) -> None:
        world.given(*numbers(3))

        down = [number["id"] for number in acme.get(NUMBERS).json["items"]]
        up = [number["id"] for number in acme.get(NUMBERS, sort_order="asc").json["items"]]

        assert up == [number.id for number in numbers(3)]
        assert down == up[::-1]

    def test_numbers_of_one_millisecond_follow_one_another_by_id(
        self, world: World, acme: Client
    ) -> None:
        tied = numbers(5, created_at=EARLIER)
        world.given(tied[3], tied[0], tied[4], tied[2], tied[1])

        down = [number["id"] for number in acme.get(NUMBERS).json["items"]]

        assert down == [number.id for number in reversed(tied)]

    def test_numbers_of_others_are_neither_listed_nor_counted(
        self, world: World, acme: Client
    ) -> None:
        mine, *others = numbers(5)
        world.given(
            mine, *(a_number(id=n.id, number=n.number, organization_id=GLOBEX) for n in others)
        )

        page = acme.get(NUMBERS).json

        assert ([number["id"] for number in page["items"]], page["total_count"]) == ([mine.id], 1)

    def test_listed_and_read_a_number_is_the_same(self, world: World, acme: Client) -> None:
        world.given(a_number(memo="본사"))

        assert acme.get(NUMBERS).json["items"] == [acme.get(path_of(NUMBER)).json]

    def test_fifty_items_make_a_page_unless_asked_otherwise(
        self, world: World, acme: Client
    ) -> None:
        world.given(*numbers(101))

        assert len(acme.get(NUMBERS).json["items"]) == 50
        assert len(acme.get(NUMBERS, limit=100).json["items"]) == 100


class TestNote:
    @pytest.mark.parametrize("memo", ["야간 상담", "", " both ends ", "🙂" * 200, "a\tb\nc", None])
    def test_the_memo_is_kept_exactly_as_sent(
        self, world: World, acme: Client, memo: str | None
    ) -> None:
        world.given(a_number(memo="before"))

        changed = acme.patch(path_of(NUMBER), {"memo": memo})

        assert changed.json["memo"] == memo
        assert acme.get(path_of(NUMBER)).json == changed.json

    def test_nothing_but_the_memo_and_updated_at_changes(self, world: World, acme: Client) -> None:
        world.given(a_number())
        before = acme.get(path_of(NUMBER)).json

        changed = acme.patch(path_of(NUMBER), {"memo": "new"}).json

        assert changed == before | {"memo": "new", "updated_at": NOW}

    @pytest.mark.parametrize("number", [a_bought_number(), a_bought_number(**CANCELLED)])
    def test_bought_numbers_take_a_memo_until_their_end(
        self, world: World, acme: Client, number: HeldNumber
    ) -> None:
        world.given(number)

        assert acme.patch(path_of(NUMBER), {"memo": "new"}).json["memo"] == "new"

    def test_an_expired_number_takes_no_more_changes(self, world: World, acme: Client) -> None:
        world.given(a_number(**EXPIRED))

        refused = acme.patch(path_of(NUMBER), {"memo": "late"})

        assert (refused.status, refused.code) == (409, "NUMBER_EXPIRED")
        assert acme.get(path_of(NUMBER)).json["memo"] is None

    def test_an_empty_change_is_refused(self, world: World, acme: Client) -> None:
        world.given(a_number())

        assert acme.patch(path_of(NUMBER), {}).status == 400

    @pytest.mark.parametrize("memo", ["x" * 201, "🙂" * 201])
    def test_a_memo_has_at_most_200_code_points(
        self, world: World, acme: Client, memo: str
    ) -> None:
        world.given(a_number())

        refused = acme.patch(path_of(NUMBER), {"memo": memo})

        assert (refused.status, refused.fields) == (400, ["memo"])
