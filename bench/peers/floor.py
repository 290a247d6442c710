"""The floor: what a program in this language can do at most with the same statements and driver.

No framework, no validation, no log, no metrics, no limits. On SQLite it speaks RSGI, and every
statement runs in the one thread there is, so nothing waits for anything but the disk. On PostgreSQL
it speaks WSGI: there threads wait for the server while others work.
"""

from typing import Any

from bench.peers.connecting import ON_POSTGRES, connected, of_this_thread

HEADERS = [("content-type", "application/json")]
PHRASES = {200: "200 OK", 400: "400 Bad Request", 401: "401 Unauthorized", 404: "404 Not Found"}

_only: Any = None if ON_POSTGRES else connected()


async def rsgi(scope: Any, protocol: Any) -> None:
    authorization = scope.headers.get("authorization") or ""
    if scope.method == "GET":
        status, body = _only.get(authorization, scope.path, scope.query_string)
    else:
        status, body = _only.change(authorization, scope.path, await protocol())
    protocol.response_bytes(status, HEADERS, body)


def wsgi(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    authorization, path = environ.get("HTTP_AUTHORIZATION", ""), environ["PATH_INFO"]
    by_hand = of_this_thread()
    if environ["REQUEST_METHOD"] == "GET":
        status, body = by_hand.get(authorization, path, environ["QUERY_STRING"])
    else:
        status, body = by_hand.change(authorization, path, environ["wsgi.input"].read())
    start_response(PHRASES.get(status, "409 Conflict"), HEADERS)
    return [body]
