"""What is posted to one path, answered before Falcon: calls wait for it.

Request id, headers, log and metrics are those of every request. Whatever is not plain goes the way
of all others.
"""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dialplane.api.daybook import Note
from dialplane.api.guards import guards_of
from dialplane.api.parts import Parts
from dialplane.api.requests import request_id_of

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

Answer = Callable[[dict[str, Any]], bytes | None]
"""JSON for status 200; None when this is for all others' way to answer."""


class ShortWay:
    def __init__(self, parts: Parts, path: str, answer: Answer) -> None:
        self._parts = parts
        self._path = path
        self._answer = answer
        self._headers = [*guards_of(hsts_s=parts.hsts_s).items()]
        self._headers.append(("content-type", "application/json"))

    def __call__(
        self, env: "WSGIEnvironment", start_response: "StartResponse"
    ) -> list[bytes] | None:
        if env["REQUEST_METHOD"] != "POST" or env.get("QUERY_STRING"):
            return None
        began, now = time.perf_counter(), self._parts.clock()
        body = self._answer(env)
        if body is None:
            return None
        request_id = request_id_of(env, now)
        headers = [
            *self._headers,
            ("x-request-id", request_id),
            ("content-length", str(len(body))),
        ]
        start_response("200 OK", headers)
        seconds = time.perf_counter() - began
        answered_at = now + int(seconds * 1000)
        self._parts.daybook.enter(
            Note(answered_at, "POST", self._path, 200, seconds, request_id, None, None)
        )
        return [body]
