"""Shapes of requests: what is given, checked whole, with every problem named at once."""

import re
from collections.abc import Iterator
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import Meta
from msgspec.structs import FieldInfo

from dialplane.domain.errors import FieldProblem, Invalid
from dialplane.first_use import ready

# \Z, since $ also matches before a line feed at the end.
UUID_PATTERN = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z"
UUID_TEXT = re.compile(UUID_PATTERN)
UUID_CHARS = 36
SELECTOR_PATTERN = r"^(current|production|v[1-9][0-9]*)\Z"
PRINTABLE_PATTERN = r"^[^\x00-\x1f\x7f]*\Z"
DIGITS_PATTERN = r"^[0-9]+\Z"

_LARGEST_EXACT = 2**53

Uuid = Annotated[str, Meta(pattern=UUID_PATTERN)]
Selector = Annotated[str, Meta(pattern=SELECTOR_PATTERN, max_length=20)]
Memo = Annotated[str, Meta(max_length=200)]
Instant = Annotated[int, Meta(ge=0, le=253_402_300_799_999)]
"""Milliseconds, up to the end of the year 9999."""

# msgspec quotes the pattern as Python would write it.
_PATTERN_REASONS = {
    repr(pattern)[1:-1]: reason
    for pattern, reason in (
        (UUID_PATTERN, "not_uuid"),
        (SELECTOR_PATTERN, "not_selector"),
        (DIGITS_PATTERN, "not_digits"),
        (PRINTABLE_PATTERN, "control_character"),
    )
}


class Shape(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A JSON object of a request. It may hold a password, so printing it tells its name only."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def broken_rules(self) -> Iterator[FieldProblem]:
        """What is wrong with fields that are right each by itself."""
        return iter(())


@cache
def fields_of(shape: type[msgspec.Struct]) -> dict[str, FieldInfo]:
    """The fields of a shape by their names on the wire."""
    return {field.encode_name: field for field in msgspec.structs.fields(shape)}


S = TypeVar("S", bound=Shape)


def shaped(raw: dict[str, Any], shape: type[S], *, strict: bool = True) -> S:
    """Turn a decoded object into its shape.

    Raises:
        Invalid: with everything that is wrong, not only the first thing.
    """
    try:
        value = msgspec.convert(raw, ready(shape), strict=strict)
    except msgspec.ValidationError:
        # Only a request that looks wrong pays for a second look.
        value = _looked_at_again(_with_whole_numbers(raw, shape), shape, strict=strict)
    if broken := list(value.broken_rules()):
        raise Invalid(broken)
    return value


def _looked_at_again(raw: dict[str, Any], shape: type[S], *, strict: bool) -> S:
    try:
        return msgspec.convert(raw, shape, strict=strict)
    except msgspec.ValidationError as error:
        # msgspec stops at the first problem.
        found = list(_problems(raw, shape, "", strict=strict))
        raise Invalid(found or [_problem(error, "")]) from error


def _with_whole_numbers(value: Any, kind: Any) -> Any:
    """5.0 is the integer 5 in JSON, and some languages write it so; msgspec wants it shorter."""
    if isinstance(value, float):
        exact = value.is_integer() and abs(value) <= _LARGEST_EXACT
        return int(value) if exact and int in _members(kind) else value
    if isinstance(value, list):
        return [_with_whole_numbers(entry, _item_of(kind)) for entry in value]
    inner = _struct_in(kind)
    if isinstance(value, dict) and inner is not None:
        kinds = {name: field.type for name, field in fields_of(inner).items()}
        return {name: _with_whole_numbers(each, kinds.get(name)) for name, each in value.items()}
    return value


def _problems(
    raw: dict[str, Any], shape: type[msgspec.Struct], path: str, *, strict: bool
) -> Iterator[FieldProblem]:
    fields = fields_of(shape)
    for name in raw:
        if name not in fields:
            yield FieldProblem(path + str(name), "unknown_field")
    for name, field in fields.items():
        if name in raw:
            yield from _value_problems(raw[name], field.type, path + name, strict=strict)
        elif field.required:
            yield FieldProblem(path + name, "missing")


def _value_problems(value: Any, kind: Any, path: str, *, strict: bool) -> Iterator[FieldProblem]:
    inner = _struct_in(kind)
    if isinstance(value, dict) and inner is not None:
        nested = list(_problems(value, inner, path + ".", strict=strict))
        yield from nested
        if nested:
            return
    item = _struct_in(_item_of(kind))
    if isinstance(value, list) and item is not None:
        for index, entry in enumerate(value):
            yield from _value_problems(entry, item, f"{path}.{index}", strict=strict)
        return
    try:
        msgspec.convert(value, kind, strict=strict)
    except msgspec.ValidationError as error:
        yield _problem(error, path)


def may_be_null(kind: Any) -> bool:
    return NoneType in _members(kind)


def _members(kind: Any) -> tuple[Any, ...]:
    if get_origin(kind) is Annotated:
        return _members(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return tuple(m for part in get_args(kind) for m in _members(part))
    return (kind,)


def _struct_in(kind: Any) -> type[msgspec.Struct] | None:
    """The one kind of object this type has room for, if there is exactly one."""
    found = [m for m in _members(kind) if isinstance(m, type) and issubclass(m, msgspec.Struct)]
    return found[0] if len(found) == 1 else None


def _item_of(kind: Any) -> Any:
    lists = [m for m in _members(kind) if get_origin(m) is list]
    return get_args(lists[0])[0] if lists else NoneType


# What msgspec says, and what we call it.
_SAID: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), reason)
    for pattern, reason in (
        (r"Expected `str` matching regex '(?P<pattern>.*)'", "pattern"),
        (r"Expected `str` of length >= (?P<limit>\d+)", "too_short"),
        (r"Expected `str` of length <= (?P<limit>\d+)", "too_long"),
        (r"Expected `(?:array|object)` of length >= (?P<limit>\d+)", "too_few"),
        (r"Expected `(?:array|object)` of length <= (?P<limit>\d+)", "too_many"),
        (r"Expected `\w+` >= (?P<limit>[-\d.]+)", "too_small"),
        (r"Expected `\w+` <= (?P<limit>[-\d.]+)", "too_large"),
        (r"Expected `\w+` > (?P<limit>[-\d.]+)", "not_above"),
        (r"Expected `\w+` < (?P<limit>[-\d.]+)", "not_below"),
        (r"Invalid enum value (?P<value>.*)", "unknown_value"),
        (r"Expected `(?P<expected>[^`]*)`, got `(?P<got>[^`]*)`", "wrong_type"),
        (r"Integer value out of range|Number out of range", "number_out_of_range"),
    )
)
_AT = re.compile(r" - at `(?:key in )?\$(?P<rest>[^`]*)`$")


def _problem(error: msgspec.ValidationError, path: str) -> FieldProblem:
    text = str(error)
    at = _AT.search(text)
    if at:
        text = text[: at.start()]
        path += at["rest"].replace("[", ".").replace("]", "")
    field = path.strip(".") or "body"
    for pattern, reason in _SAID:
        if match := pattern.fullmatch(text):
            facts = match.groupdict()
            return FieldProblem(
                field, _PATTERN_REASONS.get(str(facts.get("pattern")), reason), facts
            )
    return FieldProblem(field, text)
