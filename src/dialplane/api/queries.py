"""Query strings: every name known, every value of its type, and the legal names told if not."""

from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qsl

from msgspec import Meta

from dialplane.api.shapes import Shape, fields_of, may_be_null, shaped
from dialplane.domain.errors import FieldProblem, Invalid

Limit = Annotated[int, Meta(ge=1, le=100)]
Cursor = Annotated[str, Meta(max_length=1000)]


class NoQuery(Shape):
    """For operations without parameters; an unknown one is refused here too."""


class WriteQuery(Shape):
    """For operations that change something: with `dry_run` they only tell what they would do."""

    dry_run: bool = False


Q = TypeVar("Q", bound=Shape)


def read_query(text: str, shape: type[Q]) -> Q:
    """Turn a query string into its shape; lists take their plain name repeated.

    Raises:
        Invalid: unknown names (with the allowed ones), repeated or wrong values.
    """
    if not text:
        return shape()
    fields = fields_of(shape)
    raw: dict[str, Any] = {}
    problems: list[FieldProblem] = []
    for name, value in _pairs(text):
        kind = fields[name].type if name in fields else None
        problem = _problem(name, value, kind, repeated=name in raw)
        if problem is not None:
            problems.append(problem)
        elif _is_list(kind):
            raw.setdefault(name, []).append(value)
        else:
            raw[name] = value
    if any(problem.reason == "unknown_parameter" for problem in problems):
        raise Invalid(problems, sorted(fields))
    if problems:
        raise Invalid(problems)
    return shaped(raw, shape, strict=False)


def _problem(name: str, value: str, kind: Any, *, repeated: bool) -> FieldProblem | None:
    if kind is None:
        return FieldProblem(name, "unknown_parameter")
    if _is_list(kind):
        return None
    if repeated:
        return FieldProblem(name, "repeated_parameter")
    if value.lower() == "null" and may_be_null(kind):
        # A parameter has a value or is left out; msgspec would take this word for the latter.
        return FieldProblem(name, "unknown_value", {"value": repr(value)})
    return None


def _pairs(text: str) -> list[tuple[str, str]]:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=200)
    except (UnicodeDecodeError, ValueError) as error:
        raise Invalid.one("query", "not_utf8") from error
    for name, value in pairs:
        if "\0" in name or "\0" in value:
            raise Invalid.one(name.replace("\0", ""), "bad_character")
    return pairs


def _is_list(kind: Any) -> bool:
    return getattr(kind, "__origin__", None) is list
