"""Rows about numbers: what their cells mean, and what spreadsheets have done to them."""

import pytest

from builders import AGENT, a_bought_number, a_number
from dialplane.domain.errors import Invalid
from dialplane.domain.number_sheets import (
    COLUMNS,
    MappingWish,
    digits_to_hold,
    exported,
    probably_meant,
    undone,
    wish_of,
)
from dialplane.domain.numbers import AgentMapping
from dialplane.domain.values import UNCHANGED, AgentId

MAPPED = AgentMapping(agent_id=AGENT, agent_version="v3")
OTHER = AgentId("01927f5e-8c4a-7b1e-9d3f-2a6b4c8d0e23")


def problems(**cells: str) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        wish_of(cells)
    return [(each.field, each.reason) for each in caught.value.problems]


class TestCells:
    def test_what_is_left_out_stays_and_null_clears(self) -> None:
        wish = wish_of({"number": "070", "memo": "null", "address": "null"})

        assert (wish.memo, wish.address, wish.auth_username) == (None, None, UNCHANGED)

    def test_everything_wrong_with_a_row_is_told_at_once(self) -> None:
        found = problems(
            id="x",
            memo="x" * 201,
            inbound_agent_id="nobody",
            outbound_agent_version="newest",
            address="a\nb",
            action="delete",
        )

        assert found == [
            ("id", "not_uuid"),
            ("action", "not_one_of"),
            ("memo", "too_long"),
            ("inbound_agent_id", "not_uuid"),
            ("outbound_agent_version", "not_selector"),
            ("address", "control_character"),
        ]

    def test_a_password_never_shows(self) -> None:
        assert "hunter2" not in repr(wish_of({"number": "1", "auth_password": "hunter2"}))


class TestNumbers:
    @pytest.mark.parametrize(
        ("cell", "digits"),
        [
            ("07011112222", "07011112222"),
            ("+82 70-1111-2222", "07011112222"),
            ("827011112222", "07011112222"),
            ("'+827011112222", "07011112222"),
            ('="07011112222"', "07011112222"),
            ("15880000", "15880000"),
            ("15880000.0", "15880000"),
            ("12345", "12345"),
        ],
    )
    def test_spellings_that_are_understood(self, cell: str, digits: str) -> None:
        assert digits_to_hold(str(wish_of({"number": cell}).number)) == digits

    @pytest.mark.parametrize("cell", ["8.27011E+11", "7.0E10", "7,01E+9"])
    def test_digits_that_are_lost_are_not_guessed(self, cell: str) -> None:
        assert problems(number=cell) == [("number", "digits_lost")]

    @pytest.mark.parametrize("cell", ["7011112222", "7011112222.0", "1012345678"])
    def test_a_zero_that_was_eaten_is_told_and_not_registered(self, cell: str) -> None:
        number = str(wish_of({"number": cell}).number)

        with pytest.raises(Invalid) as caught:
            digits_to_hold(number)
        assert caught.value.problems[0].reason == "zero_lost"
        assert probably_meant(number) == f"0{number}"

    @pytest.mark.parametrize("cell", ["alice", "070-1111-222x", "1" * 21, "\u0660\u0667\u0660"])
    def test_what_is_no_number_is_not_held(self, cell: str) -> None:
        with pytest.raises(Invalid):
            digits_to_hold(cell)


class TestMappings:
    @pytest.mark.parametrize(
        ("wish", "mapping"),
        [
            (MappingWish(), MAPPED),
            (MappingWish(agent_id=None), None),
            (MappingWish(agent_id=AGENT), MAPPED),
            (MappingWish(agent_version="v4"), AgentMapping(agent_id=AGENT, agent_version="v4")),
            (MappingWish(agent_id=OTHER), AgentMapping(agent_id=OTHER)),
        ],
        ids=[
            "nothing said",
            "cleared",
            "the same agent keeps its version",
            "another version of the agent that is mapped",
            "another agent begins with its draft",
        ],
    )
    def test_half_said_it_means(self, wish: MappingWish, mapping: AgentMapping | None) -> None:
        assert wish.applied_to(MAPPED, "inbound_agent") == mapping

    def test_a_version_of_nobody_is_refused(self) -> None:
        with pytest.raises(Invalid):
            MappingWish(agent_version="v4").applied_to(None, "inbound_agent")
        assert problems(number="1", inbound_agent_id="null", inbound_agent_version="v1") == [
            ("inbound_agent_version", "version_without_agent")
        ]


class TestExport:
    def test_a_row_has_every_column_and_no_login(self) -> None:
        number = a_number(memo="=SUM(A1)", inbound_agent=MAPPED)
        row = dict(zip(COLUMNS, exported(number), strict=True))

        assert row["number"] == "07011112222"
        assert row["memo"] == "'=SUM(A1)"
        assert (row["inbound_agent_id"], row["inbound_agent_version"]) == (AGENT, "v3")
        assert (row["outbound_agent_id"], row["auth_username"], row["auth_password"]) == ("",) * 3

    def test_an_exported_row_asks_for_nothing_new(self) -> None:
        row = dict(zip(COLUMNS, exported(a_bought_number(memo="null")), strict=True))
        wish = wish_of({name: cell for name, cell in row.items() if cell})

        assert (wish.memo, wish.action, wish.speaks_of_trunk) == ("null", None, False)


class TestUndo:
    def test_only_what_changed_is_put_back(self) -> None:
        before = a_number(memo=None, inbound_agent=MAPPED).told()
        cells = undone(before, {"memo": {}, "inbound_agent": {}}, kept_password=None)

        assert cells == {
            "memo": "null",
            "inbound_agent_id": AGENT,
            "inbound_agent_version": "v3",
        }

    def test_what_was_not_held_is_given_up(self) -> None:
        assert undone(None, {"memo": {}}, kept_password=None) == {"action": "cancel"}

    def test_what_was_given_up_is_registered_again(self) -> None:
        before = a_number(memo="x").told()
        cells = undone(before, {"status": {}, "end_at": {}}, kept_password="kept:j:2")

        assert cells == {
            "action": "register",
            "memo": "x",
            "address": "sip:trunk.example.com:5060",
            "auth_password": "kept:j:2",
        }
