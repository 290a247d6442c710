"""Going through a list page by page while it changes, and what a cursor is good for."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from builders import (
    AVAILABLE,
    EARLIER,
    GLOBEX,
    NOW,
    NUMBERS,
    a_bought_number,
    a_line,
    a_number,
    an_id,
    lines,
    numbers,
    path_of,
)
from dialplane.domain.lines import LineType
from dialplane.domain.numbers import HeldNumber, Status
from parts.client import Client
from parts.world import World

EVERY_STATUS = "status=active&status=scheduled&status=cancel_requested&status=expired"


def pages(client: Client, path: str) -> Iterator[dict[str, Any]]:
    """Page after page, as a client would go through them."""
    path += "&" if "?" in path else "?"
    cursor = ""
    while cursor is not None:
        page = client.get(f"{path}cursor={cursor}").json
        yield page
        cursor = page["next_cursor"]


def ids(pages_seen: Iterator[dict[str, Any]]) -> list[str]:
    return [item["id"] for page in pages_seen for item in page["items"]]


def added(world: World, number_id: str, digits: str, created_at: int) -> None:
    world.given(a_number(id=number_id, number=digits, created_at=created_at))


class TestEveryRowOnce:
    @pytest.mark.parametrize("order", ["asc", "desc"])
    @pytest.mark.parametrize("limit", [1, 2, 3, 7, 8, 100])
    def test_pages_hold_every_number_once_in_order(
        self, world: World, acme: Client, limit: int, order: str
    ) -> None:
        held = numbers(7)
        world.given(*held)

        seen = ids(pages(acme, f"{NUMBERS}?limit={limit}&sort_order={order}"))

        expected = [number.id for number in held]
        assert seen == (expected if order == "asc" else expected[::-1])

    @pytest.mark.parametrize("order", ["asc", "desc"])
    def test_ties_are_broken_by_id_across_pages(
        self, world: World, acme: Client, order: str
    ) -> None:
        tied = numbers(7, created_at=EARLIER)
        world.given(*tied[3:], *tied[:3])

        seen = ids(pages(acme, f"{NUMBERS}?limit=2&sort_order={order}"))

        expected = [number.id for number in tied]
        assert seen == (expected if order == "asc" else expected[::-1])

    @pytest.mark.parametrize("order", ["asc", "desc"])
    @pytest.mark.parametrize("sort", ["number", "monthly_fee"])
    def test_pages_of_the_stock_hold_every_line_once_in_order(
        self, world: World, acme: Client, sort: str, order: str
    ) -> None:
        stock = [
            a_line(id=an_id(n), number=f"0702000{9 - n:04}", monthly_fee=fee)
            for n, fee in enumerate([3, 1, 2, 1, 3, 1])
        ]
        world.given(*stock)

        seen = ids(pages(acme, f"{AVAILABLE}?limit=2&sort_by={sort}&sort_order={order}"))

        stock.sort(key=lambda line: (getattr(line, sort), line.id), reverse=order == "desc")
        assert seen == [line.id for line in stock]

    def test_every_page_tells_how_many_there_are_in_all(self, world: World, acme: Client) -> None:
        world.given(*numbers(5))

        told = [page["total_count"] for page in pages(acme, f"{NUMBERS}?limit=2")]

        assert told == [5, 5, 5]

    def test_a_full_last_page_is_the_last(self, world: World, acme: Client) -> None:
        world.given(*numbers(4))

        sizes = [len(page["items"]) for page in pages(acme, f"{NUMBERS}?limit=2")]

        assert sizes == [2, 2]

    def test_an_empty_cursor_is_the_beginning(self, world: World, acme: Client) -> None:
        world.given(*numbers(3))

        assert acme.get(f"{NUMBERS}?cursor=").body == acme.get(NUMBERS).body


class TestWhileTheListChanges:
    @pytest.mark.parametrize("order", ["asc", "desc"])
    def test_rows_added_meanwhile_neither_repeat_nor_hide_others(
        self, world: World, acme: Client, order: str
    ) -> None:
        held = numbers(6)
        world.given(*held)

        seen: list[str] = []
        for count, page in enumerate(pages(acme, f"{NUMBERS}?limit=2&sort_order={order}")):
            seen += [item["id"] for item in page["items"]]
            if count < 3:
                added(world, an_id(100 + count), f"0704000000{count}", EARLIER - 1000 + count)
                added(world, an_id(200 + count), f"0705000000{count}", NOW + count)

        assert len(seen) == len(set(seen))
        assert set(seen) >= {number.id for number in held}

    def test_a_number_that_leaves_the_list_hides_no_other(self, world: World, acme: Client) -> None:
        held = numbers(6)
        world.given(*held)

        seen: list[str] = []
        for page in pages(acme, f"{NUMBERS}?limit=2&sort_order=asc"):
            seen += [item["id"] for item in page["items"]]
            acme.delete(path_of(seen[-1]))

        assert seen == [number.id for number in held]

    def test_numbers_that_time_turns_meanwhile_neither_repeat_nor_hide_others(
        self, world: World, acme: Client
    ) -> None:
        held = [turning(number, n) for n, number in enumerate(numbers(8))]
        world.given(*held)

        seen: list[str] = []
        for page in pages(acme, f"{NUMBERS}?limit=3&{EVERY_STATUS}"):
            seen += [item["id"] for item in page["items"]]
            world.clock.advance(days=1)
            world.the_worker_passes()

        assert seen == [number.id for number in reversed(held)]

    @pytest.mark.parametrize("worker_passes", [False, True])
    def test_a_list_of_one_state_follows_the_time_between_two_pages(
        self, world: World, acme: Client, *, worker_passes: bool
    ) -> None:
        held = [
            a_bought_number(
                id=number.id,
                number=number.number,
                line_id=number.id,
                status=Status.SCHEDULED,
                start_at=NOW + n,
            )
            for n, number in enumerate(numbers(6), start=1)
        ]
        world.given(*held)
        walk = pages(acme, f"{NUMBERS}?limit=2&status=scheduled&sort_order=asc")

        first = next(walk)
        world.clock.advance(ms=4)
        if worker_passes:
            world.the_worker_passes()
        second = next(walk)

        assert [item["id"] for item in first["items"]] == [held[0].id, held[1].id]
        assert [item["id"] for item in second["items"]] == [held[4].id, held[5].id]
        assert second["total_count"] == 2

    def test_a_line_bought_meanwhile_hides_no_other(self, world: World, acme: Client) -> None:
        stock = lines(6)
        world.given(*stock)

        seen: list[str] = []
        for page in pages(acme, f"{AVAILABLE}?limit=2"):
            seen += [item["id"] for item in page["items"]]
            world.globex.post("/v3/telephone-numbers/purchase", {"id": seen[-1]})

        assert seen == [line.id for line in stock]


def turning(number: HeldNumber, count: int) -> HeldNumber:
    """Some start and some end within the next days."""
    soon = NOW + 1 + count
    state: dict[str, Any] = {"status": Status.SCHEDULED, "start_at": soon}
    if count % 2:
        state = {"status": Status.CANCEL_REQUESTED, "end_at": soon, "cancel_requested_at": EARLIER}
    return a_bought_number(
        id=number.id,
        number=number.number,
        line_id=number.id,
        created_at=number.created_at,
        **state,
    )


class TestCursors:
    @pytest.fixture
    def cursor(self, world: World, acme: Client) -> str:
        """One of Acme, for active numbers of both kinds, newest first."""
        world.given(*numbers(3), *lines(3, line_type=LineType.VOIP))
        cursor: str = acme.get(f"{NUMBERS}?limit=1").json["next_cursor"]
        return cursor

    @pytest.mark.parametrize(
        "question",
        [
            f"{NUMBERS}?status=expired",
            f"{NUMBERS}?status=active&status=expired",
            f"{NUMBERS}?provider=custom",
            f"{NUMBERS}?sort_order=asc",
            f"{AVAILABLE}?limit=1",
            f"{AVAILABLE}?sort_order=desc",
            "/v3/agents?limit=1",
            "/x/v1/keys?limit=1",
        ],
    )
    def test_a_cursor_is_good_for_its_own_question_only(
        self, acme: Client, cursor: str, question: str
    ) -> None:
        refused = acme.get(f"{question}&cursor={cursor}")

        assert (refused.status, refused.fields) == (400, ["cursor"])

    def test_a_cursor_is_good_for_its_own_organization_only(
        self, world: World, cursor: str
    ) -> None:
        world.given(a_number(id=an_id(50), organization_id=GLOBEX))

        refused = world.globex.get(f"{NUMBERS}?limit=1&cursor={cursor}")

        assert (refused.status, refused.fields) == (400, ["cursor"])

    @pytest.mark.parametrize(
        "same",
        [
            f"{NUMBERS}?limit=2",
            f"{NUMBERS}?sort_order=desc",
            f"{NUMBERS}?status=active&sort_by=created_at",
            f"{NUMBERS}?limit=100&status=active",
        ],
    )
    def test_the_same_question_may_be_put_in_other_words(
        self, acme: Client, cursor: str, same: str
    ) -> None:
        assert acme.get(f"{same}&cursor={cursor}").status == 200

    def test_the_order_of_states_does_not_matter(self, world: World, acme: Client) -> None:
        world.given(*numbers(3))
        cursor = acme.get(f"{NUMBERS}?limit=1&status=active&status=expired").json["next_cursor"]

        answer = acme.get(f"{NUMBERS}?status=expired&status=active&cursor={cursor}")

        assert answer.status == 200

    @pytest.mark.parametrize(
        "spoiled",
        [
            pytest.param(lambda cursor: cursor[:-1], id="shortened"),
            pytest.param(lambda cursor: cursor + "A", id="lengthened"),
            pytest.param(
                lambda cursor: ("B" if cursor[0] == "A" else "A") + cursor[1:],
                id="another first letter",
            ),
            pytest.param(lambda cursor: cursor.swapcase(), id="other case"),
            pytest.param(lambda _: "A", id="one letter"),
            pytest.param(lambda _: "AAAA" * 8, id="zeroes"),
            pytest.param(lambda _: "!!!!", id="no base64"),
            pytest.param(lambda _: "%EC%BB%A4%EC%84%9C", id="Korean"),
            pytest.param(lambda _: "%20", id="a space"),
            pytest.param(lambda _: "1", id="a page number"),
            pytest.param(lambda _: "A" * 1000, id="as long as may be"),
            pytest.param(lambda _: "A" * 1001, id="too long"),
        ],
    )
    def test_what_was_never_given_out_is_no_cursor(
        self, acme: Client, cursor: str, spoiled: Callable[[str], str]
    ) -> None:
        refused = acme.get(f"{NUMBERS}?cursor={spoiled(cursor)}")

        assert (refused.status, refused.fields) == (400, ["cursor"])
