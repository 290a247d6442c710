"""Runtimes over HTTP, and which of them answers for an agent."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from dialplane.api.lists import ListQuery, ListRequest
from dialplane.api.requests import Request, Resource, answer, operation
from dialplane.api.shapes import Shape, Uuid
from dialplane.domain.callers import Scope
from dialplane.domain.errors import FieldProblem, NotFound
from dialplane.domain.runtimes import (
    HIGHEST_PRIORITY,
    HIGHEST_WEIGHT,
    MOST_TARGETS,
    Runtime,
    RuntimeId,
)
from dialplane.domain.values import UNCHANGED, AgentId
from dialplane.operations import runtimes as operations
from dialplane.operations.changes import Answer
from dialplane.operations.runtimes import RuntimeChange, TargetOrder
from dialplane.store import agents
from dialplane.store import runtimes as store

Name = Annotated[str, Meta(min_length=1, max_length=100)]


class TargetBody(Shape):
    address: Annotated[str, Meta(min_length=1, max_length=255)]
    priority: Annotated[int, Meta(ge=0, le=HIGHEST_PRIORITY)] = 0
    weight: Annotated[int, Meta(ge=0, le=HIGHEST_WEIGHT)] = 100


Targets = Annotated[list[TargetBody], Meta(min_length=1, max_length=MOST_TARGETS)]


class NewRuntimeBody(Shape):
    name: Name
    targets: Targets
    is_default: bool | UnsetType = UNSET

    def to_change(self) -> RuntimeChange:
        return RuntimeChange(
            name=self.name,
            is_default=UNCHANGED if self.is_default is UNSET else self.is_default,
            targets=_orders(self.targets),
        )


class RuntimeChangeBody(Shape):
    name: Name | UnsetType = UNSET
    targets: Targets | UnsetType = UNSET
    is_default: bool | UnsetType = UNSET

    def broken_rules(self) -> Iterator[FieldProblem]:
        if all(getattr(self, name) is UNSET for name in self.__struct_fields__):
            yield FieldProblem("body", "empty_change")

    def to_change(self) -> RuntimeChange:
        return RuntimeChange(
            name=UNCHANGED if self.name is UNSET else self.name,
            is_default=UNCHANGED if self.is_default is UNSET else self.is_default,
            targets=UNCHANGED if self.targets is UNSET else _orders(self.targets),
        )


class AgentRuntimeBody(Shape):
    runtime_id: Uuid | None


def _orders(targets: list[TargetBody]) -> tuple[TargetOrder, ...]:
    return tuple(
        TargetOrder(address=each.address, priority=each.priority, weight=each.weight)
        for each in targets
    )


def _body_of(runtime: Runtime) -> dict[str, object]:
    targets = [
        {
            "id": target.id,
            "address": target.address,
            "priority": target.priority,
            "weight": target.weight,
            "state": target.state,
            "state_since_at": target.state_since,
        }
        for target in runtime.targets
    ]
    return runtime.told() | {
        "targets": targets,
        "created_at": runtime.created_at,
        "updated_at": runtime.updated_at,
    }


def _answer(runtime: Runtime) -> Answer:
    return answer(_body_of(runtime), tag=runtime.tag)


def runtime_id_of(request: Request, path_id: str) -> RuntimeId:
    return RuntimeId(request.path_id("runtime_id", path_id))


class Runtimes(Resource):
    @operation(Scope.READ, ListQuery)
    def on_get(self, request: Request) -> Answer:
        query = request.query(ListQuery)
        listing = ListRequest("runtimes", query, request.caller, self.parts.cursors)
        with self.parts.database.snapshot() as db:
            page = store.list_page(db, request.caller.organization_id, listing.page)
        return listing.answer(page, _body_of)

    @operation(Scope.WRITE)
    def on_post(self, request: Request) -> Answer:
        asked, policy = request.body(NewRuntimeBody).to_change(), self.parts.policy
        return request.change(
            lambda db: _answer(operations.create(db, request.caller, asked, policy=policy))
        )


class OneRuntime(Resource):
    @operation(Scope.READ)
    def on_get(self, request: Request, runtime_id: str) -> Answer:
        wanted = runtime_id_of(request, runtime_id)
        with self.parts.database.snapshot() as db:
            return _answer(store.get(db, request.caller.organization_id, wanted))

    @operation(Scope.WRITE)
    def on_patch(self, request: Request, runtime_id: str) -> Answer:
        wanted = runtime_id_of(request, runtime_id)
        asked, policy = request.body(RuntimeChangeBody).to_change(), self.parts.policy
        return request.change(
            lambda db: _answer(operations.change(db, request.caller, wanted, asked, policy=policy))
        )

    @operation(Scope.WRITE)
    def on_delete(self, request: Request, runtime_id: str) -> Answer:
        wanted = runtime_id_of(request, runtime_id)
        return request.change(
            lambda db: answer(
                {"id": operations.delete(db, request.caller, wanted).id, "deleted": True}
            )
        )


class AgentRuntime(Resource):
    @operation(Scope.READ)
    def on_get(self, request: Request, agent_id: str) -> Answer:
        wanted = AgentId(request.path_id("agent_id", agent_id))
        with self.parts.database.snapshot() as db:
            if not agents.exists(db, request.caller.organization_id, wanted):
                raise NotFound
            found = store.find_of_agent(db, request.caller.organization_id, wanted)
        return answer({"agent_id": wanted, "runtime_id": found})

    @operation(Scope.WRITE)
    def on_patch(self, request: Request, agent_id: str) -> Answer:
        wanted = AgentId(request.path_id("agent_id", agent_id))
        named = request.body(AgentRuntimeBody).runtime_id
        runtime_id = None if named is None else RuntimeId(named.lower())
        return request.change(
            lambda db: answer(
                {
                    "agent_id": wanted,
                    "runtime_id": operations.answer_for(db, request.caller, wanted, runtime_id),
                }
            )
        )
