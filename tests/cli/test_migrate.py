"""`dialplane migrate`: told before it is done, and done once."""

import pytest

from dialplane.store.migrate import migrations
from parts.program import run
from parts.terminal import Terminal


def test_the_plan_is_what_is_done(empty_terminal: Terminal) -> None:
    every = [{"number": each.number, "name": each.name} for each in migrations()]

    plan = empty_terminal.json("migrate", "--plan")
    again = empty_terminal.json("migrate", "--plan")
    done = empty_terminal.json("migrate")
    then = empty_terminal.json("migrate")

    assert plan == again == {"database": plan["database"], "applied": False, "migrations": every}
    assert done == {"database": plan["database"], "applied": True, "migrations": every}
    assert then["migrations"] == []


def test_it_tells_people_where(empty_terminal: Terminal) -> None:
    assert "pending" in empty_terminal.type("migrate", "--plan").out
    assert "done" in empty_terminal.type("migrate").out
    assert "up to date" in empty_terminal.type("migrate").out


@pytest.mark.parametrize("engine", ["sqlite"])
def test_on_sqlite_every_command_does_it_by_itself(empty_terminal: Terminal) -> None:
    assert empty_terminal.json("org", "list") == {"organizations": []}
    assert empty_terminal.json("migrate")["migrations"] == []


@pytest.mark.parametrize("engine", ["postgres"])
def test_on_postgres_the_other_commands_ask_for_it(empty_terminal: Terminal) -> None:
    said = empty_terminal.type("org", "create", "Acme", "--json")

    assert said.code == 1
    assert said.json["error"]["code"] == "MIGRATIONS_PENDING"
    assert "dialplane migrate --plan" in said.err


def test_a_database_out_of_reach_is_told_at_once_and_without_the_password() -> None:
    env = {"DIALPLANE_DATABASE_URL": "postgresql://us:planted-secret@127.0.0.1:1/x"}

    said = run("migrate", "--json", env=env)

    assert said.code == 1
    assert said.json["error"]["code"] == "DATABASE_UNREACHABLE"
    assert "postgresql://us:***@127.0.0.1:1/x" in said.err
    assert "refused" in said.err
    assert "planted-secret" not in said.out + said.err
    assert "Traceback" not in said.err
