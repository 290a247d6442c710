"""The stock: looking at lines and buying one."""

from typing import Any

import pytest

from builders import (
    AVAILABLE,
    DIGITS,
    GLOBEX,
    LINE,
    NOTHING,
    NOW,
    NUMBERS,
    PURCHASE,
    a_bought_number,
    a_line,
    a_number,
    an_id,
    lines,
    path_of,
)
from dialplane.domain.lines import LineStatus, LineType
from dialplane.domain.values import DAY_MS
from parts.client import Client
from parts.world import World

LATEST_START = NOW + 90 * DAY_MS


class TestList:
    def test_a_line_tells_what_it_is_and_what_it_costs(self, world: World, acme: Client) -> None:
        world.given(a_line(monthly_fee=3_300, sms_send=True, sms_recv=False))

        page = acme.get(AVAILABLE).json

        assert page == {
            "items": [
                {
                    "id": LINE,
                    "number": DIGITS,
                    "line_type": "voip",
                    "monthly_fee": 3_300,
                    "provider": "vox",
                    "sms_capable": {"send": True, "recv": False},
                }
            ],
            "total_count": 1,
            "next_cursor": None,
        }
        assert list(page["items"][0]) == [
            "id",
            "number",
            "line_type",
            "monthly_fee",
            "provider",
            "sms_capable",
        ]

    def test_an_empty_stock_is_an_empty_page(self, acme: Client) -> None:
        assert acme.get(AVAILABLE).json == {"items": [], "total_count": 0, "next_cursor": None}

    @pytest.mark.parametrize("line_type", list(LineType))
    def test_one_kind_of_line_can_be_asked_for(
        self, world: World, acme: Client, line_type: LineType
    ) -> None:
        world.given(
            *(
                a_line(id=an_id(n), number=f"0702000000{n}", line_type=kind)
                for n, kind in enumerate(LineType)
            )
        )

        found = acme.get(AVAILABLE, line_type=line_type).json

        assert [line["line_type"] for line in found["items"]] == [line_type]
        assert found["total_count"] == 1

    def test_numbers_ascend_unless_asked_otherwise(self, world: World, acme: Client) -> None:
        world.given(*reversed(lines(3)))

        up = [line["number"] for line in acme.get(AVAILABLE).json["items"]]
        down = [line["number"] for line in acme.get(AVAILABLE, sort_order="desc").json["items"]]

        assert up == sorted(up)
        assert down == up[::-1]

    def test_lines_of_one_fee_follow_one_another_by_id(self, world: World, acme: Client) -> None:
        cheap, dear = lines(6, monthly_fee=1_100)[::2], lines(6, monthly_fee=9_900)[1::2]
        world.given(*reversed(cheap), *reversed(dear))

        up = acme.get(AVAILABLE, sort_by="monthly_fee").json["items"]
        down = acme.get(AVAILABLE, sort_by="monthly_fee", sort_order="desc").json["items"]

        assert [line["id"] for line in up] == [line.id for line in [*cheap, *dear]]
        assert down == up[::-1]

    def test_what_somebody_holds_is_not_in_the_stock(self, world: World, acme: Client) -> None:
        world.given(a_bought_number(organization_id=GLOBEX))

        assert acme.get(AVAILABLE).json["total_count"] == 0

    def test_a_line_that_rests_is_not_in_the_stock(self, world: World, acme: Client) -> None:
        world.given(a_line(status=LineStatus.QUARANTINED, available_from=NOW + 1))

        assert acme.get(AVAILABLE).json["total_count"] == 0

    def test_a_line_whose_rest_is_over_is_there_before_the_worker_came_by(
        self, world: World, acme: Client
    ) -> None:
        world.given(a_line(status=LineStatus.QUARANTINED, available_from=NOW))

        assert acme.get(AVAILABLE).json["total_count"] == 1


class TestPurchase:
    @pytest.mark.parametrize("wanted", [{"id": LINE}, {"number": DIGITS}])
    def test_a_line_is_bought_by_its_id_or_by_its_number(
        self, world: World, acme: Client, wanted: dict[str, str]
    ) -> None:
        world.given(a_line())

        bought = acme.post(PURCHASE, wanted)

        assert bought.json == {
            "id": bought.json["id"],
            "number": DIGITS,
            "provider": "vox",
            "status": "active",
            "start_at": NOW,
            "created_at": NOW,
            "updated_at": NOW,
            "monthly_fee": 7_700,
            "address": None,
            "inbound_trunk_id": None,
            "outbound_trunk_id": None,
            "inbound_agent": None,
            "outbound_agent": None,
            "memo": None,
            "end_at": None,
            "cancel_requested_at": None,
        }

    def test_what_was_bought_can_be_read_and_listed(self, world: World, acme: Client) -> None:
        world.given(a_line())

        bought = acme.post(PURCHASE, {"id": LINE, "memo": "고객센터"})

        read = acme.get(path_of(bought.json["id"]))
        assert (read.body, read.etag) == (bought.body, bought.etag)
        assert acme.get(NUMBERS).json["items"] == [bought.json]

    def test_the_line_leaves_the_stock(self, world: World, acme: Client) -> None:
        world.given(a_line())

        acme.post(PURCHASE, {"id": LINE})

        assert acme.get(AVAILABLE).json["total_count"] == 0

    def test_ids_of_numbers_are_new_uuids_of_version_7(self, world: World, acme: Client) -> None:
        world.given(*lines(2))

        ids = [acme.post(PURCHASE, {"id": line.id}).json["id"] for line in lines(2)]

        assert len({*ids, LINE}) == 3
        assert {number_id[14] for number_id in ids} == {"7"}
        assert all(number_id == number_id.lower() for number_id in ids)

    @pytest.mark.parametrize("spelling", ["827011112222", "07011112222"])
    def test_a_number_is_found_in_any_spelling(
        self, world: World, acme: Client, spelling: str
    ) -> None:
        world.given(a_line())

        assert acme.post(PURCHASE, {"number": spelling}).json["number"] == DIGITS

    def test_an_id_in_capitals_is_the_same_id(self, world: World, acme: Client) -> None:
        world.given(a_line())

        assert acme.post(PURCHASE, {"id": LINE.upper()}).status == 200

    @pytest.mark.parametrize("memo", ["", " both ends ", "한글 메모", "🙂" * 200, None])
    def test_the_memo_is_kept_as_sent(self, world: World, acme: Client, memo: str | None) -> None:
        world.given(a_line())

        assert acme.post(PURCHASE, {"id": LINE, "memo": memo}).json["memo"] == memo

    @pytest.mark.parametrize(
        "body",
        [
            pytest.param({"id": NOTHING}, id="an id that never was"),
            pytest.param({"number": "07099998888"}, id="a number that was never in stock"),
        ],
    )
    def test_what_is_not_in_stock_cannot_be_bought(
        self, world: World, acme: Client, body: dict[str, str]
    ) -> None:
        world.given(a_line())

        refused = acme.post(PURCHASE, body)

        assert (refused.status, refused.code) == (409, "NUMBER_UNAVAILABLE")

    def test_the_second_buyer_is_too_late(self, world: World, acme: Client) -> None:
        world.given(a_line())
        world.globex.post(PURCHASE, {"id": LINE})

        refused = acme.post(PURCHASE, {"id": LINE})

        assert (refused.status, refused.code, refused.details) == (409, "NUMBER_UNAVAILABLE", {})

    @pytest.mark.parametrize("holder", ["acme", "globex"])
    def test_a_line_whose_digits_are_held_as_custom_cannot_be_bought(
        self, world: World, acme: Client, holder: str
    ) -> None:
        held = a_number() if holder == "acme" else a_number(organization_id=GLOBEX)
        world.given(a_line(), held)

        refused = acme.post(PURCHASE, {"id": LINE})

        assert (refused.status, refused.code) == (409, "NUMBER_UNAVAILABLE")
        assert acme.get(AVAILABLE).json["total_count"] == 1

    @pytest.mark.parametrize("start_at", [NOW + 1, LATEST_START])
    def test_a_number_can_start_later(self, world: World, acme: Client, start_at: int) -> None:
        world.given(a_line())

        bought = acme.post(PURCHASE, {"id": LINE, "start_at": start_at}).json

        assert (bought["status"], bought["start_at"]) == ("scheduled", start_at)
        assert bought["created_at"] == NOW

    @pytest.mark.parametrize("start_at", [0, NOW - 1, NOW, LATEST_START + 1])
    def test_a_start_lies_ahead_but_within_90_days(
        self, world: World, acme: Client, start_at: int
    ) -> None:
        world.given(a_line())

        refused = acme.post(PURCHASE, {"id": LINE, "start_at": start_at})

        assert (refused.status, refused.fields) == (400, ["start_at"])
        assert acme.get(AVAILABLE).json["total_count"] == 1

    @pytest.mark.parametrize(
        "body",
        [
            pytest.param({}, id="neither"),
            pytest.param({"id": LINE, "number": DIGITS}, id="both"),
            pytest.param({"memo": "which one?"}, id="only a memo"),
        ],
    )
    def test_exactly_one_of_id_and_number_names_the_line(
        self, world: World, acme: Client, body: dict[str, Any]
    ) -> None:
        world.given(a_line())

        refused = acme.post(PURCHASE, body)

        assert (refused.status, refused.code, refused.fields) == (400, "VALIDATION_ERROR", ["id"])
