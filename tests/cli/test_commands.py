"""What all commands have in common, found by walking over them."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dialplane.cli.program import COMMANDS, loaded
from parts.program import environment, on_a_terminal, run
from parts.terminal import Terminal

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"
SPEAKS_FOR_ITSELF = {("edge", "run"), ("dialer", "run")}
"""They become another program."""


@pytest.fixture
def engine() -> str:
    return "sqlite"


def leaves() -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command that does something, with its full name."""
    for name in COMMANDS:
        found = loaded(name)
        below = getattr(found, "commands", None)
        if below is None:
            yield (name,), found
        else:
            yield from (((name, sub), command) for sub, command in below.items())


LEAVES = list(leaves())
EACH = pytest.mark.parametrize(
    ("name", "command"), LEAVES, ids=[" ".join(name) for name, _ in LEAVES]
)


@EACH
def test_each_speaks_json(name: tuple[str, ...], command: Any) -> None:
    del name

    assert "--json" in {option for parameter in command.params for option in parameter.opts}


@EACH
def test_each_says_what_it_does(name: tuple[str, ...], command: Any) -> None:
    del name
    unexplained = [each.name for each in command.params if not getattr(each, "help", "")]

    assert command.help
    assert unexplained == []


@EACH
def test_each_is_on_the_page_with_all_its_options(name: tuple[str, ...], command: Any) -> None:
    text = PAGE.read_text(encoding="utf-8")
    options = {each.opts[0] for each in command.params if each.opts[0].startswith("--")}

    assert f"dialplane {' '.join(name)}" in text
    assert [each for each in sorted(options) if f"{each}" not in text] == []


def test_no_arguments_are_a_question_for_help() -> None:
    said = run(env={})

    assert "Usage: dialplane" in said.out + said.err
    assert "Traceback" not in said.err


def test_the_version_is_told() -> None:
    assert run("--version", env={}).out.startswith("dialplane 0.")


@pytest.mark.parametrize(
    "typed",
    [
        ("nonsense",),
        ("org", "nonsense"),
        ("org", "create"),
        ("key", "create", "--org"),
        ("lines", "list", "--limit", "x"),
        ("lines", "list", "--type", "fax"),
        ("serve", "--port", "70000"),
    ],
    ids=" ".join,
)
def test_a_mistake_in_usage_ends_with_2(terminal: Terminal, typed: tuple[str, ...]) -> None:
    said = terminal.type(*typed)

    assert said.code == 2
    assert "Error" in said.err
    assert said.out == ""


@pytest.mark.parametrize("place", ["/dev/null", "/proc/nowhere"])
def test_a_data_directory_that_cannot_be_is_told(terminal: Terminal, place: str) -> None:
    said = terminal.type("org", "list", DIALPLANE_DATA_DIR=place)

    assert said.code == 1
    assert place in said.err
    assert "DIALPLANE_DATA_DIR" in said.err


def test_a_command_nearly_right_is_suggested() -> None:
    assert "Did you mean 'serve'" in run("sevre", env={}).remarks


def test_an_organization_is_listed_without_loading_the_server(tmp_path: Path) -> None:
    code = (
        "import sys; from dialplane.cli.program import app; app(['org', 'list'],"
        " standalone_mode=False); sys.stdout.write(' '.join(sys.modules))"
    )
    env = environment({"DIALPLANE_DATA_DIR": str(tmp_path)})
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
    )

    heavy = {"falcon", "granian", "psycopg", "httpx", "structlog", "prometheus_client"}
    assert heavy & set(done.stdout.split()) == set()


class TestColours:
    def test_none_where_nobody_looks(self, home: Any) -> None:
        said = run("org", "list", env=home.environment | {"NO_COLOR": ""})

        assert "\x1b" not in said.out + said.err

    def test_some_on_a_terminal(self, home: Any) -> None:
        _, seen = on_a_terminal("key", "revoke", "nothing", env=home.environment)

        assert "\x1b[1;31merror" in seen

    def test_none_when_the_operator_wants_none(self, home: Any) -> None:
        env = home.environment | {"NO_COLOR": "1"}

        _, seen = on_a_terminal("key", "revoke", "nothing", env=env)

        assert "\x1b[" not in seen
