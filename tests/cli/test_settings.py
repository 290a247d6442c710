"""`dialplane settings`: what can be set, what is set, and the page about it."""

from pathlib import Path
from typing import Any

import pytest

from dialplane.cli.known_settings import every_setting
from dialplane.cli.settings import page
from dialplane.settings import read_settings
from parts.terminal import Terminal

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


@pytest.fixture
def engine() -> str:
    return "sqlite"


def test_the_page_is_what_the_program_says() -> None:
    stale = "run: dialplane settings --markdown > docs/settings.md"

    assert PAGE.read_text(encoding="utf-8") == page(), stale


def test_everything_that_can_be_set_says_what_it_is() -> None:
    assert [each.variable for each in every_setting({}) if not each.help] == []


def test_it_tells_what_is_set(terminal: Terminal) -> None:
    told = _by_name(terminal.type("settings", "--json", DIALPLANE_THREADS="3").json)

    assert told["DIALPLANE_THREADS"]["value"] == "3"
    assert told["DIALPLANE_THREADS"]["set"] is True
    assert told["DIALPLANE_QUARANTINE_DAYS"]["value"] == "30"
    assert told["DIALPLANE_QUARANTINE_DAYS"]["set"] is False


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("DIALPLANE_SECRET_KEY", "planted-secret", "(set)"),
        ("DIALPLANE_EDGE_TOKEN", "planted-secret", "(set)"),
        ("DIALPLANE_EDGE_ADMIN_TOKEN", "planted-secret", "(set)"),
        (
            "DIALPLANE_DATABASE_URL",
            "postgresql://us:planted-secret@db/x",
            "postgresql://us:***@db/x",
        ),
    ],
)
def test_secrets_stay_hidden(terminal: Terminal, name: str, value: str, shown: str) -> None:
    for said in (
        terminal.type("settings", "--json", **{name: value}),
        terminal.type("settings", **{name: value}),
    ):
        assert said.code == 0
        assert shown in said.out
        assert "planted-secret" not in said.out + said.err


def test_a_misspelt_variable_is_noticed(terminal: Terminal) -> None:
    said = terminal.type("settings", "--json", DIALPLANE_TRHEADS="3")

    assert said.json["unknown"] == ["DIALPLANE_TRHEADS"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DIALPLANE_THREADS", "many"),
        ("DIALPLANE_THREADS", "0"),
        ("DIALPLANE_QUARANTINE_DAYS", "-1"),
        ("DIALPLANE_RATE_LIMIT", "5"),
        ("DIALPLANE_RATE_LIMIT", "5/fortnight"),
        ("DIALPLANE_LOG_LEVEL", "loud"),
        ("DIALPLANE_LOG_FORMAT", "xml"),
        ("DIALPLANE_SECRET_KEY", "short"),
        ("DIALPLANE_DATABASE_URL", "mysql://db/x"),
    ],
)
def test_one_that_is_not_understood_is_named_without_its_value(
    terminal: Terminal, name: str, value: str
) -> None:
    said = terminal.type("org", "list", "--json", **{name: value})

    assert said.code == 1
    assert said.json["error"]["code"] == "BAD_SETTING"
    assert said.err.startswith(f"error: {name} is not understood.")
    assert repr(value) not in said.err


def _by_name(told: Any) -> dict[str, Any]:
    return {each["variable"]: each for each in told["settings"]}


def test_settings_that_are_printed_show_no_secret() -> None:
    planted = {
        "DIALPLANE_SECRET_KEY": "planted-key",
        "DIALPLANE_EDGE_TOKEN": "planted-token",
        "DIALPLANE_DATABASE_URL": "postgresql://user:planted-password@host/db",
    }

    assert "planted" not in repr(read_settings(planted))
    assert read_settings(planted).edge_token == "planted-token"
