"""Held numbers as they are looked for: by part of the number or the memo, with what comes next."""

from typing import Annotated

import msgspec
from msgspec import Meta

from dialplane.api.lists import ListQuery, ListRequest
from dialplane.api.number_bodies import NumberBody
from dialplane.api.requests import Request, Resource, operation
from dialplane.domain.callers import Scope
from dialplane.domain.digits import digits_sought, read_digits
from dialplane.domain.ledger import next_charge
from dialplane.domain.numbers import HeldNumber, Provider, Status
from dialplane.domain.values import Millis
from dialplane.operations.changes import Answer
from dialplane.store import number_lists as store
from dialplane.store import peer_health
from dialplane.store.peer_health import PeerNow


class SearchQuery(ListQuery):
    q: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    provider: Provider | None = None
    status: list[Status] = msgspec.field(default_factory=lambda: [*Status])


class NumberSearch(Resource):
    @operation(Scope.READ, SearchQuery)
    def on_get(self, request: Request) -> Answer:
        query, now = request.query(SearchQuery), request.caller.now
        listing = ListRequest("number search", query, request.caller, self.parts.cursors)
        wanted = store.NumberFilter(
            statuses=frozenset(query.status),
            provider=query.provider,
            now=now,
            text=query.q,
            digits=None if query.q is None else digits_sought(query.q),
        )
        with self.parts.database.snapshot() as db:
            page = store.list_page(
                db, request.caller.organization_id, wanted, listing.page, reading=store.WHOLE
            )
            uris = {uri for each in page.items if (uri := each.sip.address_uri)}
            states = peer_health.now_of_each(db, uris)
        return listing.answer(page, lambda number: _body_of(number, states, now))


def _body_of(number: HeldNumber, states: dict[str, PeerNow], now: Millis) -> object:
    charge = next_charge(number, now)
    return {
        **msgspec.structs.asdict(NumberBody.of(number)),
        "e164": read_digits(number.number).e164,
        "next_charge": charge and {"at": charge.period_start, "amount": charge.amount},
        "trunk": _trunk_of(number, states),
    }


def _trunk_of(number: HeldNumber, states: dict[str, PeerNow]) -> object:
    if number.sip.address_uri is None:
        return None
    now = states[number.sip.address_uri].known_from(number.created_at)
    return {"state": now.state, "state_since_at": now.since}
