"""What is answered before Falcon, since calls wait for it or much of it comes at once.

Request id, headers, log and metrics are those of every request. Whatever is not plain goes the way
of all others.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from dialplane.api.daybook import Note
from dialplane.api.guards import guards_of
from dialplane.api.parts import Parts
from dialplane.api.requests import request_id_of
from dialplane.domain.values import Millis

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

Answer = Callable[[dict[str, Any]], bytes | None]
"""JSON for status 200; None when this is for all others' way to answer."""

# Whatever goes wrong here goes wrong once more where it is told in the words of errors.
LEFT_TO_THE_LONG_WAY: Final = suppress(Exception)


class Told(NamedTuple):
    """An answer with status 200, and what else there is to say of it."""

    method: str
    route: str
    request_id: str
    began: float
    now: Millis
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    organization_id: str | None = None
    key_id: str | None = None


class Teller:
    """Tells an answer, and leaves a note of it."""

    def __init__(self, parts: Parts) -> None:
        self._daybook = parts.daybook
        self._headers = [*guards_of(hsts_s=parts.hsts_s).items()]
        self._headers.append(("content-type", "application/json"))

    def tell(self, told: Told, start_response: "StartResponse") -> list[bytes]:
        headers = [
            *self._headers,
            *told.headers,
            ("x-request-id", told.request_id),
            ("content-length", str(len(told.body))),
        ]
        start_response("200 OK", headers)
        seconds = time.perf_counter() - told.began
        self._daybook.enter(
            Note(
                told.now + int(seconds * 1000),
                told.method,
                told.route,
                200,
                seconds,
                told.request_id,
                told.organization_id,
                told.key_id,
            )
        )
        return [told.body]


class ShortWay:
    """What is posted to one path."""

    def __init__(self, parts: Parts, path: str, answer: Answer) -> None:
        self._clock = parts.clock
        self._path = path
        self._answer = answer
        self._teller = Teller(parts)

    def __call__(
        self, env: "WSGIEnvironment", start_response: "StartResponse"
    ) -> list[bytes] | None:
        if env["REQUEST_METHOD"] != "POST" or env.get("QUERY_STRING"):
            return None
        began, now = time.perf_counter(), self._clock()
        body = self._answer(env)
        if body is None:
            return None
        told = Told("POST", self._path, request_id_of(env, now), began, now, body)
        return self._teller.tell(told, start_response)
