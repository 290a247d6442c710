"""`dialplane rights`: the operator says how many calls an organization may have."""

import pytest

from parts.terminal import Terminal


@pytest.fixture(autouse=True)
def acme(terminal: Terminal) -> None:
    terminal.type("org", "create", "Acme")


def test_nothing_is_limited_and_nothing_approved_at_first(terminal: Terminal) -> None:
    shown = terminal.json("rights", "show", "Acme")

    assert (shown["concurrent_calls"], shown["calls_per_second"]) == (None, None)
    assert shown["presentation_numbers"] == []


def test_a_limit_holds_until_another_is_set(terminal: Terminal) -> None:
    terminal.json("rights", "limit", "Acme", "--concurrent", "10", "--per-second", "2")
    limited = terminal.json("rights", "show", "Acme")
    terminal.json("rights", "limit", "Acme", "--concurrent", "5")
    relaxed = terminal.json("rights", "show", "Acme")

    assert (limited["concurrent_calls"], limited["calls_per_second"]) == (10, 2)
    assert (relaxed["concurrent_calls"], relaxed["calls_per_second"]) == (5, None)


def test_no_calls_at_all_is_a_limit_too(terminal: Terminal) -> None:
    assert terminal.json("rights", "limit", "Acme", "--concurrent", "0")["concurrent_calls"] == 0


def test_a_negative_limit_is_refused(terminal: Terminal) -> None:
    assert terminal.type("rights", "limit", "Acme", "--concurrent", "-1").code == 2


def test_a_number_is_one_number_in_every_spelling(terminal: Terminal) -> None:
    terminal.json("rights", "present", "Acme", "+82 70 1111 2222")
    approved = terminal.json("rights", "show", "Acme")["presentation_numbers"]
    terminal.json("rights", "present", "Acme", "07011112222", "--no-more")

    assert approved == ["07011112222"]
    assert terminal.json("rights", "show", "Acme")["presentation_numbers"] == []


def test_an_organization_nobody_knows_is_told(terminal: Terminal) -> None:
    said = terminal.type("rights", "show", "Nobody")

    assert said.code == 1
    assert "There is no organization" in said.remarks
