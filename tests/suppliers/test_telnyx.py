"""Telnyx by its public documentation, over HTTP on this machine."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from dialplane.domain.lines import LineType
from dialplane.domain.suppliers import SupplierKind
from dialplane.suppliers.opening import open_supplier
from dialplane.suppliers.supplier import (
    InDoubt,
    LineGone,
    NotReached,
    Offer,
    OrderState,
    Refused,
    Supplier,
)
from parts.telnyx_server import TOKEN, TelnyxServer, a_telnyx_server

NUMBER = "07012340001"


@pytest.fixture
def server() -> Iterator[TelnyxServer]:
    with a_telnyx_server() as running:
        yield running


@pytest.fixture
def telnyx(server: TelnyxServer) -> Supplier:
    return open_supplier(SupplierKind.TELNYX, server.url, TOKEN, timeout_s=5)


def test_offers_are_domestic_numbers_of_a_type_with_a_price(telnyx: Supplier) -> None:
    first, *_, last = telnyx.search(limit=10)

    assert first == Offer(
        number=NUMBER,
        line_type=LineType.VOIP,
        cost=Decimal("4.75"),
        currency="USD",
        sms_send=True,
        sms_recv=True,
    )
    assert (last.number, last.line_type) == ("0212345678", LineType.LANDLINE)


def test_a_search_stops_where_it_is_told_to(telnyx: Supplier) -> None:
    assert len(list(telnyx.search(limit=1))) == 1


def test_an_order_carries_our_reference_and_is_found_by_it(
    telnyx: Supplier, server: TelnyxServer
) -> None:
    order = telnyx.buy(NUMBER, "our-reference")

    assert (order.number, order.state) == (NUMBER, OrderState.COMPLETE)
    assert telnyx.find("our-reference") == [order]
    assert telnyx.find("another") == []
    assert server.orders[0]["customer_reference"] == "our-reference"


def test_a_number_is_searched_for_before_it_is_ordered(
    telnyx: Supplier, server: TelnyxServer
) -> None:
    telnyx.buy(NUMBER, "r")

    assert server.asked == [("GET", "/v2/available_phone_numbers"), ("POST", "/v2/number_orders")]


def test_a_number_that_is_not_found_is_gone_and_not_ordered(
    telnyx: Supplier, server: TelnyxServer
) -> None:
    with pytest.raises(LineGone):
        telnyx.buy("07099999999", "r")
    assert server.orders == []


@pytest.mark.parametrize(
    ("status", "state"),
    [("pending", OrderState.PENDING), ("failure", OrderState.FAILED)],
)
def test_an_order_may_take_its_time_or_fail(
    telnyx: Supplier, server: TelnyxServer, status: str, state: OrderState
) -> None:
    server.order_status = status

    assert telnyx.buy(NUMBER, "r").state is state


def test_a_line_is_given_back_once_and_again(telnyx: Supplier, server: TelnyxServer) -> None:
    order = telnyx.buy(NUMBER, "r")

    telnyx.release(order)
    telnyx.release(order)

    assert server.owned == []


@pytest.mark.parametrize(
    ("status", "failure"),
    [(401, Refused), (403, Refused), (429, NotReached), (500, InDoubt), (503, InDoubt)],
)
def test_what_an_answer_means(
    telnyx: Supplier, server: TelnyxServer, status: int, failure: type[Exception]
) -> None:
    server.instead = (status, {"errors": [{"code": "1", "detail": "quotes what was sent"}]})

    with pytest.raises(failure) as raised:
        telnyx.find("r")
    assert "quotes" not in str(raised.value)


def test_a_lost_search_before_an_order_has_ordered_nothing(
    telnyx: Supplier, server: TelnyxServer
) -> None:
    server.instead = (500, {})

    with pytest.raises(NotReached):
        telnyx.buy(NUMBER, "r")


@pytest.mark.parametrize("body", [{}, {"data": None}, {"data": [{"id": "x"}]}])
def test_an_answer_that_cannot_be_read_proves_nothing(
    telnyx: Supplier, server: TelnyxServer, body: dict[str, object]
) -> None:
    server.instead = (200, body)

    with pytest.raises(InDoubt):
        list(telnyx.search(limit=1))


def test_a_check_asks_without_buying(telnyx: Supplier, server: TelnyxServer) -> None:
    telnyx.check()

    assert server.asked == [("GET", "/v2/number_orders")]


def test_nobody_there_is_not_reached(server: TelnyxServer) -> None:
    nowhere = open_supplier(SupplierKind.TELNYX, "http://127.0.0.1:9/v2", TOKEN, timeout_s=1)

    with pytest.raises(NotReached):
        nowhere.check()
    assert server.asked == []
