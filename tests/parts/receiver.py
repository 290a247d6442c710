"""Somebody who is told of events: a real HTTP server that answers as it is told to."""

import queue
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from parts.program import PATIENCE_S


@dataclass(frozen=True, slots=True)
class Heard:
    headers: dict[str, str]
    body: bytes


class Receiver:
    """Answers the statuses it is given, the last one for ever, and remembers what it heard."""

    def __init__(self, *statuses: int, body: bytes = b"", delay_s: float = 0) -> None:
        self.heard: list[Heard] = []
        self._new: queue.Queue[Heard] = queue.Queue()
        self._statuses = list(statuses or (200,))
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["content-length"])
                headers = {name.lower(): value for name, value in self.headers.items()}
                heard = Heard(headers, self.rfile.read(length))
                receiver.hear(heard)
                time.sleep(delay_s)
                self.send_response(receiver.status_for(heard))
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                with suppress(OSError):  # whoever asked may not have waited
                    self.wfile.write(body)

            def log_message(self, *_args: Any) -> None:
                """Not on the terminal of the tests."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def hear(self, heard: Heard) -> None:
        self.heard.append(heard)
        self._new.put(heard)

    def next_heard(self, patience_s: float = PATIENCE_S) -> Heard:
        """What comes next, waiting for it."""
        return self._new.get(timeout=patience_s)

    def status_for(self, _heard: Heard) -> int:
        return self._statuses.pop(0) if len(self._statuses) > 1 else self._statuses[0]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/hook"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
