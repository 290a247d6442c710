"""The simulated supplier as an HTTP server of its own; `POST /faults` tells it how to fail.

It is careless on purpose: it accepts two orders under one reference, and its answers may be lost.
"""

import contextlib
import json
import signal
import sys
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from dialplane.suppliers.simulated.faults import Fault, Faults
from dialplane.suppliers.simulated.stock import Gone, Stock, some_lines

SHOWN: Final = "simulated"
"""What those who start it by hand show it."""

Told = dict[str, Any]
Answered = tuple[HTTPStatus, Told]


class SimulatedSupplier(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, stock: Stock, *, token: str) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.stock = stock
        self.token = token
        self.faults = Faults()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked has gone, or was killed: that is what this supplier is for."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: SimulatedSupplier

    def parse_request(self) -> bool:
        if not super().parse_request():
            return False
        if self.headers.get("authorization") == f"Bearer {self.server.token}":
            return True
        self.close_connection = True
        self._answer(HTTPStatus.UNAUTHORIZED, {})
        return False

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        if asked.path == "/lines":
            lines = self.server.stock.offers(query.get("after", ""), int(query.get("limit", "100")))
            self._answer(HTTPStatus.OK, {"lines": lines})
        elif asked.path == "/audit":
            self._answer(HTTPStatus.OK, self._audit())
        elif asked.path == "/orders":
            orders = self.server.stock.of(query.get("reference"))
            self._through_fault(lambda: (HTTPStatus.OK, {"orders": orders}))
        else:
            self._answer(HTTPStatus.NOT_FOUND, {})

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", "0"))
        raw = self.rfile.read(length)
        if len(raw) < length:  # whoever asked died as they asked
            return
        body = json.loads(raw or b"{}")
        if self.path == "/faults":
            self.server.faults = Faults(**body)
            self._answer(HTTPStatus.OK, {})
        elif self.path == "/orders":
            self.server.stock.hear(body["reference"])
            self._through_fault(lambda: self._sold(body), order=body)
        else:
            self._answer(HTTPStatus.NOT_FOUND, {})

    def do_DELETE(self) -> None:
        order_id = self.path.rpartition("/")[2]

        def taken_back() -> Answered:
            found = self.server.stock.take_back(order_id)
            return (HTTPStatus.OK if found else HTTPStatus.NOT_FOUND), {}

        self._through_fault(taken_back)

    def _sold(self, body: Told) -> Answered:
        try:
            order = self.server.stock.sell(body["number"], body["reference"])
        except Gone:
            return HTTPStatus.GONE, {}
        return HTTPStatus.CREATED, {"order": order}

    def _through_fault(self, do: Any, *, order: Told | None = None) -> None:
        fault = self.server.faults.next(order=order is not None)
        if fault is Fault.ERROR_BEFORE:
            self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, {})
            return
        if fault is Fault.GONE and order is not None:
            self.server.stock.lose(order["number"])
        if fault is Fault.SLOW:
            time.sleep(self.server.faults.delay_s)
        cut_before = fault is Fault.CUT and self.server.faults.happened % 2 == 0
        status, told = (HTTPStatus.OK, {}) if cut_before else do()
        if fault is Fault.CUT:
            self.close_connection = True
            return
        if fault is Fault.ERROR_AFTER:
            status, told = HTTPStatus.BAD_GATEWAY, {}
        if fault is Fault.DUPLICATE:
            status, told = HTTPStatus.CONFLICT, {}
        self._answer(status, told)

    def _audit(self) -> Told:
        stock = self.server.stock
        return {
            "orders": stock.of(None),
            "asked": stock.asked,
            "released": stock.released,
            "faults": self.server.faults.happened,
        }

    def _answer(self, status: HTTPStatus, told: Told) -> None:
        text = json.dumps(told).encode()
        # Whoever asked may have stopped waiting.
        with contextlib.suppress(OSError):
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Say nothing: what happened is told by /audit."""


def serve_until_stopped(port: int, lines: int, *, ready: Callable[[str], None]) -> None:
    """Serve in this process until it is interrupted or told to end."""
    with SimulatedSupplier(port, Stock(some_lines(lines)), token=SHOWN) as server:
        signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
        ready(server.url)
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()
