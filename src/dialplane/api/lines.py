"""The stock of lines over HTTP: looking, buying, bringing one's own."""

from collections.abc import Callable
from typing import Literal

from dialplane.api.errors import refusal
from dialplane.api.lists import ListQuery, ListRequest, SortOrder
from dialplane.api.number_bodies import PurchaseBody, RegistrationBody
from dialplane.api.numbers import number_answer
from dialplane.api.requests import Request, Resource, operation
from dialplane.domain.callers import Scope
from dialplane.domain.errors import DomainError, Unavailable
from dialplane.domain.lines import Line, LineType
from dialplane.domain.numbers import HeldNumber, Provider
from dialplane.domain.purchases import Purchase as Intent
from dialplane.operations import numbers as operations
from dialplane.operations import purchases
from dialplane.operations.changes import Answer, Awaited
from dialplane.store import lines_for_sale as store
from dialplane.store.database import Writer


class LineQuery(ListQuery):
    line_type: LineType | None = None
    sort_by: Literal["number", "monthly_fee"] = "number"
    sort_order: SortOrder = "asc"


def _body_of(line: Line) -> object:
    return {
        "id": line.id,
        "number": line.number,
        "line_type": line.line_type,
        "monthly_fee": line.monthly_fee,
        "provider": Provider.VOX,
        "sms_capable": {"send": line.sms_send, "recv": line.sms_recv},
    }


class AvailableLines(Resource):
    @operation(Scope.READ, LineQuery)
    def on_get(self, request: Request) -> Answer:
        query = request.query(LineQuery)
        listing = ListRequest("lines", query, request.caller, self.parts.cursors)
        wanted = store.LineFilter(
            line_type=query.line_type, sort=query.sort_by, now=request.caller.now
        )
        with self.parts.database.snapshot() as db:
            page = store.list_available(db, request.caller.realm, wanted, listing.page)
        return listing.answer(page, _body_of)


class Purchase(Resource):
    @operation(Scope.WRITE)
    def on_post(self, request: Request) -> Answer:
        order = request.body(PurchaseBody).to_order()
        key = request.request_key
        return request.change(
            lambda db: self._begun(request, purchases.begin(db, request.caller, order, key))
        )

    def _begun(self, request: Request, begun: HeldNumber | Intent) -> Answer | Awaited:
        if isinstance(begun, HeldNumber):
            return number_answer(begun)
        buyer = self.parts.buyer

        def ask() -> Callable[[Writer], Answer]:
            outcome = buyer.ask(begun)
            return lambda db: _concluded(request, buyer.conclude(db, begun, outcome))

        return Awaited(ask, lambda db: number_answer(buyer.suppose(db, begun)))


def _concluded(request: Request, told: HeldNumber | DomainError) -> Answer:
    if isinstance(told, Unavailable):
        raise told
    if isinstance(told, DomainError):
        # Kept as the answer, with what was written down about it.
        return refusal(told, request.language)
    return number_answer(told)


class Registration(Resource):
    @operation(Scope.WRITE)
    def on_post(self, request: Request) -> Answer:
        registration = request.body(RegistrationBody).to_registration(self.parts.box)
        policy = self.parts.policy
        return request.change(
            lambda db: number_answer(
                operations.register(db, request.caller, registration, policy=policy)
            )
        )
