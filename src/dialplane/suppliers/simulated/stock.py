"""What the simulated supplier has, has sold and was asked."""

import threading
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any


class Gone(Exception):
    """Somebody else was faster."""


@dataclass
class Stock:
    """Lines on paper. Every method may be called by several threads."""

    lines: dict[str, dict[str, Any]]
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: "Counter[str]" = field(default_factory=Counter)
    released: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def offers(self, after: str, limit: int) -> list[dict[str, Any]]:
        with self._lock:
            following = [line for number, line in self.lines.items() if number > after]
            return sorted(following, key=lambda line: str(line["number"]))[:limit]

    def hear(self, reference: str) -> None:
        """Count an order that arrived, whatever becomes of it."""
        with self._lock:
            self.asked[reference] += 1

    def sell(self, number: str, reference: str) -> dict[str, Any]:
        """Sell a line; nothing keeps a buyer from ordering twice under one reference."""
        with self._lock:
            line = self.lines.pop(number, None)
            if line is None:
                raise Gone(number)
            order: dict[str, Any] = {
                "id": uuid.uuid4().hex,
                "number": number,
                "reference": reference,
                "state": "complete",
                "line": line,
            }
            self.orders[order["id"]] = order
            return order

    def lose(self, number: str) -> None:
        """Sell a line to somebody else."""
        with self._lock:
            self.lines.pop(number, None)

    def of(self, reference: str | None) -> list[dict[str, Any]]:
        with self._lock:
            found = self.orders.values()
            return [each for each in found if reference in (None, each["reference"])]

    def take_back(self, order_id: str) -> bool:
        with self._lock:
            order = self.orders.pop(order_id, None)
            if order is None:
                return False
            self.lines[order["number"]] = order["line"]
            self.released += 1
            return True


def some_lines(count: int, *, first: int = 7_080_000_000) -> dict[str, dict[str, Any]]:
    """Lines that look like Korean ones, at three prices."""
    return {f"0{first + at}": _line(f"0{first + at}", at) for at in range(count)}


def _line(number: str, at: int) -> dict[str, Any]:
    return {
        "number": number,
        "line_type": "voip",
        "monthly_cost": ("3.20", "4.75", "9.99")[at % 3],
        "currency": "USD",
        "sms_send": at % 2 == 0,
        "sms_recv": at % 2 == 0,
    }
