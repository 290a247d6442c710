"""Repeating, preconditions and limits, for every operation that promises them."""

from dataclasses import replace

import pytest

from dialplane.api.app import create_app
from dialplane.api.limits import Limits
from dialplane.domain.rates import rules_in
from parts.client import in_process
from parts.contract import Operation
from parts.stages import Stage, staged
from parts.walks import ON_ONE_ENGINE, every_operation, needs_key, takes_header
from parts.world import World

CHANGES = every_operation(takes_header("Idempotency-Key"))


@pytest.fixture
def stage(world: World, operation: Operation) -> Stage:
    return staged(world, operation)


@CHANGES
class TestIdempotencyKeys:
    def test_the_first_answer_comes_again(self, world: World, stage: Stage) -> None:
        client = stage.client.sending(idempotency_key="once")

        first = stage.ask(client)
        world.clock.advance(hours=23)
        again = stage.ask(client)

        assert (first.status, first.replayed) == (200, False)
        assert (again.status, again.replayed) == (200, True)
        assert again.body == first.body
        assert again.headers.get("etag") == first.headers.get("etag")

    def test_another_request_may_not_use_the_same_key(self, stage: Stage) -> None:
        client = stage.client.sending(idempotency_key="once")
        client.delete("/x/v1/keys/01927f5e-8c4a-7b1e-9d3f-2a6b4c8d0e00")

        refused = stage.ask(client)

        assert (refused.status, refused.code) == (409, "IDEMPOTENCY_KEY_REUSED")

    def test_a_twin_in_flight_is_told_so(self, world: World, stage: Stage) -> None:
        client = stage.client.sending(idempotency_key="once")
        stage.ask(client)
        with world.database.writing() as db:  # as it was while the first request ran
            db.run("UPDATE idempotency_claims SET sealed_answer = NULL")

        twin = stage.ask(client)

        assert (twin.status, twin.code) == (409, "IDEMPOTENCY_IN_PROGRESS")

    @ON_ONE_ENGINE
    def test_a_key_has_at_most_255_characters(self, stage: Stage) -> None:
        refused = stage.ask(stage.client.sending(idempotency_key="x" * 256))

        assert (refused.status, refused.fields) == (400, ["Idempotency-Key"])


@every_operation(takes_header("If-Match"))
def test_a_stale_tag_changes_nothing(stage: Stage) -> None:
    refused = stage.ask(stage.client.sending(if_match='"stale"'))

    assert (refused.status, refused.code) == (412, "REVISION_CONFLICT")
    assert stage.ask(stage.client.sending(if_match="*")).status == 200


@every_operation(takes_header("If-None-Match"))
def test_what_is_known_is_not_sent_again(stage: Stage) -> None:
    tag = stage.ask().etag

    again = stage.ask(stage.client.sending(if_none_match=tag))

    assert (again.status, again.body, again.etag) == (304, b"", tag)


@ON_ONE_ENGINE
@every_operation(needs_key)
def test_too_many_requests_are_refused(stage: Stage) -> None:
    world = stage.world
    limits = Limits(rules_in("1/min"), world.clock)
    client = stage.client.through(in_process(create_app(replace(world.parts, limits=limits))))

    first, second = stage.ask(client), stage.ask(client)

    assert (first.status, second.status, second.code) == (200, 429, "RATE_LIMITED")
    assert second.details == {"retry_after_ms": 60_000}
    assert second.headers["retry-after"] == "60"
