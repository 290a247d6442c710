"""`dialplane audit`: the operator makes sure that the journal is whole."""

import json

from builders import ACME, NOW, a_number, an_organization
from conftest import Home
from dialplane.domain.journal import OPERATOR, Author, Change, Happening
from dialplane.operations import journal
from dialplane.store import numbers, organizations
from parts.terminal import Terminal


def journal_of_three(home: Home) -> None:
    database = home.open()
    with database.writing() as db:
        organizations.add(db, an_organization())
        held = numbers.add(db, a_number())
        change = Change(happening=Happening.NUMBER_UPDATED, resource_id=held.id, after=held.told())
        for _ in range(3):
            journal.enter_by(db, ACME, Author(actor=OPERATOR, at=NOW), change)
    database.close()


def take_out(home: Home, position: int) -> None:
    database = home.open()
    with database.writing() as db:
        db.run("DELETE FROM journal WHERE position = :position", position=position)
    database.close()


def test_a_whole_journal_is_told_so(home: Home, terminal: Terminal) -> None:
    journal_of_three(home)

    said = terminal.type("audit", "verify")

    assert (said.code, said.out) == (0, "")
    assert "1 organizations are whole" in said.err


def test_a_missing_entry_is_found_and_fails(home: Home, terminal: Terminal) -> None:
    journal_of_three(home)
    take_out(home, 2)

    said = terminal.type("audit", "verify", "--json")

    assert said.code == 1
    assert json.loads(said.out) == {
        "organizations": 1,
        "breaks": [{"organization_id": ACME, "break": "missing: 2 to 2"}],
    }
