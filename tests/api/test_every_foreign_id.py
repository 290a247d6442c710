"""Ids in bodies and query strings: what somebody else holds is like what never was, everywhere."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final

import pytest

from builders import AGENT, GLOBEX, NOTHING, NUMBER, REGISTER, a_number, an_agent, an_id, path_of
from dialplane.domain.values import AgentId, NumberId
from parts.contract import Answer, Operation, find, operations
from parts.stages import Stage, staged
from parts.walks import Place, every_operation, needs_key
from parts.world import World

FOREIGN_AGENT: Final = AgentId(an_id(901))
FOREIGN_NUMBER: Final = NumberId(an_id(902))

OURS: Final = {"agent_id": AGENT, "organization_telephone_number_id": NUMBER}
FOREIGN: Final = {
    "agent_id": FOREIGN_AGENT,
    "organization_telephone_number_id": FOREIGN_NUMBER,
    "number_id": FOREIGN_NUMBER,
    "resource_id": FOREIGN_NUMBER,
}
"""What Globex has of the kind a field names; the walk tells when a kind is missing here."""

OF_NOBODY: Final = {"id", "request_id", "customer_id", "campaign_id"}
"""Lines of the stock, which belong to no tenant, and words that callers choose themselves."""


@pytest.fixture
def stage(world: World, operation: Operation) -> Stage:
    world.given(
        an_agent(id=FOREIGN_AGENT, organization_id=GLOBEX, last_version=1, production_version=1),
        a_number(id=FOREIGN_NUMBER, organization_id=GLOBEX, number="07088886666"),
    )
    return staged(world, operation)


def ids_in(value: Any, place: Place = ()) -> Iterator[tuple[Place, str]]:
    """Where there are ids in a body, by the names of their fields."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, str) and (name == "id" or name.endswith("_id")):
                yield (*place, name), name
            yield from ids_in(inner, (*place, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from ids_in(inner, (*place, index))


def with_id(body: Any, place: Place, id_: str) -> Any:
    changed = deepcopy(body)
    inner = changed
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = id_
    return changed


def names_foreign_things(operation: Operation) -> bool:
    names = {name for body in operation.examples.values() for _, name in ids_in(body)}
    return bool(names - OF_NOBODY)


def asks_for_foreign_things(operation: Operation) -> bool:
    return bool(set(operation.parameters_in("query")) & set(FOREIGN))


def told(answer: Answer, *ids: str) -> tuple[int, str]:
    """Status and, if refused, every word of the answer but the id that was asked for."""
    if answer.status == 200:
        return 200, ""
    text = json.dumps(answer.json)
    for id_ in ids:
        text = text.replace(id_, "the id")
    return answer.status, text


def test_every_name_of_an_id_is_known() -> None:
    in_bodies = {
        name
        for operation in operations()
        for body in operation.examples.values()
        for _, name in ids_in(body)
    }
    in_queries = {
        name
        for operation in operations()
        for name in operation.parameters_in("query")
        if name.endswith("_id")
    }

    assert in_bodies | in_queries <= set(FOREIGN) | OF_NOBODY | {"runtime_id"}


@every_operation(needs_key, names_foreign_things)
def test_in_a_body_it_is_like_one_that_never_was(stage: Stage, operation: Operation) -> None:
    for name, body in operation.examples.items():
        for place, field in ids_in(body):
            if field in OF_NOBODY:
                continue
            foreign = FOREIGN.get(field) or _foreign_runtime(stage)
            with_foreign = stage.ask(body=with_id(body, place, foreign))
            with_unknown = stage.ask(body=with_id(body, place, NOTHING))

            assert told(with_foreign, foreign) == told(with_unknown, NOTHING), (name, place)
            opaque = "data" in place  # of an agent, which its runtime reads and we keep as it is
            assert with_foreign.status in ((200,) if opaque else (400, 404)), (name, place)


def _foreign_runtime(stage: Stage) -> str:
    runtime = {"name": "elsewhere", "targets": [{"address": "sip:r.example.com"}]}
    made: str = stage.world.globex.post("/x/v1/runtimes", runtime).json["id"]
    return made


@every_operation(needs_key, asks_for_foreign_things)
def test_in_a_query_nothing_is_found(stage: Stage, operation: Operation) -> None:
    body = operation.example_body if operation.takes_body else None
    for name in set(operation.parameters_in("query")) & set(FOREIGN):
        foreign = stage.ask(query=f"?{name}={FOREIGN[name]}", body=body)
        unknown = stage.ask(query=f"?{name}={NOTHING}", body=body)

        assert told(foreign, FOREIGN[name]) == told(unknown, NOTHING)
        if foreign.status == 200:
            assert foreign.body == unknown.body


SANDBOX_ONLY_AFTER: Final = {"agents", "runtimes", "webhooks"}


def is_read_of_something_made(operation: Operation) -> bool:
    """`GET /list/{id}` of a list that a POST adds to, with nothing else around it."""
    listed_at, _, last = operation.path.rpartition("/")
    return (
        operation.method == "get"
        and last.startswith("{")
        and listed_at.rpartition("/")[2] in SANDBOX_ONLY_AFTER
    )


@every_operation(needs_key, is_read_of_something_made)
def test_what_is_made_in_the_sandbox_does_not_exist_for_live_keys(
    world: World, operation: Operation
) -> None:
    key = {"name": "sandbox", "mode": "test", "scopes": ["read", "write", "admin"]}
    tester = world.holding(world.acme.post("/x/v1/keys", key).json["token"])
    listed_at = operation.path.rpartition("/")[0]
    creation = find("POST", listed_at)
    assert creation is not None
    made = tester.post(listed_at, creation.example_body).json
    path = f"{listed_at}/{made.get('id') or made['agent_id']}"

    assert tester.get(path).status == 200
    assert (world.acme.get(path).status, world.acme.get(path).code) == (404, "NOT_FOUND")


def test_nor_does_a_number_of_the_sandbox(world: World) -> None:
    key = {"name": "sandbox", "mode": "test", "scopes": ["read", "write"]}
    tester = world.holding(world.acme.post("/x/v1/keys", key).json["token"])
    held = tester.post(REGISTER, {"number": "07077776666", "address": "sip:t.example.com"}).json

    assert tester.get(path_of(held["id"])).status == 200
    assert world.acme.get(path_of(held["id"])).status == 404
