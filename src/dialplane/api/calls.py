"""Calls over HTTP."""

from collections.abc import Iterator
from typing import Annotated, Final, TypeVar

import msgspec
from msgspec import Meta

from dialplane.api.call_bodies import CallBody, CallDetailBody, NewCallBody
from dialplane.api.lists import ListQuery, ListRequest
from dialplane.api.queries import NoQuery
from dialplane.api.requests import Request, Resource, answer, operation
from dialplane.api.shapes import Instant, Shape, Uuid
from dialplane.domain import calls as domain
from dialplane.domain.callers import Mode, Scope
from dialplane.domain.calls import CallId, CallStatus, CallType
from dialplane.domain.digits import read_digits
from dialplane.domain.disconnections import DisconnectionReason
from dialplane.domain.errors import FieldProblem
from dialplane.domain.labels import read_label
from dialplane.domain.values import SECOND_MS, Millis
from dialplane.operations import placing
from dialplane.operations.changes import Answer
from dialplane.store import call_lists
from dialplane.store import calls as store
from dialplane.store.pages import Page, Reading

T = TypeVar("T")

Spelling = Annotated[str, Meta(min_length=1, max_length=64)]
Labelled = Annotated[str, Meta(pattern=r"^[^:]+:", max_length=511)]
ResolvedVersion = Annotated[str, Meta(pattern=r"^(current|v[1-9][0-9]*)\Z", max_length=20)]
CampaignId = Annotated[str, Meta(pattern=r"^[0-9]+\Z", max_length=20)]

MOST_LABELS: Final = 20
# Ten or eleven digits; as milliseconds they would lie in the first months of 1970.
_SECONDS: Final = range(10**9, 10**11)


def call_answer(call: domain.Call) -> Answer:
    return answer(CallDetailBody.of(call))


def id_of(request: Request, path_id: str) -> CallId:
    return CallId(request.path_id("call_id", path_id))


class CallQuery(ListQuery):
    agent_id: list[Uuid] = msgspec.field(default_factory=list)
    agent_version: list[ResolvedVersion] = msgspec.field(default_factory=list)
    status: list[CallStatus] = msgspec.field(default_factory=list)
    call_type: list[CallType] = msgspec.field(default_factory=list)
    disconnection_reason: list[DisconnectionReason] = msgspec.field(default_factory=list)
    call_from: list[Spelling] = msgspec.field(default_factory=list)
    call_to: list[Spelling] = msgspec.field(default_factory=list)
    start_at_after: Instant | None = None
    start_at_before: Instant | None = None
    duration_ms_min: Instant | None = None
    duration_ms_max: Instant | None = None
    metadata: list[Labelled] = msgspec.field(default_factory=list)
    dynamic_variables: list[Labelled] = msgspec.field(default_factory=list)
    customer_id: Uuid | None = None
    campaign_id: CampaignId | None = None

    def broken_rules(self) -> Iterator[FieldProblem]:
        if self.agent_version and len({each.lower() for each in self.agent_id}) != 1:
            yield FieldProblem("agent_version", "needs_one_agent")
        for name in ("metadata", "dynamic_variables"):
            if len(getattr(self, name)) > MOST_LABELS:
                yield FieldProblem(name, "too_many", {"limit": MOST_LABELS})

    def to_filter(self) -> call_lists.CallFilter:
        return call_lists.CallFilter(
            agent_ids=tuple(each.lower() for each in self.agent_id),
            agent_versions=tuple(self.agent_version),
            statuses=tuple(self.status),
            call_types=tuple(self.call_type),
            reasons=tuple(self.disconnection_reason),
            call_from=tuple(spelling for each in self.call_from for spelling in forms_of(each)),
            call_to=tuple(spelling for each in self.call_to for spelling in forms_of(each)),
            start_at_after=in_milliseconds(self.start_at_after),
            start_at_before=in_milliseconds(self.start_at_before),
            duration_ms_min=self.duration_ms_min,
            duration_ms_max=self.duration_ms_max,
            metadata=tuple(read_label(each) for each in self.metadata),
            dynamic_variables=tuple(read_label(each) for each in self.dynamic_variables),
            # There are no customers and no campaigns here, so no call can be one of theirs.
            nothing=self.customer_id is not None or self.campaign_id is not None,
        )


def forms_of(spelling: str) -> tuple[str, ...]:
    return tuple({spelling, read_digits(spelling).canonical})


def in_milliseconds(instant: int | None) -> Millis | None:
    if instant is not None and instant in _SECONDS:
        return instant * SECOND_MS
    return instant


class Calls(Resource):
    @operation(Scope.READ, CallQuery)
    def on_get(self, request: Request) -> Answer:
        caller, query = request.caller, request.query(CallQuery)
        listing = ListRequest("calls", query, caller, self.parts.cursors)

        def page(reading: Reading[T]) -> Page[T]:
            owner, wanted = caller.organization_id, query.to_filter()
            self.parts.database.catch_up()
            with self.parts.database.snapshot() as db:
                return call_lists.list_page(db, owner, wanted, listing.page, reading=reading)

        if caller.mode is Mode.LIVE:
            return listing.answer(page(call_lists.GLANCES), CallBody.seen)
        return listing.answer(
            page(call_lists.WHOLE), lambda call: CallBody.of(placing.as_seen(call, caller))
        )

    @operation(Scope.WRITE, NoQuery)
    def on_post(self, request: Request) -> Answer:
        order = request.body(NewCallBody).to_order()
        return request.change(lambda db: call_answer(placing.place(db, request.caller, order)))


class Call(Resource):
    @operation(Scope.READ)
    def on_get(self, request: Request, call_id: str) -> Answer:
        wanted = id_of(request, call_id)
        self.parts.database.catch_up()
        with self.parts.database.reading() as db:
            call = store.get(db, request.caller.organization_id, wanted)
        return call_answer(placing.as_seen(call, request.caller))


class CallHangUp(Resource):
    @operation(Scope.WRITE)
    def on_post(self, request: Request, call_id: str) -> Answer:
        wanted = id_of(request, call_id)
        request.body_or_default(Shape)
        self.parts.database.catch_up()
        return request.change(lambda db: call_answer(placing.withdraw(db, request.caller, wanted)))
