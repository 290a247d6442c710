"""The code keeps the rules of the house; CONTRIBUTING.md says why they are there."""

from collections import Counter
from pathlib import Path

import pytest

from parts import tidy
from parts.tidy import Module, Rule

ROOT = Path(__file__).parents[1]

# The list may only shrink: lower this when a line goes, and find another way before raising it.
SUPPRESSIONS_ALLOWED = 12


@pytest.mark.parametrize("rule", tidy.RULES, ids=lambda rule: rule.__name__)
def test_every_module_keeps_the_rule(rule: Rule) -> None:
    faults = [fault for module in tidy.modules() for fault in rule(module)]
    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.parametrize(
    ("rule", "place", "text"),
    [
        (tidy.files_are_short, "api/numbers.py", "x = 1\n" * 301),
        (tidy.functions_are_short, "api/numbers.py", "def f():\n" + "    x = 1\n" * 40),
        (tidy.modules_say_what_they_are, "store/utils.py", '"""Things."""\n'),
        (tidy.modules_say_what_they_are, "store/base/__init__.py", '"""Things."""\n'),
        (tidy.modules_say_what_they_are, "store/numbers.py", "x = 1\n"),
        (tidy.one_word_per_thing, "domain/numbers.py", "class NumberManager: ...\n"),
        (tidy.sql_stays_in_the_store, "api/numbers.py", 'x = "SELECT * FROM lines"\n'),
        (tidy.sql_stays_in_the_store, "api/numbers.py", 'x = f"""\n  UPDATE lines SET {y}"""\n'),
        (tidy.the_environment_is_read_once, "store/numbers.py", "import os\nos.environ['X']\n"),
        (tidy.the_environment_is_read_once, "api/app.py", "from os import getenv\n"),
        (tidy.time_is_a_parameter_of_the_domain, "domain/numbers.py", "datetime.now(UTC)\n"),
        (tidy.time_is_a_parameter_of_the_domain, "domain/lines.py", "datetime.date.today()\n"),
        (tidy.only_operations_change_things, "api/numbers.py", "with database.writing(): ...\n"),
    ],
)
def test_a_planted_fault_is_found(rule: Rule, place: str, text: str) -> None:
    assert list(rule(Module(place, text)))


@pytest.mark.parametrize(
    ("rule", "place", "text"),
    [
        (tidy.functions_are_short, "api/numbers.py", "def f():\n" + "    x = 1\n" * 39),
        (tidy.sql_stays_in_the_store, "store/lines.py", 'x = "SELECT * FROM lines"\n'),
        (tidy.sql_stays_in_the_store, "api/numbers.py", 'x = "DELETE /x/v1/keys/{key_id}"\n'),
        (tidy.the_environment_is_read_once, "settings.py", "import os\nos.environ['X']\n"),
        (tidy.time_is_a_parameter_of_the_domain, "domain/periods.py", "datetime.fromtimestamp(1)"),
    ],
)
def test_what_is_allowed_is_left_alone(rule: Rule, place: str, text: str) -> None:
    assert not list(rule(Module(place, text)))


def test_every_suppression_is_listed_with_its_reason() -> None:
    found = Counter(line for module in tidy.modules() for line in tidy.suppressions(module))
    listed = Counter(line for line, reason in _listed() if reason)
    missing, stale = found - listed, listed - found
    assert not missing, f"do without it, or list it in tests/suppressions.txt: {[*missing]}"
    assert not stale, f"gone from the code, take it out of tests/suppressions.txt: {[*stale]}"


def test_the_list_of_suppressions_only_shrinks() -> None:
    count = len(_listed())
    assert count <= SUPPRESSIONS_ALLOWED, "the list may only shrink: do without the new one"
    assert count == SUPPRESSIONS_ALLOWED, f"well done; set SUPPRESSIONS_ALLOWED to {count}"


def test_a_suppression_is_seen_in_comments_only() -> None:
    text = 'a = "# noqa: X1"\nb = 1  # noqa: S608, E501  # why\nc = 2  # type: ignore[arg-type]\n'
    found = list(tidy.suppressions(Module("api/app.py", text)))
    assert found == ["api/app.py noqa S608, E501", "api/app.py type: ignore arg-type"]


def test_the_lock_names_no_host() -> None:
    assert "://" not in (ROOT / "requirements.lock").read_text(encoding="utf-8")


def _listed() -> list[tuple[str, str]]:
    lines = (ROOT / "tests" / "suppressions.txt").read_text(encoding="utf-8").splitlines()
    entries = [line.partition(" -- ") for line in lines if line and not line.startswith("#")]
    return [(line.strip(), reason.strip()) for line, _, reason in entries]
