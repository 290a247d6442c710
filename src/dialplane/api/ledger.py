"""What numbers cost, over HTTP and as CSV."""

import csv
import io
from collections.abc import Iterator

import msgspec

from dialplane.api.lists import ListQuery, ListRequest, SortOrder
from dialplane.api.requests import Request, Resource, answer, operation
from dialplane.api.shapes import Shape, Uuid
from dialplane.domain.callers import Scope
from dialplane.domain.ledger import LedgerEntry
from dialplane.domain.values import NumberId, OrganizationId
from dialplane.operations.changes import Answer
from dialplane.store import ledger as store
from dialplane.store.database import Reader
from dialplane.store.pages import PageRequest

_AT_ONCE = 1_000


class LedgerQuery(ListQuery):
    sort_order: SortOrder = "asc"
    organization_telephone_number_id: Uuid | None = None


class CsvQuery(Shape):
    organization_telephone_number_id: Uuid | None = None


class LedgerEntryBody(msgspec.Struct):
    """Its fields are also the columns of the CSV."""

    id: str
    position: int
    organization_telephone_number_id: str
    number: str
    cause: str
    amount: int
    balance: int
    period_start: int
    period_end: int
    entered_at: int

    @classmethod
    def of(cls, entry: LedgerEntry) -> "LedgerEntryBody":
        charge = entry.charge
        return cls(
            id=entry.id,
            position=entry.position,
            organization_telephone_number_id=charge.number_id,
            number=charge.number,
            cause=charge.cause,
            amount=charge.amount,
            balance=entry.balance,
            period_start=charge.period_start,
            period_end=charge.period_end,
            entered_at=entry.entered_at,
        )


def _filter(number_id: str | None) -> store.LedgerFilter:
    return store.LedgerFilter(number_id=None if number_id is None else NumberId(number_id.lower()))


class Ledger(Resource):
    @operation(Scope.READ, LedgerQuery)
    def on_get(self, request: Request) -> Answer:
        query = request.query(LedgerQuery)
        listing = ListRequest("ledger", query, request.caller, self.parts.cursors)
        wanted = _filter(query.organization_telephone_number_id)
        with self.parts.database.snapshot() as db:
            page = store.list_page(db, request.caller.organization_id, wanted, listing.page)
            balance = store.head(db, request.caller.organization_id).balance
        return answer(listing.envelope(page, LedgerEntryBody.of) | {"balance": balance})


class LedgerCsv(Resource):
    @operation(Scope.READ, CsvQuery)
    def on_get(self, request: Request) -> Answer:
        query = request.query(CsvQuery)
        wanted = _filter(query.organization_telephone_number_id)
        text = io.StringIO()
        rows = csv.writer(text, lineterminator="\r\n")
        rows.writerow(LedgerEntryBody.__struct_fields__)
        with self.parts.database.snapshot() as db:
            for entry in _every(db, request.caller.organization_id, wanted):
                rows.writerow(msgspec.structs.astuple(LedgerEntryBody.of(entry)))
        return Answer(200, text.getvalue().encode(), media_type="text/csv; charset=utf-8")


def _every(
    db: Reader, organization_id: OrganizationId, wanted: store.LedgerFilter
) -> Iterator[LedgerEntry]:
    request: PageRequest | None = PageRequest(limit=_AT_ONCE, descending=False)
    while request is not None:
        page = store.list_page(db, organization_id, wanted, request)
        yield from page.items
        request = page.next and PageRequest(limit=_AT_ONCE, descending=False, after=page.next)
