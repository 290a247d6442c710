"""An account with the simulated supplier."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Any

from dialplane.domain.lines import LineType
from dialplane.suppliers.asking import Reply, SupplierHttp
from dialplane.suppliers.supplier import InDoubt, LineGone, Offer, Order, OrderState, Refused

PAGE = 500


class Simulated:
    search_is_complete = True

    def __init__(self, http: SupplierHttp) -> None:
        self._http = http

    def check(self) -> None:
        _fine(self._http.ask("GET", "/lines", query={"limit": 1}))

    def search(self, *, limit: int) -> Iterator[Offer]:
        after = ""
        while limit > 0:
            query: dict[str, str | int] = {"after": after, "limit": min(limit, PAGE)}
            lines = _fine(self._http.ask("GET", "/lines", query=query)).body["lines"]
            yield from map(_offer, lines)
            limit -= len(lines)
            if not lines:
                return
            after = lines[-1]["number"]

    def buy(self, number: str, reference: str) -> Order:
        told = {"number": number, "reference": reference}
        reply = self._http.ask("POST", "/orders", body=told)
        if reply.status == HTTPStatus.GONE:
            raise LineGone(number)
        if reply.status == HTTPStatus.CONFLICT:
            raise InDoubt("this reference is known")
        return _order(_fine(reply).body["order"])

    def find(self, reference: str) -> list[Order]:
        reply = self._http.ask("GET", "/orders", query={"reference": reference})
        return [_order(each) for each in _fine(reply).body["orders"]]

    def release(self, order: Order) -> None:
        reply = self._http.ask("DELETE", f"/orders/{order.handle}")
        if reply.status != HTTPStatus.NOT_FOUND:
            _fine(reply)


def _fine(reply: Reply) -> Reply:
    if not reply.ok:
        raise Refused(f"HTTP {reply.status}")
    return reply


def _offer(told: dict[str, Any]) -> Offer:
    try:
        return Offer(
            number=told["number"],
            line_type=LineType(told["line_type"]),
            cost=Decimal(told["monthly_cost"]),
            currency=told["currency"],
            sms_send=told["sms_send"],
            sms_recv=told["sms_recv"],
        )
    except (KeyError, ValueError, InvalidOperation) as broken:
        raise InDoubt("a line that cannot be read") from broken


def _order(told: dict[str, Any]) -> Order:
    try:
        return Order(handle=told["id"], number=told["number"], state=OrderState(told["state"]))
    except (KeyError, ValueError) as broken:
        raise InDoubt("an order that cannot be read") from broken
