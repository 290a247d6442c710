"""`dialplane route` and `dialplane carrier`: the operator sees why, and says who brings calls."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from builders import EARLIER, a_bought_number, a_held_line, an_agent, an_organization
from dialplane.store import agents, carriers, lines, numbers, organizations
from dialplane.store.database import Database
from parts.callable import a_called_number, a_runtime, given_runtimes, mapped
from parts.terminal import Terminal


@pytest.fixture
def database(home: Any) -> Iterator[Database]:
    opened: Database = home.open()
    with opened.writing() as db:
        organizations.add(db, an_organization())
        agents.add(db, an_agent())
    yield opened
    opened.close()


def given_a_number(database: Database, **changes: Any) -> None:
    with database.writing() as db:
        numbers.add(db, a_called_number(**changes))
    given_runtimes(database, a_runtime())


class TestExplain:
    def test_it_tells_each_rule_and_who_answers(
        self, terminal: Terminal, database: Database
    ) -> None:
        given_a_number(database)

        said = terminal.type("route", "explain", "+82 70-1111-2222", "--source", "203.0.113.10")

        assert "The number accepts calls from trunk 203.0.113.10/32." in said.out
        assert "sip:07011112222@10.0.0.5:5060" in said.out
        assert said.code == 0

    def test_a_refusal_says_what_the_caller_hears(
        self, terminal: Terminal, database: Database
    ) -> None:
        given_a_number(database, inbound_agent=None)

        said = terminal.type("route", "explain", "07011112222")

        assert "Refused: 480 Temporarily Unavailable (no_agent_mapped)" in said.out
        assert "Nobody is mapped." in said.out

    def test_programs_read_the_same(self, terminal: Terminal, database: Database) -> None:
        given_a_number(database)

        told = terminal.json("route", "explain", "7011112222")

        assert (told["decision"], told["reason"], told["sip_code"]) == (
            "refuse",
            "number_unknown",
            404,
        )
        assert told["trace"][-1]["verdict"] == "refused"

    def test_calls_out(self, terminal: Terminal, database: Database) -> None:
        given_a_number(database)

        told = terminal.json("route", "explain", "07011112222", "--to", "01012345678")

        assert told["targets"] == ["sip:01012345678@203.0.113.10"]

    def test_a_source_is_an_address(self, terminal: Terminal, database: Database) -> None:
        del database

        said = terminal.type("route", "explain", "1", "--source", "pbx.example")

        assert said.code == 1
        assert "source_address" in said.err


class TestCarriers:
    def test_a_carrier_brings_the_calls_of_bought_numbers(
        self, terminal: Terminal, database: Database
    ) -> None:
        number = a_bought_number(inbound_agent=mapped())
        with database.writing() as db:
            lines.put(db, a_held_line(number), now=EARLIER)
            numbers.add(db, number)
        given_runtimes(database, a_runtime())
        explain = ("route", "explain", "07011112222", "--source")
        assert terminal.json(*explain, "192.0.2.1")["reason"] == "source_not_allowed"

        added = ("carrier", "add", "telco", "192.0.2.1", "--network", "198.51.100.0/24")
        made = terminal.json(*added)["carrier"]

        assert made["networks"] == ["198.51.100.0/24"]
        for source in ("192.0.2.1", "198.51.100.7"):
            assert terminal.json(*explain, source)["decision"] == "route"
        assert terminal.json("carrier", "list")["carriers"] == [made]

        terminal.type("carrier", "remove", "telco")
        assert terminal.json("carrier", "list") == {"carriers": []}

    def test_its_password_comes_from_a_file_and_is_sealed(
        self, terminal: Terminal, database: Database, tmp_path: Path
    ) -> None:
        file = tmp_path / "password"
        file.write_text("planted-secret\n")

        said = terminal.type(
            "carrier", "add", "telco", "sip.telco.example", "--login", "us", str(file), "--json"
        )

        assert said.code == 0, said.err
        assert "planted-secret" not in said.out + said.err
        with database.reading() as db:
            (kept,) = carriers.list_all(db)
        assert kept.auth_username == "us"
        assert "planted-secret" not in (kept.sealed_password or "")

    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            (("telco", "127.0.0.1"), 1),
            (("telco", "http://x"), 1),
            (("telco", "192.0.2.1", "--network", "0.0.0.0/0"), 1),
            (("telco", "192.0.2.1", "--network", "nonsense"), 1),
            (("telco", "192.0.2.1", "--order", "0", "10001"), 2),
            (("", "192.0.2.1"), 2),
        ],
    )
    def test_what_is_no_carrier_is_refused(
        self, terminal: Terminal, arguments: tuple[str, ...], code: int
    ) -> None:
        assert terminal.type("carrier", "add", *arguments).code == code
        assert terminal.json("carrier", "list") == {"carriers": []}

    def test_a_name_stands_for_one_carrier(self, terminal: Terminal) -> None:
        terminal.type("carrier", "add", "telco", "192.0.2.1")

        again = terminal.type("carrier", "add", "telco", "192.0.2.2")

        assert again.code == 1
        assert "already" in again.err

    def test_one_that_is_not_there_cannot_be_removed(self, terminal: Terminal) -> None:
        assert terminal.type("carrier", "remove", "telco").code == 1

    def test_without_any_it_says_what_to_do(self, terminal: Terminal) -> None:
        assert "dialplane carrier add" in terminal.type("carrier", "list").err


def test_the_credential_of_the_edge_is_not_shown(terminal: Terminal) -> None:
    said = terminal.type("settings", DIALPLANE_EDGE_TOKEN="planted-secret")

    assert said.code == 0
    assert "DIALPLANE_EDGE_TOKEN" in said.out
    assert "planted-secret" not in said.out + said.err
