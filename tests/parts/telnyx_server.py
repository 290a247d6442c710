"""What Telnyx answers by its public documentation, on this machine."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "KEY0123456789"
Told = dict[str, Any]


class TelnyxServer(ThreadingHTTPServer):
    """Numbers by kind, orders by reference, and what belongs to the account."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.for_sale: dict[str, list[str]] = {
            "national": ["+827012340001", "+827012340002"],
            "local": ["+82212345678"],
            "mobile": [],
            "toll_free": [],
        }
        self.orders: list[Told] = []
        self.owned: list[Told] = []
        self.order_status = "success"
        self.asked: list[tuple[str, str]] = []
        self.instead: tuple[int, Told] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v2"


class _Handler(BaseHTTPRequestHandler):
    server: TelnyxServer

    def do_GET(self) -> None:  # the name is http.server's
        asked = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        found = {
            "/v2/available_phone_numbers": self._available,
            "/v2/number_orders": self._orders,
            "/v2/phone_numbers": self._owned,
        }[asked.path](query)
        self._answer(200, {"data": found, "meta": {"total_results": len(found)}})

    def do_POST(self) -> None:  # the name is http.server's
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        (wanted,) = body["phone_numbers"]
        number = wanted["phone_number"]
        if all(number not in numbers for numbers in self.server.for_sale.values()):
            self._answer(422, _errors("10027", "number not found"))
            return
        for numbers in self.server.for_sale.values():
            if number in numbers:
                numbers.remove(number)
        order = {
            "id": "12ade33a-21c0-473b-b055-b3c836e1c292",
            "record_type": "number_order",
            "phone_numbers_count": 1,
            "phone_numbers": [{"id": "dc8e4d67-33a0-4cbb-af74-7b58f05bd494"} | wanted],
            "status": self.server.order_status,
            "customer_reference": body["customer_reference"],
            "requirements_met": True,
        }
        self.server.orders.append(order)
        self.server.owned.append({"id": "1293384261075731499", "status": "active"} | wanted)
        self._answer(200, {"data": order})

    def do_DELETE(self) -> None:  # the name is http.server's
        number_id = self.path.rpartition("/")[2]
        left = [each for each in self.server.owned if each["id"] != number_id]
        found = len(left) < len(self.server.owned)
        self.server.owned = left
        self._answer(200 if found else 404, {"data": {"status": "deleted"}})

    def _available(self, query: dict[str, str]) -> list[Told]:
        assert query["filter[country_code]"] == "KR"
        starts = "+82" + query.get("filter[phone_number][starts_with]", "")
        kind = query.get("filter[phone_number_type]")
        return [
            {
                "record_type": "available_phone_number",
                "phone_number": number,
                "cost_information": {
                    "upfront_cost": "1.00",
                    "monthly_cost": "4.75",
                    "currency": "USD",
                },
                "features": [{"name": "voice"}, {"name": "sms"}],
                "reservable": True,
            }
            for each, numbers in self.server.for_sale.items()
            if kind in (None, each)
            for number in numbers
            if number.startswith(starts)
        ]

    def _orders(self, query: dict[str, str]) -> list[Told]:
        wanted = query.get("filter[customer_reference]")
        return [o for o in self.server.orders if wanted in (None, o["customer_reference"])]

    def _owned(self, query: dict[str, str]) -> list[Told]:
        wanted = query["filter[phone_number]"]
        return [each for each in self.server.owned if each["phone_number"] == wanted]

    def _answer(self, status: int, told: Told) -> None:
        self.server.asked.append((self.command, urlsplit(self.path).path))
        if self.headers.get("authorization") != f"Bearer {TOKEN}":
            status, told = 401, _errors("10009", "Authentication failed")
        if self.server.instead is not None:
            status, told = self.server.instead
        text = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _errors(code: str, title: str) -> Told:
    return {"errors": [{"code": code, "title": title, "detail": title}]}


@contextmanager
def a_telnyx_server() -> Iterator[TelnyxServer]:
    server = TelnyxServer()
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    serving.start()
    try:
        yield server
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
