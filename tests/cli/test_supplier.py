"""`dialplane supplier`, `dialplane lines sync` and `dialplane purchases`, against a real server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dialplane.suppliers.simulated.faults import Fault, Faults
from dialplane.suppliers.simulated.server import SimulatedSupplier
from parts.supplied import TOKEN, a_simulated_supplier
from parts.terminal import Terminal


@pytest.fixture
def server() -> Iterator[SimulatedSupplier]:
    with a_simulated_supplier(lines=6) as running:
        yield running


@pytest.fixture
def paper(terminal: Terminal, server: SimulatedSupplier, tmp_path: Path) -> SimulatedSupplier:
    """A supplier of that name, whose dollars cost 1,400 won."""
    file = tmp_path / "token"
    file.write_text(TOKEN + "\n")
    price = ("--price", "usd", "1400", "10", "100")
    terminal.json("supplier", "add", "paper", "simulated", str(file), "--url", server.url, *price)
    return server


class TestSupplier:
    def test_its_token_is_shown_nowhere(self, paper: SimulatedSupplier, terminal: Terminal) -> None:
        (told,) = terminal.json("supplier", "list")["suppliers"]

        assert (told["name"], told["currency"], told["url"]) == ("paper", "USD", paper.url)
        assert TOKEN not in str(told)

    def test_a_check_buys_nothing(self, paper: SimulatedSupplier, terminal: Terminal) -> None:
        assert terminal.json("supplier", "check", "paper")["usable"]
        assert paper.stock.orders == {}

    def test_a_wrong_token_is_told(
        self, terminal: Terminal, server: SimulatedSupplier, tmp_path: Path
    ) -> None:
        file = tmp_path / "token"
        file.write_text("wrong")
        terminal.json("supplier", "add", "paper", "simulated", str(file), "--url", server.url)

        said = terminal.type("supplier", "check", "paper")

        assert said.code == 1
        assert "Refused (HTTP 401)" in said.err

    def test_a_second_of_the_same_name_is_refused(
        self, paper: SimulatedSupplier, terminal: Terminal, tmp_path: Path
    ) -> None:
        said = terminal.type(
            "supplier", "add", "paper", "simulated", str(tmp_path / "token"), "--url", paper.url
        )

        assert said.code == 1

    @pytest.mark.usefixtures("paper")
    def test_removed_its_lines_leave_the_stock(self, terminal: Terminal) -> None:
        terminal.json("lines", "sync", "paper")

        terminal.json("supplier", "remove", "paper")

        assert terminal.json("supplier", "list")["suppliers"] == []
        assert terminal.json("lines", "list")["totals"]["withdrawn"] == 6

    @pytest.mark.usefixtures("paper")
    def test_what_is_done_to_it_is_in_the_journal(self, terminal: Terminal) -> None:
        terminal.json("lines", "sync", "paper")
        terminal.json("supplier", "remove", "paper")

        added, synced, removed = terminal.json("audit", "list")["events"]

        assert [each["type"] for each in (added, synced, removed)] == [
            "supplier.added", "supplier.synced", "supplier.removed",
        ]  # fmt: skip
        assert {each["actor"]["type"] for each in (added, synced, removed)} == {"operator"}
        assert len({each["resource"]["id"] for each in (added, synced, removed)}) == 1
        assert added["changes"]["won_per_unit"] == {"before": None, "after": "1400"}
        assert removed["changes"]["won_per_unit"] == {"before": "1400", "after": None}
        assert synced["data"] == {"new": 6, "known": 0, "withdrawn": 0}
        assert "token" not in f"{added}{removed}"


class TestSync:
    def test_fees_follow_the_price_rule(self, paper: SimulatedSupplier, terminal: Terminal) -> None:
        done = terminal.json("lines", "sync", "paper")

        lines = terminal.json("lines", "list")["lines"]
        assert done == {
            "supplier": "paper",
            "new": 6,
            "known": 0,
            "taken": 0,
            "no_rate": 0,
            "withdrawn": 0,
        }
        # 3.20, 4.75 and 9.99 dollars, times 1,400, plus a tenth, up to the next hundred.
        assert [line["monthly_fee"] for line in lines[:3]] == [5_000, 7_400, 15_400]
        assert [line["number"] for line in lines] == sorted(paper.stock.lines)

    def test_what_is_not_offered_any_more_is_withdrawn_and_comes_back(
        self, paper: SimulatedSupplier, terminal: Terminal
    ) -> None:
        terminal.json("lines", "sync", "paper")
        gone, line = min(paper.stock.lines.items())
        paper.stock.lose(gone)

        assert terminal.json("lines", "sync", "paper")["withdrawn"] == 1
        assert terminal.json("lines", "list", "--status", "withdrawn")["totals"]["in_stock"] == 5
        paper.stock.lines[gone] = line
        terminal.json("lines", "sync", "paper")
        assert terminal.json("lines", "list")["totals"]["in_stock"] == 6

    def test_lines_of_our_own_are_left_alone(
        self, paper: SimulatedSupplier, terminal: Terminal, tmp_path: Path
    ) -> None:
        own = min(paper.stock.lines)
        sheet = tmp_path / "lines.csv"
        sheet.write_text(f"number,line_type,monthly_fee,sms_send,sms_recv\n{own},voip,1,1,1\n")
        terminal.json("lines", "import", str(sheet), "--yes")

        assert terminal.json("lines", "sync", "paper")["taken"] == 1
        assert terminal.json("lines", "list")["lines"][0]["monthly_fee"] == 1

    def test_a_supplier_that_fails_is_told(
        self, paper: SimulatedSupplier, terminal: Terminal
    ) -> None:
        paper.faults = Faults(fault=Fault.ERROR_BEFORE, share=1.0)
        paper.shutdown()
        paper.server_close()

        said = terminal.type("lines", "sync", "paper")

        assert said.code == 1
        assert "NotReached" in said.err


def test_there_are_no_purchases_yet(terminal: Terminal) -> None:
    assert terminal.json("purchases", "list")["purchases"] == []
