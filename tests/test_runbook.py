"""Every command the runbook names exists, with its options; and so does every figure."""

import re
import shlex
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from dialplane.cli.program import COMMANDS, loaded

PAGES = sorted((Path(__file__).parents[1] / "docs/runbook").glob("*.md"))
OTHERS = {
    "createdb", "curl", "df", "grep", "jq", "journalctl", "pg_dump", "pg_restore", "psql", "sort",
    "systemctl", "uniq",
}  # fmt: skip
"""Programs that are not ours."""


def commands_in(page: Path) -> list[list[str]]:
    """What stands in the blocks of shell, a command and its arguments each."""
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.splitlines() if line.strip()]
    found: list[list[str]] = []
    for line in lines:
        found.append([])
        for word in shlex.split(line, comments=True):
            if word == "|":
                found.append([])
            elif found[-1] or "=" not in word:  # not a variable in front of the command
                found[-1].append(word)
    return found


def known_options(command: Any) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts}


def faults_of(words: list[str]) -> list[str]:
    """What of a command of ours does not exist."""
    name, *rest = words
    if name not in COMMANDS:
        return [f"there is no `dialplane {name}`"]
    command = loaded(name)
    if hasattr(command, "commands"):
        if not rest or rest[0] not in command.commands:
            return [f"`dialplane {name}` has no {rest[:1]}"]
        command = command.commands[rest[0]]
    options = {word.partition("=")[0] for word in rest if word.startswith("--")}
    return [f"{name} has no {option}" for option in options - known_options(command)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_its_commands_exist(page: Path) -> None:
    for words in commands_in(page):
        if words[0] == "dialplane":
            assert faults_of(words[1:]) == [], words
        else:
            assert words[0] in OTHERS, words


def test_a_command_that_does_not_exist_is_found() -> None:
    assert faults_of(["key", "destroy"])
    assert faults_of(["secrets", "rotate", "--later"])
    assert faults_of(["serv"])


def test_its_figures_exist() -> None:
    sources = files("dialplane.store").joinpath("figures.py").read_text()
    sources += files("dialplane.api").joinpath("figures.py").read_text()
    sources += files("dialplane.api").joinpath("metrics.py").read_text()
    sources += files("dialplane.edge").joinpath("metrics.py").read_text()
    named = {name for page in PAGES for name in re.findall(r"dialplane_(\w+)", page.read_text())}

    for name in named - {"restored", "outbox"}:
        assert f'"{name}"' in sources or f'"dialplane_{name.removesuffix("_total")}"' in sources


@pytest.mark.parametrize("index", ["README.md", "README.ko.md"])
def test_every_page_is_in_the_list(index: str) -> None:
    (text,) = [page.read_text(encoding="utf-8") for page in PAGES if page.name == index]
    pages = {page.name for page in PAGES if not page.name.endswith(".ko.md")}

    assert pages == {"README.md", *re.findall(r"\((\S+\.md)\)", text)}
