"""What the webhooks of agents are told of their calls."""

import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any

import pytest

from builders import ACME, AGENT, NOW, an_agent
from dialplane.domain.calls import (
    Asked,
    Call,
    CallEvent,
    CallId,
    CallRoute,
    CallType,
    Direction,
    EventType,
)
from dialplane.domain.disconnections import Party
from dialplane.domain.numbers import AgentMapping
from dialplane.operations import call_messages
from dialplane.store import calls
from dialplane.worker.messenger import Messenger
from parts.client import Client
from parts.receiver import Heard, Receiver
from parts.world import World

CALL = Call(
    id=CallId("01927f5e-8c4a-7b1e-9d3f-2a6b4c8d0e99"),
    organization_id=ACME,
    direction=Direction.INBOUND,
    call_type=CallType.INBOUND,
    from_number="01012345678",
    to_number="07011112222",
    created_at=NOW,
    agent=AgentMapping(agent_id=AGENT, agent_version="current"),
    agent_version="current",
    metadata={"order": "7"},
)
ROUTE = CallRoute(
    call_id=CALL.id,
    organization_id=ACME,
    asked=Asked(called="", caller="", source="", transport="", at=NOW, sip_call_id=""),
    revision="",
)
ANSWERED = CallEvent(type=EventType.ANSWERED, at=NOW + 2_000)
HUNG_UP = CallEvent(type=EventType.ENDED, at=NOW + 62_000, hung_up_by=Party.CALLER)
FAILED = CallEvent(type=EventType.FAILED, at=NOW + 2_000, sip_code=486)


@pytest.fixture
def messenger(world: World) -> Messenger:
    parts = world.parts
    return Messenger(parts.database, parts.box, world.clock, allow_private=True)


def tell(world: World, url: str | None, version: str | None, *events: CallEvent) -> None:
    """Let Acme's agent take a call that these events are reported of."""
    agent = an_agent()
    settings = {"callDataWebhookUrl": url, "webhookVersion": version}
    world.given(replace(agent, data={**agent.data, "webhookSettings": settings}))
    with world.database.writing() as db:
        calls.start(db, CALL, ROUTE)
        call = CALL
        for event in events:
            told = call.told(event)
            call_messages.save(db, call, told, at=event.at)
            call = told
    world.clock.advance(hours=1)


def bodies(receiver: Receiver) -> list[dict[str, Any]]:
    return [json.loads(heard.body) for heard in receiver.heard]


def test_version_2_tells_the_answer_the_end_and_then_the_length(
    world: World, messenger: Messenger
) -> None:
    with Receiver() as receiver:
        tell(world, receiver.url, "v2", ANSWERED, HUNG_UP)
        messenger.round()

    told = {body["event"]: body["call"] for body in bodies(receiver)}
    assert set(told) == {"call_started", "call_ended", "call_analyzed"}
    assert all(body["webhook_version"] == "v2" for body in bodies(receiver))
    assert told["call_started"]["start_at"] == NOW + 2_000
    assert told["call_ended"]["disconnection_reason"] == "user_hangup"
    assert told["call_ended"]["agent"] == {"agent_id": AGENT, "agent_version": "current"}
    assert "duration_ms" not in told["call_ended"]
    assert told["call_analyzed"]["duration_ms"] == 60_000


def test_version_1_tells_all_of_it_with_the_end(world: World, messenger: Messenger) -> None:
    with Receiver() as receiver:
        tell(world, receiver.url, "v1", ANSWERED, HUNG_UP)
        messenger.round()

    told = {body["event"]: body["call"] for body in bodies(receiver)}
    assert set(told) == {"call_started", "call_ended"}
    assert told["call_ended"]["call_from"] == "01012345678"
    assert told["call_ended"]["duration_ms"] == 60_000
    assert told["call_ended"]["metadata"] == {"order": "7"}


def test_a_call_nobody_answered_is_told_as_ended_and_why(
    world: World, messenger: Messenger
) -> None:
    with Receiver() as receiver:
        tell(world, receiver.url, None, FAILED)
        messenger.round()

    (told,) = bodies(receiver)
    assert (told["event"], told["webhook_version"]) == ("call_ended", "v2")
    assert told["call"]["call_status"] == "not_connected"
    assert told["call"]["start_at"] is None


def test_what_is_told_is_signed_with_the_key_of_the_organization(
    world: World, acme: Client, messenger: Messenger
) -> None:
    with Receiver() as receiver:
        tell(world, receiver.url, "v2", FAILED)
        messenger.round()

    key = acme.get("/x/v1/call-webhook-key").json["key"]
    (heard,) = receiver.heard
    assert heard.headers["x-webhook-signature"] == signed_with(key, heard)
    assert world.globex.get("/x/v1/call-webhook-key").json["key"] != key


def signed_with(key: str, heard: Heard) -> str:
    signed = heard.headers["x-webhook-timestamp"].encode() + b"." + heard.body
    return hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()


def test_news_told_twice_goes_out_once(world: World, messenger: Messenger) -> None:
    with Receiver() as receiver:
        tell(world, receiver.url, "v1", ANSWERED, ANSWERED, HUNG_UP, HUNG_UP)
        messenger.round()
        messenger.round()

    assert len(receiver.heard) == 2


def test_news_is_told_again_until_it_is_heard(world: World, messenger: Messenger) -> None:
    with Receiver(500, 500, 200) as receiver:
        tell(world, receiver.url, "v1", FAILED)
        for _ in range(5):
            messenger.round()
            world.clock.advance(hours=1)

    assert len(receiver.heard) == 3


def test_an_agent_without_a_webhook_tells_nobody(world: World, messenger: Messenger) -> None:
    tell(world, None, "v2", ANSWERED, HUNG_UP)

    assert messenger.round() is False
