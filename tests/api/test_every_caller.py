"""Who may: keys, scopes and other organizations, for every operation."""

import pytest

from builders import NUMBERS
from dialplane.domain.callers import Scope
from parts.contract import Operation
from parts.stages import SECRET_MEMO, TEST_KEYS_ONLY, Stage, nothing_like, staged
from parts.walks import ON_ONE_ENGINE, every_operation, names_something, needs_key
from parts.world import ACME_TOKEN, World


@pytest.fixture
def stage(world: World, operation: Operation) -> Stage:
    return staged(world, operation)


@ON_ONE_ENGINE
@every_operation(needs_key)
def test_without_a_key_there_is_one_answer(world: World, operation: Operation) -> None:
    expected = world.nobody.get(NUMBERS).body
    asked = operation.method.upper(), operation.example_path, operation.example_body

    clients = [
        world.nobody,
        world.nobody.sending(authorization="Bearer"),
        world.nobody.sending(authorization=f"Basic {ACME_TOKEN}"),
        world.holding(ACME_TOKEN[:-1]),
        world.holding("dp_live_" + "z" * 43),
        world.with_key(revoked_at=1),
        world.with_key(expires_at=world.clock()),
    ]
    answers = [client.request(*asked) for client in clients]

    assert {(answer.status, answer.body) for answer in answers} == {(401, expected)}


@every_operation(needs_key)
def test_a_key_needs_the_scope_the_contract_names(stage: Stage, operation: Operation) -> None:
    scope = Scope(operation.scope or "")
    others = set(Scope) - {scope}

    without = stage.ask(stage.world.like(stage.client, *others))
    with_it_alone = stage.ask(stage.world.like(stage.client, scope))

    assert (without.status, without.code) == (403, "FORBIDDEN")
    assert without.details == {"required_scope": scope}
    assert with_it_alone.status == 200


@ON_ONE_ENGINE
@every_operation(needs_key)
def test_scope_goes_before_form(stage: Stage, operation: Operation) -> None:
    weak = stage.world.with_key(*(set(Scope) - {Scope(operation.scope or "")}))

    answers = [
        stage.ask(weak, query="?colour=red"),
        stage.ask(weak, body=b"no json"),
        stage.ask(weak, body=b" " * 70_000),
        stage.ask(weak.sending(content_type="text/plain"), body=b"{}"),
    ]

    assert {answer.status for answer in answers} == {403}


@every_operation(needs_key, names_something)
def test_what_somebody_else_holds_does_not_exist(stage: Stage, operation: Operation) -> None:
    known = stage.path.split("/")[3 if "/v3/" in stage.path else 4]
    nothing = Stage(
        world=stage.world,
        operation=operation,
        client=stage.client,
        path=stage.path.replace(known, nothing_like(known)),
    )

    foreign = stage.ask(stage.world.globex)
    unknown = nothing.ask(stage.world.globex)

    assert (foreign.status, foreign.code, foreign.details) == (404, "NOT_FOUND", {})
    assert foreign.body == unknown.body
    assert SECRET_MEMO.encode() not in foreign.body
    assert stage.ask().status == 200


@every_operation(needs_key, names_something)
def test_what_is_live_does_not_exist_for_test_keys(stage: Stage, operation: Operation) -> None:
    if operation.path.startswith(TEST_KEYS_ONLY):
        pytest.skip("exists for test keys only")
    body = {"name": "sandbox", "mode": "test", "scopes": list(Scope)}
    tester = stage.world.holding(stage.world.acme.post("/x/v1/keys", body).json["token"])

    assert stage.ask(tester).status == 404
    assert stage.ask().status == 200
