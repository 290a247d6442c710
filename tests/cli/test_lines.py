"""`dialplane lines`: a CSV of lines is taken in whole, or not at all."""

from pathlib import Path
from typing import Any

import pytest

from dialplane.domain.callers import Caller, Mode, Scope
from dialplane.domain.errors import NumberUnavailable
from dialplane.domain.lines import PurchaseOrder
from dialplane.domain.values import LIVE, KeyId, OrganizationId
from dialplane.operations import lines
from parts.program import on_a_terminal, run
from parts.terminal import Terminal

HEAD = "number,line_type,monthly_fee,sms_send,sms_recv"
VOIP = "07011112222,voip,7700,true,true"
MOBILE = "01012345678,mobile,12100,true,false"
REPRESENTATIVE = "15881234,uan,33000,false,false"


@pytest.fixture
def sheet(tmp_path: Path) -> Any:
    def write(*lines: str, encoding: str = "utf-8") -> str:
        path = tmp_path / "lines.csv"
        path.write_bytes("\r\n".join((*lines, "")).encode(encoding))
        return str(path)

    return write


def stock(terminal: Terminal) -> dict[str, dict[str, Any]]:
    return {line["number"]: line for line in terminal.json("lines", "list")["lines"]}


class TestImport:
    def test_lines_can_be_bought_afterwards(self, terminal: Terminal, sheet: Any) -> None:
        done = terminal.json("lines", "import", sheet(HEAD, VOIP, MOBILE), "--yes")

        assert done == {
            "file": done["file"],
            "rows": 2,
            "new": 2,
            "updated": 0,
            "unchanged": 0,
            "imported": True,
            "problem_count": 0,
            "problems": [],
        }
        assert stock(terminal)["01012345678"] == {
            "id": stock(terminal)["01012345678"]["id"],
            "number": "01012345678",
            "line_type": "mobile",
            "monthly_fee": 12100,
            "sms_send": True,
            "sms_recv": False,
            "status": "in_stock",
            "available_from": 0,
        }

    def test_it_tells_what_is_new_updated_and_unchanged(
        self, terminal: Terminal, sheet: Any
    ) -> None:
        terminal.json("lines", "import", sheet(HEAD, VOIP, MOBILE), "--yes")
        ids = {number: line["id"] for number, line in stock(terminal).items()}

        dearer = MOBILE.replace("12100", "13200")
        done = terminal.json("lines", "import", sheet(HEAD, VOIP, dearer, REPRESENTATIVE), "--yes")

        assert (done["new"], done["updated"], done["unchanged"]) == (1, 1, 1)
        after = stock(terminal)
        assert after["01012345678"]["monthly_fee"] == 13200
        assert {number: after[number]["id"] for number in ids} == ids

    def test_who_holds_a_line_holds_it_on(self, terminal: Terminal, sheet: Any, home: Any) -> None:
        terminal.json("lines", "import", sheet(HEAD, VOIP), "--yes")
        held = _buy(home, terminal, "07011112222")

        done = terminal.json("lines", "import", sheet(HEAD, VOIP.replace("7700", "9900")), "--yes")

        assert done["updated"] == 1
        line = stock(terminal)["07011112222"]
        assert (line["status"], line["monthly_fee"]) == ("held", 9900)
        assert held.monthly_fee == 7700
        with pytest.raises(NumberUnavailable):
            _buy(home, terminal, "07011112222")

    def test_columns_come_in_any_order_and_spelling(self, terminal: Terminal, sheet: Any) -> None:
        head = " SMS_Recv ,Monthly_Fee,NUMBER,sms_send,line_type"

        terminal.json("lines", "import", sheet(head, "0,7700,070-1111-2222,Y,VoIP"), "--yes")

        line = stock(terminal)["07011112222"]
        assert (line["sms_send"], line["sms_recv"], line["line_type"]) == (True, False, "voip")

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
    def test_a_byte_order_mark_is_no_part_of_it(
        self, terminal: Terminal, sheet: Any, encoding: str
    ) -> None:
        path = sheet(HEAD, VOIP, encoding=encoding)

        assert terminal.json("lines", "import", path, "--yes")["new"] == 1

    @pytest.mark.parametrize(
        "spelling",
        ["07011112222", "070-1111-2222", "070 1111 2222", "+827011112222", "+82 70-1111-2222"],
    )
    def test_a_number_is_kept_in_its_one_spelling(
        self, terminal: Terminal, sheet: Any, spelling: str
    ) -> None:
        terminal.json("lines", "import", sheet(HEAD, f"{spelling},voip,1,1,1"), "--yes")

        assert list(stock(terminal)) == ["07011112222"]

    def test_empty_rows_are_passed_over(self, terminal: Terminal, sheet: Any) -> None:
        done = terminal.json("lines", "import", sheet("", HEAD, "", VOIP, ",,,,", ""), "--yes")

        assert (done["rows"], done["new"]) == (1, 1)

    def test_a_dry_run_changes_nothing(self, terminal: Terminal, sheet: Any) -> None:
        done = terminal.json("lines", "import", sheet(HEAD, VOIP), "--dry-run")

        assert (done["new"], done["imported"]) == (1, False)
        assert stock(terminal) == {}

    def test_lines_by_the_thousand_are_all_there(self, terminal: Terminal, sheet: Any) -> None:
        rows = [f"070{at:08},voip,7700,true,true" for at in range(2_501)]

        assert terminal.json("lines", "import", sheet(HEAD, *rows), "--yes")["new"] == 2_501
        assert terminal.json("lines", "import", sheet(HEAD, *rows), "--yes")["unchanged"] == 2_501
        assert terminal.json("lines", "list")["totals"]["in_stock"] == 2_501


class TestAsking:
    def test_without_anybody_to_ask_nothing_is_imported(
        self, home: Any, terminal: Terminal, sheet: Any
    ) -> None:
        said = run("lines", "import", sheet(HEAD, VOIP), env=home.environment)

        assert said.code == 1
        assert "new" in said.err
        assert "--yes" in said.err
        assert stock(terminal) == {}

    @pytest.mark.parametrize("answer", ["y\n", "n\n", "\n"])
    def test_somebody_who_sits_there_is_asked(
        self, home: Any, terminal: Terminal, sheet: Any, answer: str
    ) -> None:
        path = sheet(HEAD, VOIP)

        code, seen = on_a_terminal("lines", "import", path, env=home.environment, answer=answer)

        assert "Import? [y/N]" in seen
        assert (code, len(stock(terminal))) == ((0, 1) if answer == "y\n" else (1, 0))

    def test_a_file_that_changes_nothing_needs_no_answer(
        self, terminal: Terminal, sheet: Any
    ) -> None:
        terminal.json("lines", "import", sheet(HEAD, VOIP), "--yes")

        done = terminal.json("lines", "import", sheet(HEAD, VOIP))

        assert (done["unchanged"], done["imported"]) == (1, False)

    def test_a_file_that_is_not_there_is_told(self, terminal: Terminal) -> None:
        said = terminal.type("lines", "import", "nowhere.csv")

        assert said.code == 1
        assert said.err == "error: No such file or directory: nowhere.csv.\n"


class TestList:
    @pytest.fixture(autouse=True)
    def _some(self, terminal: Terminal, sheet: Any) -> None:
        terminal.json("lines", "import", sheet(HEAD, VOIP, MOBILE, REPRESENTATIVE), "--yes")

    def test_it_can_keep_to_a_type(self, terminal: Terminal) -> None:
        listed = terminal.json("lines", "list", "--type", "uan")

        assert [line["number"] for line in listed["lines"]] == ["15881234"]

    def test_it_can_keep_to_a_state(self, terminal: Terminal, home: Any) -> None:
        _buy(home, terminal, "07011112222")

        held = terminal.json("lines", "list", "--status", "held")
        free = terminal.json("lines", "list", "--status", "in_stock")

        assert [line["number"] for line in held["lines"]] == ["07011112222"]
        assert [line["number"] for line in free["lines"]] == ["01012345678", "15881234"]
        assert held["totals"] == {"in_stock": 2, "held": 1, "quarantined": 0, "withdrawn": 0}

    def test_it_tells_no_more_than_asked_for(self, terminal: Terminal) -> None:
        listed = terminal.json("lines", "list", "--limit", "2")

        assert len(listed["lines"]) == 2
        assert listed["totals"]["in_stock"] == 3


def _buy(home: Any, terminal: Terminal, number: str) -> Any:
    organization = terminal.json("org", "create", "Acme")["organization"]
    caller = Caller(
        key_id=KeyId("01927f5e-8c4a-7b1e-9d3f-2a6b4c8d0e44"),
        organization_id=OrganizationId(organization["id"]),
        realm=LIVE,
        mode=Mode.LIVE,
        scopes=frozenset(Scope),
        now=organization["created_at"],
    )
    database = home.open()
    try:
        with database.writing() as db:
            return lines.purchase(db, caller, PurchaseOrder(number=number))
    finally:
        database.close()
