"""Looking for a number one holds."""

from typing import Any

import pytest

from builders import GLOBEX, NOW, TRUNK, a_number, an_id
from dialplane.domain.numbers import Provider, SipSettings, Status
from dialplane.domain.periods import period_end_after
from dialplane.domain.values import DAY_MS, NumberId
from dialplane.store import peers
from parts.client import Client
from parts.world import World

SEARCH = "/x/v1/numbers"


def held(count: int, number: str, **changes: Any) -> Any:
    fields = {"id": NumberId(an_id(count)), "number": number, "canonical": number, "line_id": None}
    return a_number(**(fields | changes))


def found(client: Client, **query: Any) -> list[str]:
    return sorted(each["number"] for each in client.get(SEARCH, **query).json["items"])


@pytest.fixture
def acme(world: World) -> Client:
    world.given(
        held(1, "07011112222", memo="대표 번호"),
        held(2, "0255556666", memo="100% Night_Desk", provider=Provider.CUSTOM, monthly_fee=None),
        held(3, "0315556666", status=Status.EXPIRED),
        held(4, "07011119999", organization_id=GLOBEX),
    )
    return world.acme


@pytest.mark.parametrize(
    ("q", "numbers"),
    [
        ("1111", ["07011112222"]),
        ("070-1111", ["07011112222"]),
        ("+82 70 1111", ["07011112222"]),
        ("5556666", ["0255556666", "0315556666"]),
        ("대표", ["07011112222"]),
        ("night", ["0255556666"]),
        ("0% N", ["0255556666"]),
        ("night_d", ["0255556666"]),
        ("nightxd", []),
        ("%", ["0255556666"]),
        ("9999", []),
    ],
)
def test_finds_parts_of_numbers_and_memos(acme: Client, q: str, numbers: list[str]) -> None:
    assert found(acme, q=q) == numbers


def test_without_a_filter_everything_that_is_held_comes_back(acme: Client) -> None:
    assert found(acme) == ["0255556666", "0315556666", "07011112222"]
    assert found(acme, status="expired") == ["0315556666"]
    assert found(acme, provider="vox") == []


def test_tells_the_form_for_callers_from_abroad(acme: Client) -> None:
    assert acme.get(SEARCH, q="1111").json["items"][0]["e164"] == "+827011112222"


def test_a_cursor_goes_with_its_question(acme: Client) -> None:
    cursor = acme.get(SEARCH, q="5556666", limit=1).json["next_cursor"]

    assert acme.get(SEARCH, q="5556666", cursor=cursor).json["next_cursor"] is None
    assert acme.get(SEARCH, q="555", cursor=cursor).status == 400


class TestTheNextCharge:
    def charge(self, world: World, **changes: Any) -> Any:
        world.given(held(1, "07011112222", **changes))
        return world.acme.get(SEARCH).json["items"][0]["next_charge"]

    def test_is_the_next_month(self, world: World) -> None:
        start = NOW - 40 * DAY_MS

        charge = self.charge(world, start_at=start, monthly_fee=7_700)

        assert charge == {"at": period_end_after(start, NOW), "amount": 7_700}

    def test_of_a_number_to_come_is_its_second_month(self, world: World) -> None:
        start = NOW + 5 * DAY_MS

        charge = self.charge(world, start_at=start, status=Status.SCHEDULED, monthly_fee=7_700)

        assert charge == {"at": period_end_after(start, start), "amount": 7_700}

    def test_is_none_once_the_number_is_given_up(self, world: World) -> None:
        end = period_end_after(NOW - DAY_MS, NOW)
        ending = {"start_at": NOW - DAY_MS, "status": Status.CANCEL_REQUESTED, "end_at": end}

        assert self.charge(world, cancel_requested_at=NOW, **ending) is None

    def test_is_none_over_an_own_trunk(self, world: World) -> None:
        assert self.charge(world, provider=Provider.CUSTOM, monthly_fee=None) is None


def test_a_number_with_a_trunk_tells_whether_it_answers_since_when_it_was_known(
    world: World,
) -> None:
    assert TRUNK.address_uri is not None
    world.given(
        held(1, "07011112222", sip=SipSettings()),
        held(2, "0255556666", sip=TRUNK, created_at=NOW - 60_000),
    )

    def told() -> dict[str, Any]:
        return {each["number"]: each["trunk"] for each in world.acme.get(SEARCH).json["items"]}

    before = told()
    with world.database.writing() as db:
        peers.mark(db, TRUNK.address_uri, down=True, at=NOW - 90_000, sip_code=408)

    unknown = {"state": "unknown", "state_since_at": None}
    assert before == {"07011112222": None, "0255556666": unknown}
    assert told()["0255556666"] == {"state": "down", "state_since_at": NOW - 60_000}
