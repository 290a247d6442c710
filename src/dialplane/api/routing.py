"""Routing over HTTP: what is set about a number, what would happen, and who was turned away."""

from typing import Final

from dialplane.api.numbers import id_of
from dialplane.api.replay_bodies import replay_body
from dialplane.api.requests import Request, Resource, answer, operation
from dialplane.api.routing_bodies import (
    RoutingChangeBody,
    ScenarioBody,
    outcome_body,
    refusal_body,
    routing_body,
)
from dialplane.api.shapes import Shape
from dialplane.domain.callers import Scope
from dialplane.domain.calls import CallId
from dialplane.domain.number_routing import NumberRouting
from dialplane.domain.refusals import RefusedAttempt
from dialplane.operations import number_routing as operations
from dialplane.operations import simulation
from dialplane.operations.changes import Answer
from dialplane.store import number_routing as store
from dialplane.store import numbers, refusals

RECENT_REFUSALS: Final = 50


def _routing_answer(routing: NumberRouting) -> Answer:
    return answer(routing_body(routing), tag=routing.tag)


class NumberRoutingResource(Resource):
    @operation(Scope.READ)
    def on_get(self, request: Request, organization_telephone_number_id: str) -> Answer:
        number_id = id_of(request, organization_telephone_number_id)
        with self.parts.database.snapshot() as db:
            numbers.get(db, request.caller.organization_id, number_id)
            routing = store.get(db, request.caller.organization_id, number_id)
        return _routing_answer(routing)

    @operation(Scope.WRITE)
    def on_patch(self, request: Request, organization_telephone_number_id: str) -> Answer:
        number_id = id_of(request, organization_telephone_number_id)
        asked, policy = request.body(RoutingChangeBody).to_change(), self.parts.policy
        return request.change(
            lambda db: _routing_answer(
                operations.change(db, request.caller, number_id, asked, policy=policy)
            )
        )


class NumberRefusals(Resource):
    @operation(Scope.READ)
    def on_get(self, request: Request, organization_telephone_number_id: str) -> Answer:
        number_id = id_of(request, organization_telephone_number_id)
        with self.parts.database.snapshot() as db:
            numbers.get(db, request.caller.organization_id, number_id)
            found = refusals.last(db, request.caller.organization_id, number_id)
        return _refusals_answer(request, found)


class RecentRefusals(Resource):
    @operation(Scope.READ)
    def on_get(self, request: Request) -> Answer:
        with self.parts.database.reading() as db:
            found = refusals.lately(db, request.caller.organization_id, limit=RECENT_REFUSALS)
        return _refusals_answer(request, found)


class UnknownNumberRefusals(Resource):
    @operation(Scope.READ)
    def on_get(self, request: Request) -> Answer:
        with self.parts.database.reading() as db:
            found = refusals.last(db, request.caller.organization_id, None)
        return _refusals_answer(request, found)


def _refusals_answer(request: Request, found: list[RefusedAttempt]) -> Answer:
    items = [refusal_body(attempt, request.language) for attempt in found]
    return answer({"items": items, "total_count": len(items), "next_cursor": None})


class Simulation(Resource):
    @operation(Scope.READ)
    def on_post(self, request: Request) -> Answer:
        scenario = request.body(ScenarioBody).to_scenario()
        with self.parts.database.snapshot() as db:
            outcome = simulation.simulate(db, request.caller, scenario)
        return answer(outcome_body(outcome, request.language))


class CallReplay(Resource):
    @operation(Scope.READ)
    def on_post(self, request: Request, call_id: str) -> Answer:
        wanted = CallId(request.path_id("call_id", call_id))
        request.body_or_default(Shape)
        self.parts.database.catch_up()
        with self.parts.database.snapshot() as db:
            replayed = simulation.replay(db, request.caller, wanted)
        return answer(replay_body(replayed, request.language))
