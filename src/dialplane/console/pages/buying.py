"""Buying a number from the stock: what it costs and what follows is shown before the click."""

from typing import Any, Final
from uuid import UUID

from dialplane.console.api import Refused
from dialplane.console.formats import instant_typed
from dialplane.console.pages.number import address_of
from dialplane.console.pages.numbers import address_of as paging_address
from dialplane.console.replies import Elsewhere, Reply, Shown
from dialplane.console.visits import Page, Visit, signed_in
from dialplane.domain.periods import period_end_after

AVAILABLE: Final = "/v3/telephone-numbers/available"
PURCHASE: Final = "/v3/telephone-numbers/purchase"
LINE_TYPES: Final = ("voip", "mobile", "landline", "uan", "personal", "toll_free")
ORDERS: Final = ("number", "monthly_fee")
_PAGE: Final = 25


class Stock(Page):
    """What can be bought."""

    @signed_in
    def on_get(self, visit: Visit) -> Reply:
        line_type, order = visit.asked("line_type"), visit.asked("sort_by")
        chosen = {
            "line_type": line_type if line_type in LINE_TYPES else "",
            "sort_by": order if order in ORDERS else ORDERS[0],
        }
        page = visit.api.get(AVAILABLE, cursor=visit.asked("cursor"), limit=_PAGE, **chosen)
        facts = {
            "page": page,
            "chosen": chosen,
            "line_types": LINE_TYPES,
            "orders": ORDERS,
            "paging_address": paging_address("/console/buy", **chosen),
        }
        return Shown(template="stock.html", facts=facts)


class Purchase(Page):
    """One line: its price, its months, and the button."""

    @signed_in
    def on_get(self, visit: Visit, number: str) -> Reply:
        return _shown(visit, number)

    @signed_in
    def on_post(self, visit: Visit, number: str) -> Reply:
        order: dict[str, Any] = {"number": number, "memo": visit.form.exactly("memo") or None}
        if start := visit.form.text("start_at"):
            order["start_at"] = instant_typed(start) or start
        try:
            held = visit.api.post(PURCHASE, order, visit.changes_only)
        except Refused as refused:
            if refused.code == "NUMBER_UNAVAILABLE":
                return Elsewhere("/console/buy", done="taken")
            if "purchase_id" in refused.details:  # its supplier has not answered yet
                return Elsewhere("/console/numbers", done="pending")
            return _shown(visit, number, refused)
        return Elsewhere(address_of(UUID(held["id"])), done="bought")


def _shown(visit: Visit, number: str, refused: Refused | None = None) -> Reply:
    rehearsed = visit.api.rehearse("POST", PURCHASE, {"number": number})
    fields = next(
        each["fields"] for each in rehearsed["changes"] if each["resource"]["type"] == "number"
    )
    facts = {
        "line": {"number": number, "monthly_fee": fields["monthly_fee"]["after"]},
        "paid_until": period_end_after(visit.now, visit.now),
        "form": visit.form,
        "refused": refused,
    }
    return Shown(template="purchase.html", facts=facts, status=refused.status if refused else 200)
