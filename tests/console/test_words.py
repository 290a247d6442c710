"""Every text of the console is there in both languages, with the same blanks."""

import re
from importlib.resources import files
from string import Formatter
from typing import Final

import pytest

from dialplane.console.words import catalogue, in_language
from dialplane.domain.languages import Language

TEMPLATES: Final = files("dialplane.console") / "templates"
USED: Final = re.compile(r"""\bt(?:m)?\("([a-z_]+\.[a-z_.]+)["',)]""")


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def exists(name: str) -> bool:
    """A name that is put together on the page is known by how it begins."""
    if name.endswith(("_", ".")):
        return any(each.startswith(name) for each in catalogue())
    return name in catalogue()


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_a_text_says_the_same_in_both_languages(name: str) -> None:
    text = catalogue()[name]

    assert set(text) == set(Language)
    assert all(text.values())
    assert blanks(text["ko"]) == blanks(text["en"])


@pytest.mark.parametrize("template", sorted(each.name for each in TEMPLATES.iterdir()))
def test_every_text_a_page_names_exists(template: str) -> None:
    named = set(USED.findall((TEMPLATES / template).read_text(encoding="utf-8")))

    assert {name for name in named if not exists(name)} == set()


def test_one_is_not_many() -> None:
    say = in_language(Language.ENGLISH)

    assert say("numbers.count", count=1) == "1 number"
    assert say("numbers.count", count=2) == "2 numbers"
    assert in_language(Language.KOREAN)("numbers.count", count=1) == "1개"
