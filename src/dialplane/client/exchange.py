"""From a call to its answer, sans I/O: says what to send and when, and reads what came.

Both transports carry out the same steps, so there is one place that decides.
"""

import uuid
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from itertools import count
from time import time
from typing import Any, Final, TypeVar, cast

import httpx
import msgspec

from dialplane.client.errors import (
    DialplaneError,
    FieldProblem,
    NoAnswer,
    NotModified,
    NotReached,
    Refusal,
    TimedOut,
    UnreadableAnswer,
    kind_of,
)
from dialplane.client.models.model import Http, Model
from dialplane.client.retries import Retries
from dialplane.client.wire import Call
from dialplane.first_use import ready

T = TypeVar("T")

_JSON: Final = {"content-type": "application/json"}
_HEADERS: Final = {
    "request_id": "x-request-id",
    "language": "accept-language",
    "idempotency_key": "idempotency-key",
    "if_match": "if-match",
    "if_none_match": "if-none-match",
}
_NEVER_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True, slots=True)
class Pause:
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A request as a transport sends it."""

    method: str
    path: str
    params: list[tuple[str, str]]
    headers: Mapping[str, str]
    content: bytes | None
    timeout_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What holds for every request of a client."""

    headers: Mapping[str, str]
    timeout_s: float
    retries: Retries
    makes_keys: bool


Came = httpx.Response | httpx.TransportError | None
Exchange = Generator[Outgoing | Pause, Came, T]


def exchange(call: Call[T], terms: Terms) -> Exchange[T]:
    """Yields what to send or how long to wait; is told what came."""
    outgoing = _outgoing(call, terms)
    repeatable = not call.changes or "idempotency-key" in outgoing.headers
    for tried in count(1):
        came = yield outgoing
        try:
            return _read(call, came)
        except DialplaneError as error:
            pause = terms.retries.pause_s(error, tried=tried, repeatable=repeatable)
            if pause is None:
                raise
        yield Pause(pause)
    raise AssertionError("it is tried again or raised")


def _outgoing(call: Call[Any], terms: Terms) -> Outgoing:
    options = dict(call.options)
    if call.changes and terms.makes_keys:
        options.setdefault("idempotency_key", str(uuid.uuid4()))
    named = {
        header: _tag(options[option]) for option, header in _HEADERS.items() if option in options
    }
    media_type, content = _content(call)
    return Outgoing(
        method=call.method,
        path=call.place.path,
        params=[pair for name, value in call.query.items() for pair in _pairs(name, value)],
        headers={**terms.headers, **media_type, **named},
        content=content,
        timeout_s=options.get("timeout_s", terms.timeout_s),
    )


def _content(call: Call[Any]) -> tuple[Mapping[str, str], bytes | None]:
    if call.file is not None:
        return {"content-type": call.file.media_type}, call.file.content
    # {} says what an absent body says, in a way every server takes.
    return ({}, None) if call.body is None else (_JSON, msgspec.json.encode(call.body))


def _tag(value: Model | str) -> str:
    if not isinstance(value, Model):
        return value
    if value.http.etag is None:
        raise ValueError(f"This {type(value).__name__} came without an ETag; read it by itself.")
    return value.http.etag


def _pairs(name: str, value: Any) -> list[tuple[str, str]]:
    """Lists repeat the plain name; what is None was not asked for."""
    if value is None:
        return []
    if isinstance(value, list | tuple | set | frozenset):
        return [pair for each in value for pair in _pairs(name, each)]
    return [(name, str(value).lower() if isinstance(value, bool) else str(value))]


def _read(call: Call[T], came: Came) -> T:
    if not isinstance(came, httpx.Response):
        raise _no_answer(came)
    http = Http(status=came.status_code, headers={**came.headers})
    if came.status_code == HTTPStatus.NOT_MODIFIED:
        return _unchanged(call)
    if came.is_success or came.status_code in call.accepts:
        return _understood(call, came, http)
    refusal = _refusal(came)
    raise kind_of(came.status_code, refusal.code)(refusal, http)


def _no_answer(error: httpx.TransportError | None) -> NoAnswer:
    said = str(error) or type(error).__name__
    if isinstance(error, _NEVER_SENT):
        return NotReached(said)
    return (TimedOut if isinstance(error, httpx.TimeoutException) else NoAnswer)(said)


def _unchanged(call: Call[T]) -> T:
    known = call.options.get("if_none_match")
    if isinstance(known, call.answer):
        return known
    raise NotModified("It is still what the ETag says.")


def _understood(call: Call[T], came: httpx.Response, http: Http) -> T:
    if call.answer is str:
        return cast("T", came.text)
    try:
        answer = msgspec.json.decode(came.content, type=ready(call.answer))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableAnswer(
            f"{call.method} {call.place.template} answered {http.status} with something else"
            f" than {getattr(call.answer, '__name__', call.answer)}: {error}"
        ) from error
    if isinstance(answer, Model):
        answer.came(http)
    return answer


def _refusal(came: httpx.Response) -> Refusal:
    """Whatever stands in front of the server may answer in words of its own."""
    try:
        told = msgspec.json.decode(came.content)["error"]
        code, details = str(told["code"]), dict(told.get("details") or {})
        message = str(told.get("message", ""))
    except (ValueError, KeyError, TypeError, AttributeError, msgspec.DecodeError):
        code, details, message = "", {}, f"{came.status_code} {came.reason_phrase}"
    return Refusal(
        code=code,
        message=message,
        details=details,
        problems=_problems(details),
        retry_after_s=_retry_after_s(came.headers.get("retry-after"), details),
    )


def _problems(details: Mapping[str, Any]) -> tuple[FieldProblem, ...]:
    try:
        return msgspec.convert(details.get("fields") or (), ready(tuple[FieldProblem, ...]))
    except msgspec.ValidationError:
        return ()


def _retry_after_s(header: str | None, details: Mapping[str, Any]) -> float | None:
    """Milliseconds in the details are the finer answer; proxies give seconds or a date."""
    in_ms = details.get("retry_after_ms")
    if isinstance(in_ms, int):
        return in_ms / 1000
    if header is None:
        return None
    if header.isdigit():
        return float(header)
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time())
    except ValueError:
        return None
