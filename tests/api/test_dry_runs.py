"""`dry_run=true`: judged like the real thing, told what it would do, and nothing is done."""

from typing import Any, Final

import pytest

from builders import (
    AGENT,
    LINE,
    NOTHING,
    NOW,
    NUMBER,
    PURCHASE,
    REGISTER,
    a_line,
    a_number,
    an_agent,
    path_of,
)
from dialplane.domain.callers import Scope
from dialplane.domain.values import DAY_MS
from parts.client import Client
from parts.contract import Answer, Operation
from parts.dumping import dump
from parts.stages import staged
from parts.walks import every_operation, takes_header
from parts.world import World

DRY: Final = "?dry_run=true"
NEW: Final = frozenset({"id", "inbound_trunk_id", "outbound_trunk_id", "start_at"})
"""What is made anew each time it is done."""


def takes_dry_run(operation: Operation) -> bool:
    return "dry_run" in operation.parameters_in("query")


def is_ours(operation: Operation) -> bool:
    return operation.path.startswith("/x/v1/")


class TestEveryWrite:
    @every_operation(is_ours, takes_header("Idempotency-Key"))
    def test_under_x_can_be_tried(self, operation: Operation) -> None:
        assert takes_dry_run(operation)

    @every_operation(takes_dry_run)
    def test_changes_no_row_of_any_table_and_then_does_what_was_told(
        self, world: World, operation: Operation
    ) -> None:
        stage = staged(world, operation)
        # Claimed in earnest below: a dry run must not have used it up.
        client = stage.client.sending(idempotency_key="once")
        before = dump(world.database)

        told = stage.ask(client, query=DRY)

        assert told.status == 200, told.body.decode()
        assert told.headers["content-type"] == "application/vnd.dialplane.dry-run+json"
        assert dump(world.database) == before
        assert told.json["changes"], "nothing would change, so nothing is proven"

        newest = _newest(stage.client)
        done = stage.ask(client)

        assert (done.status, done.replayed) == (200, False), done.body.decode()
        assert dump(world.database) != before
        _is_what_was_told(_events_after(stage.client, newest), told.json["changes"])


def _newest(client: Client) -> int:
    items = client.get("/x/v1/events", limit=1, sort_order="desc").json["items"]
    return int(items[0]["position"]) if items else 0


def _events_after(client: Client, position: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/x/v1/events", after=position).json["items"]
    return found


def _is_what_was_told(events: list[dict[str, Any]], changes: list[dict[str, Any]]) -> None:
    told = [each for each in changes if each["event"] in {event["type"] for event in events}]
    assert [each["event"] for each in told] == [event["type"] for event in events]
    for each, event in zip(told, events, strict=True):
        assert _lasting(each["fields"]) == _lasting(event["changes"])


def _lasting(fields: dict[str, Any]) -> dict[str, Any]:
    kept = {name: each for name, each in fields.items() if name not in NEW}
    return {name: _without_ids(each) for name, each in kept.items()}


def _without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_ids(each) for name, each in value.items() if name != "id"}
    return [_without_ids(each) for each in value] if isinstance(value, list) else value


class TestJudged:
    @pytest.mark.parametrize(
        ("method", "path", "body", "status"),
        [
            ("POST", PURCHASE, {"id": NOTHING}, 409),
            ("POST", PURCHASE, {}, 400),
            ("PATCH", path_of(NOTHING), {"memo": "x"}, 404),
            ("PATCH", path_of(NUMBER, "/agent"), {"inbound_agent": {"agent_id": NOTHING}}, 400),
            ("POST", path_of(NUMBER, "/revoke-cancel"), None, 409),
            ("POST", REGISTER, {"number": "07011112222", "address": "trunk.example.com"}, 409),
        ],
    )
    def test_refused_like_the_real_thing(
        self, world: World, *, method: str, path: str, body: object, status: int
    ) -> None:
        world.given(a_number())
        acme = world.acme

        tried = acme.request(method, path + DRY, body)
        done = acme.request(method, path, body)

        assert (tried.status, tried.body) == (done.status, done.body)
        assert done.status == status

    def test_by_its_precondition(self, world: World, acme: Client) -> None:
        world.given(a_number())
        stale = acme.sending(if_match='"9-active"')

        assert stale.patch(path_of(NUMBER) + DRY, {"memo": "x"}).status == 412

    def test_by_its_scope(self, world: World, acme: Client) -> None:
        world.given(a_number())
        reader = world.like(acme, Scope.READ)

        assert reader.patch(path_of(NUMBER) + DRY, {"memo": "x"}).status == 403

    def test_a_key_that_is_none_is_refused(self, world: World, acme: Client) -> None:
        world.given(a_number())
        refused = acme.sending(idempotency_key="").patch(path_of(NUMBER) + DRY, {"memo": "x"})

        assert (refused.status, refused.fields) == (400, ["Idempotency-Key"])

    def test_what_is_neither_true_nor_false_is_refused(self, world: World, acme: Client) -> None:
        world.given(a_number())
        refused = acme.patch(path_of(NUMBER) + "?dry_run=maybe", {"memo": "x"})

        assert (refused.status, refused.fields) == (400, ["dry_run"])

    def test_false_is_the_real_thing(self, world: World, acme: Client) -> None:
        world.given(a_number())

        acme.patch(path_of(NUMBER) + "?dry_run=false", {"memo": "done"})

        assert acme.get(path_of(NUMBER)).json["memo"] == "done"

    def test_agents_cannot_be_tried(self, acme: Client) -> None:
        refused = acme.post("/v3/agents" + DRY, {"name": "x", "type": "single_prompt"})

        assert (refused.status, refused.details["allowed_query_parameters"]) == (400, [])


class TestRouting:
    def test_tells_who_would_answer_before_and_after(self, world: World, acme: Client) -> None:
        world.given(an_agent(last_version=1), a_number())
        body = {"inbound_agent": {"agent_id": AGENT, "agent_version": "v1"}}
        runtime = {"name": "ours", "targets": [{"address": "198.51.100.7"}], "is_default": True}
        acme.post("/x/v1/runtimes", runtime)

        told = acme.patch(path_of(NUMBER, "/agent") + DRY, body).json
        simulated = acme.post("/x/v1/routing/simulate", {"called": "07011112222"}).json

        (inbound,) = [each for each in told["routing"] if each["direction"] == "inbound"]
        assert inbound["before"] == simulated
        assert inbound["before"]["reason"] == "no_agent_mapped"
        assert inbound["after"]["agent"] == body["inbound_agent"]
        assert inbound["differs"]

    def test_a_number_nobody_holds_yet_is_answered_by_nobody(
        self, world: World, acme: Client
    ) -> None:
        world.given(a_line())

        told = acme.post(PURCHASE + DRY, {"id": LINE}).json

        inbound, _outbound = told["routing"]
        assert inbound["before"]["reason"] == "number_unknown"
        assert inbound["after"]["reason"] == "no_agent_mapped"

    def test_a_clock_that_ends_a_number_tells_so(self, world: World, acme: Client) -> None:
        token = acme.post("/x/v1/keys", {"name": "sandbox", "mode": "test"}).json["token"]
        tester = world.holding(token)
        (line, *_) = tester.get("/v3/telephone-numbers/available").json["items"]
        number = tester.post(PURCHASE, {"id": line["id"]}).json["id"]
        tester.delete(path_of(number))

        told = tester.post("/x/v1/test-clock/advance" + DRY, {"by_ms": 40 * DAY_MS}).json

        assert {each["after"]["reason"] for each in told["routing"]} == {"expired"}
        assert {each["after"]["at"] for each in told["routing"]} == {NOW + 40 * DAY_MS}
        assert tester.get("/x/v1/test-clock").json["offset_ms"] == 0

    def test_not_all_of_very_many_numbers_are_asked(self, world: World, acme: Client) -> None:
        world.given(
            *(
                a_number(
                    id=f"01927f5e-8c4a-7b1e-9d3f-550000000{at:03}",
                    number=f"0701111{at:04}",
                    canonical=f"0701111{at:04}",
                )
                for at in range(21)
            )
        )
        body = {"name": "second", "targets": [{"address": "sip:198.51.100.7"}], "is_default": True}

        told = acme.post("/x/v1/runtimes" + DRY, body).json

        assert not told["routing_complete"]


def test_a_secret_is_in_no_answer(acme: Client) -> None:
    answers: list[Answer] = [
        acme.post("/x/v1/keys" + DRY, {"name": "x"}),
        acme.post("/x/v1/webhooks" + DRY, {"url": "https://example.com/x"}),
        acme.post(
            REGISTER + DRY,
            {
                "number": "07012340000",
                "address": "trunk.example.com",
                "auth_username": "u",
                "auth_password": "hunter2-secret",
            },
        ),
    ]

    for answer in answers:
        assert answer.status == 200
        assert "whsec_" not in answer.body.decode()
        assert "hunter2" not in answer.body.decode()
        assert "token" not in answer.body.decode()
