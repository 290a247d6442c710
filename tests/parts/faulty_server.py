"""A small real HTTP server that does what a server should not: hang up, refuse, babble."""

import json
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

NUMBER: dict[str, Any] = {
    "id": "n1",
    "number": "07011112222",
    "provider": "vox",
    "status": "active",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Says:
    """One answer; without a status the connection is dropped instead."""

    status: int | None = 200
    body: Any = field(default_factory=lambda: dict(NUMBER))
    headers: Mapping[str, str] = field(default_factory=dict)


HANGS_UP = Says(status=None)


def refuses(status: int, code: str, **headers: str) -> Says:
    body = {"error": {"code": code, "message": "no", "details": {}}}
    return Says(
        status=status, body=body, headers={n.replace("_", "-"): v for n, v in headers.items()}
    )


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class FaultyServer:
    """Gives its answers one after the other, the last one for ever."""

    def __init__(self, *answers: Says) -> None:
        self.asked: list[Asked] = []
        self._answers = list(answers)
        faulty = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                faulty.take(self)

            def do_POST(self) -> None:
                faulty.take(self)

            def do_PATCH(self) -> None:
                faulty.take(self)

            def log_message(self, *_args: Any) -> None:
                """Not on the terminal of the tests."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def keys(self) -> list[str | None]:
        """The Idempotency-Key of each request."""
        return [asked.headers.get("idempotency-key") for asked in self.asked]

    def take(self, request: BaseHTTPRequestHandler) -> None:
        length = int(request.headers.get("content-length", 0))
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = Asked(request.command, request.path, headers, request.rfile.read(length))
        self.asked.append(asked)
        says = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if says.status is None:
            request.close_connection = True
            return
        body = says.body if isinstance(says.body, bytes) else json.dumps(says.body).encode()
        request.send_response(says.status)
        for name, value in says.headers.items():
            request.send_header(name, value)
        request.send_header("content-length", str(len(body)))
        request.end_headers()
        with suppress(OSError):
            request.wfile.write(body)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
