"""GET of one number, answered before Falcon: calls wait for it, and it is asked most of all.

Key, scope, limits, request id, log and metrics are those of every request. Whatever is not plain,
a refusal or a query string, goes the way of all others as if nobody had looked.
"""

import time
from typing import TYPE_CHECKING, Final

from dialplane.api.daybook import Note
from dialplane.api.guards import guards_of
from dialplane.api.parts import Parts
from dialplane.api.requests import request_id_of
from dialplane.api.shapes import UUID_CHARS
from dialplane.api.short_way import LEFT_TO_THE_LONG_WAY
from dialplane.domain.values import Millis
from dialplane.store.glances import Glance

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

NUMBERS: Final = "/v3/organization-telephone-numbers/"
ROUTE: Final = NUMBERS + "{organization_telephone_number_id}"
_PATH_CHARS: Final = len(NUMBERS) + UUID_CHARS


class LookUp:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._headers = [*guards_of(hsts_s=parts.hsts_s).items()]
        self._headers.append(("content-type", "application/json"))

    def __call__(
        self, env: "WSGIEnvironment", start_response: "StartResponse"
    ) -> list[bytes] | None:
        """The answer with status 200, or None and nothing has happened."""
        number_id = _number_in(env)
        if number_id is None:
            return None
        began, now = time.perf_counter(), self._parts.clock()
        seen = self._seen(env, number_id, now)
        if seen is None:
            return None
        verdict = self._parts.limits.take(seen.organization_id)
        if verdict.wait_ms:
            return None
        request_id = request_id_of(env, now)
        body = seen.told.encode()
        headers = [
            *self._headers,
            *verdict.headers.items(),
            ("x-request-id", request_id),
            ("etag", f'"{seen.tag}"'),
            ("content-length", str(len(body))),
        ]
        start_response("200 OK", headers)
        self._note(seen, request_id, now, time.perf_counter() - began)
        return [body]

    def _seen(self, env: "WSGIEnvironment", number_id: str, now: Millis) -> Glance | None:
        with LEFT_TO_THE_LONG_WAY:
            return self._parts.callers.glance(env["HTTP_AUTHORIZATION"], number_id, now)
        return None

    def _note(self, seen: Glance, request_id: str, now: Millis, seconds: float) -> None:
        self._parts.daybook.enter(
            Note(
                now + int(seconds * 1000),
                "GET",
                ROUTE,
                200,
                seconds,
                request_id,
                seen.organization_id,
                seen.key_id,
            )
        )


def _number_in(env: "WSGIEnvironment") -> str | None:
    """The id in the path, if this is such a question and nothing is said about how to answer."""
    path: str = env["PATH_INFO"]
    if (
        len(path) == _PATH_CHARS
        and path.startswith(NUMBERS)
        and env["REQUEST_METHOD"] == "GET"
        and not env.get("QUERY_STRING")
        and "HTTP_IF_NONE_MATCH" not in env
    ):
        return path[-UUID_CHARS:].lower()
    return None
