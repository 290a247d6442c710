"""What has happened, in the order in which it became certain, over HTTP."""

from typing import Annotated

from msgspec import Meta

from dialplane.api.lists import ListQuery, ListRequest, SortOrder
from dialplane.api.requests import Request, Resource, operation
from dialplane.api.shapes import Uuid
from dialplane.domain.callers import Scope
from dialplane.domain.journal import Entry, Happening
from dialplane.operations.changes import Answer
from dialplane.store import journal as store


class EventQuery(ListQuery):
    sort_order: SortOrder = "asc"
    after: Annotated[int, Meta(ge=0)] = 0
    type: Happening | None = None
    resource_id: Uuid | None = None


class Events(Resource):
    @operation(Scope.READ, EventQuery)
    def on_get(self, request: Request) -> Answer:
        query = request.query(EventQuery)
        listing = ListRequest("events", query, request.caller, self.parts.cursors)
        wanted = store.JournalFilter(
            after=query.after,
            happening=query.type,
            resource_id=None if query.resource_id is None else query.resource_id.lower(),
        )
        with self.parts.database.snapshot() as db:
            page = store.list_page(db, request.caller.organization_id, wanted, listing.page)
        return listing.answer(page, Entry.told)
