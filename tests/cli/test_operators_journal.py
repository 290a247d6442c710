"""What the operator does is in the journal as the operator's."""

import json
from typing import Any

import pytest

from builders import ACME
from conftest import Home
from parts.server import given_two_organizations
from parts.terminal import Terminal

LINES = "number,line_type,monthly_fee,sms_send,sms_recv\n07011112222,voip,7700,true,true\n"


@pytest.fixture(autouse=True)
def organizations(home: Home) -> None:
    database = home.open()
    given_two_organizations(database)
    database.close()


def entered(terminal: Terminal, *options: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = terminal.json("audit", "list", *options)["events"]
    return events


def test_what_is_done_for_an_organization_is_in_its_own(terminal: Terminal) -> None:
    key = terminal.json("key", "create", "--org", "Acme", "--test")["key"]["id"]
    terminal.json("key", "rotate", key)
    terminal.json("key", "revoke", key)
    terminal.json("key", "revoke", key)
    terminal.json("rights", "limit", "Acme", "--concurrent", "3")
    terminal.json("rights", "present", "Acme", "15881508")
    terminal.json("rights", "present", "Acme", "15881508", "--no-more")

    events = entered(terminal, "--org", "Acme")

    assert [event["type"] for event in events] == [
        "key.created",
        "key.rotated",
        "key.created",
        "key.revoked",
        "organization.limits_changed",
        "organization.presentation_changed",
        "organization.presentation_changed",
    ]
    assert {event["actor"]["type"] for event in events} == {"operator"}
    assert list(events[3]["changes"]) == ["revoked_at"]
    assert events[4]["changes"] == {"concurrent_calls": {"before": None, "after": 3}}
    assert events[5]["changes"]["presentation_numbers"]["after"] == ["15881508"]
    assert entered(terminal, "--org", "Globex") == []


def test_what_belongs_to_nobody_is_in_the_operators_own(terminal: Terminal, tmp_path: Any) -> None:
    sheet, password = tmp_path / "lines.csv", tmp_path / "password"
    sheet.write_text(LINES)
    password.write_text("planted-secret")
    terminal.json("lines", "import", str(sheet), "--yes")
    address = "sip:sip.carrier.example"
    terminal.json("carrier", "add", "up", address, "--login", "me", str(password))
    terminal.json("carrier", "remove", "up")

    events = entered(terminal)

    assert [event["type"] for event in events] == [
        "stock.lines_imported",
        "carrier.added",
        "carrier.removed",
    ]
    assert events[0]["data"] == {"new": 1, "updated": 0}
    assert events[1]["data"]["auth_username"] == "me"
    assert "planted-secret" not in json.dumps(events)
    assert terminal.json("audit", "verify")["breaks"] == []
    assert [each["name"] for each in terminal.json("org", "list")["organizations"]] == [
        "Acme",
        "Globex",
    ]


def test_an_organization_begins_with_its_beginning(terminal: Terminal) -> None:
    made = terminal.json("org", "create", "Initech")["organization"]["id"]

    (event,) = entered(terminal, "--org", made)

    assert (event["type"], event["resource"]["id"]) == ("organization.created", made)


def test_people_read_who_did_what(terminal: Terminal) -> None:
    terminal.json("rights", "limit", ACME, "--per-second", "1")

    told = terminal.type("audit", "list", "--org", "Acme").out

    assert "operator" in told
    assert "organization.limits_changed" in told
