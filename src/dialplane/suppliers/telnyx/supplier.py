"""An account with Telnyx: numbers are searched, ordered under a reference of ours, and deleted."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Any, Final

from dialplane.domain.digits import read_digits
from dialplane.domain.lines import LineType
from dialplane.suppliers.asking import Reply, SupplierHttp
from dialplane.suppliers.supplier import (
    InDoubt,
    LineGone,
    NotReached,
    Offer,
    Order,
    OrderState,
    Refused,
)

URL: Final = "https://api.telnyx.com/v2"
COUNTRY: Final = "KR"
COUNTRY_CODE: Final = "+82"

# What is searched for does not say what it is, so each kind is searched for by itself.
TYPES: Final[Mapping[str, LineType]] = {
    "national": LineType.VOIP,
    "local": LineType.LANDLINE,
    "mobile": LineType.MOBILE,
    "toll_free": LineType.TOLL_FREE,
}
STATES: Final[Mapping[str, OrderState]] = {
    "pending": OrderState.PENDING,
    "success": OrderState.COMPLETE,
    "failure": OrderState.FAILED,
}
_NOT_FOR_SALE: Final = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY}
)


class Telnyx:
    search_is_complete = False

    def __init__(self, http: SupplierHttp) -> None:
        self._http = http

    def check(self) -> None:
        _fine(self._http.ask("GET", "/number_orders", query={"page[size]": 1}))

    def search(self, *, limit: int) -> Iterator[Offer]:
        for kind, line_type in TYPES.items():
            found = self._available({"filter[phone_number_type]": kind, "filter[limit]": limit})
            for told in found[:limit]:
                yield _offer(told, line_type)
            limit -= len(found)
            if limit <= 0:
                return

    def buy(self, number: str, reference: str) -> Order:
        """Order a number, which has to have been searched for shortly before."""
        wanted = _e164(number)
        try:
            filters = {"filter[phone_number][starts_with]": wanted.removeprefix(COUNTRY_CODE)}
            found = self._available(filters)
        except InDoubt as lost:  # a search that was lost has ordered nothing
            raise NotReached(str(lost)) from lost
        if all(told.get("phone_number") != wanted for told in found):
            raise LineGone(number)
        body = {"phone_numbers": [{"phone_number": wanted}], "customer_reference": reference}
        reply = self._http.ask("POST", "/number_orders", body=body)
        if reply.status in _NOT_FOR_SALE:
            raise LineGone(number)
        return _order(_object(_fine(reply)))

    def find(self, reference: str) -> list[Order]:
        query = {"filter[customer_reference]": reference}
        orders = _list(_fine(self._http.ask("GET", "/number_orders", query=query)))
        return [_order(told) for told in orders if told.get("customer_reference") == reference]

    def release(self, order: Order) -> None:
        query = {"filter[phone_number]": _e164(order.number)}
        for told in _list(_fine(self._http.ask("GET", "/phone_numbers", query=query))):
            if told.get("phone_number") == _e164(order.number):
                reply = self._http.ask("DELETE", f"/phone_numbers/{told['id']}")
                if reply.status != HTTPStatus.NOT_FOUND:
                    _fine(reply)

    def _available(self, filters: Mapping[str, str | int]) -> list[dict[str, Any]]:
        query = {"filter[country_code]": COUNTRY, **filters}
        return _list(_fine(self._http.ask("GET", "/available_phone_numbers", query=query)))


def _e164(number: str) -> str:
    return read_digits(number).e164 or number


def _fine(reply: Reply) -> Reply:
    if not reply.ok:
        raise Refused(f"HTTP {reply.status} {_code(reply)}".strip())
    return reply


def _code(reply: Reply) -> str:
    """The code of the first error; its text may quote what was sent."""
    errors = reply.body.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else {}
    return str(first.get("code", "")) if isinstance(first, dict) else ""


def _list(reply: Reply) -> list[dict[str, Any]]:
    found = reply.body.get("data")
    if not isinstance(found, list):
        raise InDoubt("an answer without data")
    return [each for each in found if isinstance(each, dict)]


def _object(reply: Reply) -> dict[str, Any]:
    found = reply.body.get("data")
    if not isinstance(found, dict):
        raise InDoubt("an answer without data")
    return found


def _offer(told: dict[str, Any], line_type: LineType) -> Offer:
    try:
        cost, features = told["cost_information"], {each["name"] for each in told["features"]}
        return Offer(
            number=read_digits(told["phone_number"]).canonical,
            line_type=line_type,
            cost=Decimal(cost["monthly_cost"]),
            currency=cost["currency"],
            sms_send="sms" in features,
            sms_recv="sms" in features,
        )
    except (KeyError, TypeError, InvalidOperation) as broken:
        raise InDoubt("a number that cannot be read") from broken


def _order(told: dict[str, Any]) -> Order:
    try:
        (number,) = told["phone_numbers"]
        return Order(
            handle=told["id"],
            number=read_digits(number["phone_number"]).canonical,
            state=STATES[told["status"]],
        )
    except (KeyError, TypeError, ValueError) as broken:
        raise InDoubt("an order that cannot be read") from broken
