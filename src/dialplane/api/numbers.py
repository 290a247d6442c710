"""Held numbers over HTTP."""

from typing import Literal, Protocol, TypeVar

import msgspec

from dialplane.api.lists import ListQuery, ListRequest
from dialplane.api.number_bodies import (
    MappingChangeBody,
    NumberBody,
    NumberChangeBody,
    SipChangeBody,
)
from dialplane.api.requests import Request, Resource, answer, operation
from dialplane.api.shapes import Shape
from dialplane.domain.callers import Scope
from dialplane.domain.numbers import HeldNumber, Provider, Status
from dialplane.domain.values import NumberId
from dialplane.operations import numbers as operations
from dialplane.operations.changes import Answer
from dialplane.operations.numbers import Alteration
from dialplane.store import number_lists
from dialplane.store import numbers as store

PATH_ID = "organization_telephone_number_id"
S = TypeVar("S", bound=Shape)


def number_answer(number: HeldNumber) -> Answer:
    return answer(NumberBody.of(number), tag=number.tag)


def id_of(request: Request, path_id: str) -> NumberId:
    return NumberId(request.path_id(PATH_ID, path_id))


class NumberQuery(ListQuery):
    provider: Provider | None = None
    status: list[Status] = msgspec.field(default_factory=lambda: [Status.ACTIVE])
    sort_by: Literal["created_at"] = "created_at"


class HeldNumbers(Resource):
    @operation(Scope.READ, NumberQuery)
    def on_get(self, request: Request) -> Answer:
        query = request.query(NumberQuery)
        listing = ListRequest("numbers", query, request.caller, self.parts.cursors)
        wanted = number_lists.NumberFilter(
            statuses=frozenset(query.status), provider=query.provider, now=request.caller.now
        )
        with self.parts.database.snapshot() as db:
            page = number_lists.list_page(
                db,
                request.caller.organization_id,
                wanted,
                listing.page,
                reading=number_lists.GLANCES,
            )
        return listing.answer(page, NumberBody.seen)


class ReadBody(Protocol):
    """The body of a request, in a shape."""

    def __call__(self, shape: type[S], /) -> S: ...


class Alterable(Resource):
    """A number, or a part of it, that is altered on its own."""

    def alteration(self, read: ReadBody) -> Alteration:
        """What is asked for; reading it may refuse."""
        raise NotImplementedError

    @operation(Scope.WRITE)
    def on_patch(self, request: Request, organization_telephone_number_id: str) -> Answer:
        number_id = id_of(request, organization_telephone_number_id)
        alteration = self.alteration(request.body)
        return request.change(
            lambda db: number_answer(operations.alter(db, request.caller, number_id, alteration))
        )


class Number(Alterable):
    def alteration(self, read: ReadBody) -> Alteration:
        return operations.noting(read(NumberChangeBody).memo_to_set())

    @operation(Scope.READ)
    def on_get(self, request: Request, organization_telephone_number_id: str) -> Answer:
        number_id = id_of(request, organization_telephone_number_id)
        with self.parts.database.reading() as db:
            number = store.get(db, request.caller.organization_id, number_id)
        return number_answer(number.at(request.caller.now))

    @operation(Scope.WRITE)
    def on_delete(self, request: Request, organization_telephone_number_id: str) -> Answer:
        number_id = id_of(request, organization_telephone_number_id)
        policy = self.parts.policy
        return request.change(
            lambda db: _cancelled(operations.cancel(db, request.caller, number_id, policy=policy))
        )


def _cancelled(number: HeldNumber) -> Answer:
    return answer(
        {
            "id": number.id,
            "number": number.number,
            "provider": number.provider,
            "effective_at": number.end_at,
        }
    )


class NumberAgent(Alterable):
    def alteration(self, read: ReadBody) -> Alteration:
        return operations.remapping(read(MappingChangeBody).to_change())


class NumberSip(Alterable):
    def alteration(self, read: ReadBody) -> Alteration:
        change = read(SipChangeBody).to_change(self.parts.box)
        return operations.sip_changing(change, policy=self.parts.policy)


class NumberRevokeCancel(Resource):
    @operation(Scope.WRITE)
    def on_post(self, request: Request, organization_telephone_number_id: str) -> Answer:
        number_id = id_of(request, organization_telephone_number_id)
        request.body_or_default(Shape)
        return request.change(
            lambda db: number_answer(operations.revoke_cancellation(db, request.caller, number_id))
        )
