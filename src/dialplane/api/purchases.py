"""Purchases from suppliers over HTTP: what was asked for, and what has come of it."""

from typing import Annotated

from msgspec import Meta

from dialplane.api.lists import ListQuery, ListRequest
from dialplane.api.requests import Request, Resource, answer, operation
from dialplane.domain.callers import Scope
from dialplane.domain.purchases import Purchase, PurchaseId
from dialplane.operations.changes import Answer
from dialplane.store import purchases as store


class PurchaseQuery(ListQuery):
    request_id: Annotated[str, Meta(max_length=128)] | None = None


def _body_of(purchase: Purchase) -> dict[str, object]:
    return {
        "id": purchase.id,
        "line_id": purchase.line_id,
        "number": purchase.number,
        "monthly_fee": purchase.monthly_fee,
        "status": purchase.status,
        "problem": purchase.problem,
        "organization_telephone_number_id": purchase.number_id,
        "request_id": purchase.request_id,
        "created_at": purchase.created_at,
        "updated_at": purchase.updated_at,
    }


class Purchases(Resource):
    @operation(Scope.READ, PurchaseQuery)
    def on_get(self, request: Request) -> Answer:
        query = request.query(PurchaseQuery)
        listing = ListRequest("purchases", query, request.caller, self.parts.cursors)
        wanted = store.PurchaseFilter(request_id=query.request_id)
        with self.parts.database.snapshot() as db:
            page = store.list_page(db, request.caller.organization_id, wanted, listing.page)
        return listing.answer(page, _body_of)


class OnePurchase(Resource):
    @operation(Scope.READ)
    def on_get(self, request: Request, purchase_id: str) -> Answer:
        wanted = PurchaseId(request.path_id("purchase_id", purchase_id))
        with self.parts.database.reading() as db:
            return answer(_body_of(store.get(db, request.caller.organization_id, wanted)))
