"""Whatever the program can say, it can say in both languages."""

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import dialplane.edge.routes
import dialplane.main  # every module that names an error is loaded with it
from dialplane.api.wording import MESSAGES_IN_KOREAN, REASONS, reason_text
from dialplane.domain.errors import DomainError, FieldProblem
from dialplane.domain.languages import Language, language_of

SOURCE = Path(dialplane.main.__file__).parent


def every_error(kind: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    for each in kind.__subclasses__():
        yield each
        yield from every_error(each)


def reasons_named_in(module: Path) -> Iterator[str]:
    """Reasons as they stand in `FieldProblem(field, reason)` and `Invalid.one(field, reason)`."""
    for node in ast.walk(ast.parse(module.read_text())):
        if not isinstance(node, ast.Call) or len(node.args) < 2:
            continue
        called = ast.unparse(node.func)
        reason = node.args[1]
        if called in {"FieldProblem", "Invalid.one"} and isinstance(reason, ast.Constant):
            yield str(reason.value)


@pytest.mark.parametrize("error", list(every_error()), ids=lambda error: error.__name__)
def test_every_error_has_a_message_in_both_languages(error: type[DomainError]) -> None:
    assert error.message()
    assert MESSAGES_IN_KOREAN[error.code]


def test_every_reason_the_source_names_has_its_words() -> None:
    # The edge is a program of ours; nobody reads what it is told in a language of their own.
    modules = [each for each in SOURCE.rglob("*.py") if "edge" not in each.parts]
    named = {reason for module in modules for reason in reasons_named_in(module)}

    assert {reason for reason in named if reason not in REASONS} == set()
    assert len(named) > 20


@pytest.mark.parametrize("reason", list(REASONS))
def test_both_languages_tell_the_same_facts(reason: str) -> None:
    english, korean = REASONS[reason]

    assert blanks(english) == blanks(korean)


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, Language.KOREAN),
        ("", Language.KOREAN),
        ("en", Language.ENGLISH),
        ("en-US,en;q=0.9", Language.ENGLISH),
        ("ko,en;q=0.9", Language.KOREAN),
        ("ko;q=0.1,en;q=0.9", Language.ENGLISH),
        ("fr,de", Language.KOREAN),
        ("en;q=nonsense", Language.KOREAN),
        ("en;q=0", Language.KOREAN),
        ("*", Language.KOREAN),
    ],
)
def test_korean_unless_english_is_preferred(header: str | None, language: Language) -> None:
    assert language_of(header) is language


def test_kinds_of_values_are_told_in_words_of_json() -> None:
    problem = FieldProblem("memo", "wrong_type", {"expected": "str | null", "got": "int"})

    assert reason_text(problem, Language.ENGLISH) == "Expected string, null, got integer."
    assert (
        reason_text(problem, Language.KOREAN) == "문자열, null 형식이어야 합니다(받은 형식: 정수)."
    )
