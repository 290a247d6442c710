"""Bodies as they arrive: bytes that are UTF-8, JSON, storable and of the right shape."""

import json
from typing import Any, NoReturn, TypeVar

import falcon

from dialplane.api.errors import PayloadTooLarge, UnsupportedMediaType
from dialplane.api.shapes import Shape, shaped
from dialplane.domain.errors import Invalid

LIMIT_BYTES = 64 * 1024
DEEPEST = 64
_LONGEST_INTEGER = 40

S = TypeVar("S", bound=Shape)


def read_bytes(request: falcon.Request) -> bytes:
    """The body of a request, whole.

    Raises:
        PayloadTooLarge, UnsupportedMediaType.
    """
    if (request.content_length or 0) > LIMIT_BYTES:
        raise PayloadTooLarge(LIMIT_BYTES)
    # A body sent in chunks has no length; reading one byte too many tells that it is too long.
    stream = request.bounded_stream if request.content_length is not None else request.stream
    raw: bytes = stream.read(LIMIT_BYTES + 1)
    if len(raw) > LIMIT_BYTES:
        raise PayloadTooLarge(LIMIT_BYTES)
    media_type = (request.content_type or "application/json").partition(";")[0]
    if raw and media_type.strip().lower() != "application/json":
        raise UnsupportedMediaType
    return raw


def read_body(raw: bytes, shape: type[S]) -> S:
    """Turn bytes into the shape an operation takes.

    Raises:
        Invalid: with everything that is wrong.
    """
    return shaped(_object(raw), shape)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        decoded = json.loads(
            raw.decode(),
            object_pairs_hook=_without_duplicates,
            parse_constant=_refuse_constant,
            parse_int=_integer,
            parse_float=_finite,
        )
        _refuse_unstorable(decoded, DEEPEST)
    except UnicodeDecodeError as error:
        raise Invalid.one("body", "not_utf8") from error
    except RecursionError as error:
        raise Invalid.one("body", "nested_too_deep", limit=DEEPEST) from error
    except json.JSONDecodeError as error:
        raise Invalid.one("body", "not_json") from error
    if not isinstance(decoded, dict):
        raise Invalid.one("body", "not_object")
    return decoded


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Invalid.one(_printable(name), "duplicate_key")
        found[name] = value
    return found


def _refuse_constant(_name: str) -> NoReturn:
    raise Invalid.one("body", "not_json")


def _integer(text: str) -> int:
    if len(text) > _LONGEST_INTEGER:
        raise Invalid.one("body", "number_out_of_range")
    return int(text)


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise Invalid.one("body", "number_out_of_range")
    return value


def _refuse_unstorable(value: Any, levels: int) -> None:
    if levels == 0:
        raise Invalid.one("body", "nested_too_deep", limit=DEEPEST)
    if isinstance(value, str):
        _refuse_bad_characters(value)
    elif isinstance(value, dict):
        for name, inner in value.items():
            _refuse_bad_characters(name)
            _refuse_unstorable(inner, levels - 1)
    elif isinstance(value, list):
        for inner in value:
            _refuse_unstorable(inner, levels - 1)


def _refuse_bad_characters(text: str) -> None:
    if "\0" in text or _printable(text) != text:
        raise Invalid.one("body", "bad_character")


def _printable(text: str) -> str:
    """The text without halves of surrogate pairs, which no encoding can write."""
    return text.encode(errors="replace").decode()
