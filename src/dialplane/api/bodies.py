"""Bodies as they arrive: bytes that are UTF-8, JSON, storable and of the right shape."""

import json
import threading
import time
from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

import falcon

from dialplane.api.errors import PayloadTooLarge, UnsupportedMediaType
from dialplane.api.shapes import Shape, shaped
from dialplane.domain.errors import Invalid, Unavailable
from dialplane.domain.values import Millis

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

LIMIT_BYTES = 64 * 1024
JSON = "application/json"
DEEPEST = 64
_LONGEST_INTEGER = 40
# Most bodies come in the packet of their headers; a thread that waits longer is not to be had.
_PROMPT_MS = 1_000
_THREADS_KEPT = 2
_LOOK_AGAIN_S = 0.01

S = TypeVar("S", bound=Shape)


class SlowSenders:
    """Keeps threads for everybody else while some wait for bodies that do not come."""

    def __init__(self, threads: int, clock: Callable[[], Millis]) -> None:
        self._room = max(1, threads - _THREADS_KEPT)
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting_since: dict[int, Millis] = {}

    def begin(self) -> None:
        """Take a place among those who wait for a body.

        Raises:
            Unavailable: too many have been waiting for too long.
        """
        while not self._took_place():
            time.sleep(_LOOK_AGAIN_S)

    def end(self) -> None:
        with self._lock:
            del self._waiting_since[threading.get_ident()]

    def _took_place(self) -> bool:
        now = self._clock()
        with self._lock:
            waits = self._waiting_since
            if len(waits) < self._room:
                waits[threading.get_ident()] = now
                return True
            # A burst is over at once; only where nobody is prompt there is nothing to wait for.
            if all(now - since > _PROMPT_MS for since in waits.values()):
                raise Unavailable
            return False


def read_bytes(
    request: falcon.Request,
    slow_senders: SlowSenders,
    *,
    media_type: str = JSON,
    limit_bytes: int = LIMIT_BYTES,
) -> bytes:
    """The body of a request, whole.

    Raises:
        PayloadTooLarge, UnsupportedMediaType.
        Unavailable: too many others are slow in sending theirs.
    """
    if (request.content_length or 0) > limit_bytes:
        raise PayloadTooLarge(limit_bytes)
    # A body sent in chunks has no length; reading one byte too many tells that it is too long.
    stream = request.bounded_stream if request.content_length is not None else request.stream
    slow_senders.begin()
    try:
        raw: bytes = stream.read(limit_bytes + 1)
    finally:
        slow_senders.end()
    if len(raw) > limit_bytes:
        raise PayloadTooLarge(limit_bytes)
    sent_as = (request.content_type or media_type).partition(";")[0]
    if raw and sent_as.strip().lower() != media_type:
        raise UnsupportedMediaType(media_type)
    return raw


def read_plain(env: "WSGIEnvironment", slow_senders: SlowSenders) -> bytes | None:
    """The body of a request nobody else has looked at yet, and who does may read it once more.

    None, and nothing was read, if something about it is for `read_bytes` to refuse.

    Raises:
        Unavailable: too many others are slow in sending theirs.
    """
    length = env.get("CONTENT_LENGTH") or ""
    if env.get("CONTENT_TYPE") != JSON or not length.isdecimal() or int(length) > LIMIT_BYTES:
        return None
    slow_senders.begin()
    try:
        raw: bytes = env["wsgi.input"].read(int(length))
    finally:
        slow_senders.end()
    env["wsgi.input"] = BytesIO(raw)
    return raw


def read_body(raw: bytes, shape: type[S]) -> S:
    """Turn bytes into the shape an operation takes.

    Raises:
        Invalid: with everything that is wrong.
    """
    return shaped(_object(raw), shape)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        decoded = _DECODER.decode(raw.decode())
        if _may_be_unstorable(raw):
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


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_without_duplicates,
    parse_constant=_refuse_constant,
    parse_int=_integer,
    parse_float=_finite,
)


def _may_be_unstorable(raw: bytes) -> bool:
    """Whether to look through it: what is refused there takes an escape, or many levels."""
    return b"\\u" in raw or raw.count(b"{") + raw.count(b"[") >= DEEPEST


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
