"""Before an agent answers, its webhook may say what the call is about."""

import json
from dataclasses import replace
from typing import Any

import pytest

from builders import an_agent, an_id
from parts.callable import a_called_number, a_runtime, given_addresses, given_runtimes
from parts.client import Client
from parts.edge_client import EdgeClient
from parts.receiver import Receiver
from parts.world import World

SAID = b'{"call_inbound":{"dynamic_variables":{"name":"Kim"},"metadata":{"order":7}}}'
CALL = f"/v3/calls/{an_id(0xCA11)}"


def a_call_is_answered(world: World, edge: EdgeClient, receiver: Receiver, **more: Any) -> None:
    agent = an_agent()
    settings = {"inboundCallWebhookUrl": receiver.url, **more}
    agent = replace(agent, data={**agent.data, "webhookSettings": settings})
    world.given(agent, a_called_number())
    given_runtimes(world.database, a_runtime())
    given_addresses(world.database, "sip:203.0.113.10", "203.0.113.10")

    assert edge.ask()["decision"] == "route"


def test_what_it_says_is_kept_with_the_call(world: World, edge: EdgeClient, acme: Client) -> None:
    with Receiver(body=SAID) as receiver:
        a_call_is_answered(world, edge, receiver)

    call = acme.get(CALL).json
    assert (call["dynamic_variables"], call["metadata"]) == ({"name": "Kim"}, {"order": 7})
    (heard,) = receiver.heard
    assert json.loads(heard.body) == {
        "event": "call_inbound",
        "call_inbound": {"from_number": "01012345678", "to_number": "07011112222"},
    }


@pytest.mark.parametrize(
    ("status", "body", "delay_s"),
    [
        pytest.param(500, SAID, 0, id="it fails"),
        pytest.param(200, b"nonsense", 0, id="it says nonsense"),
        pytest.param(200, b'{"call_inbound":{"metadata":[]}}', 0, id="it says another thing"),
        pytest.param(200, b"", 0, id="it says nothing"),
        pytest.param(200, SAID, 1.5, id="it takes its time"),
    ],
)
def test_the_call_is_answered_whatever_becomes_of_the_question(
    world: World, edge: EdgeClient, *, status: int, body: bytes, delay_s: float
) -> None:
    with Receiver(status, body=body, delay_s=delay_s) as receiver:
        a_call_is_answered(world, edge, receiver)

    assert world.acme.get(CALL).json["dynamic_variables"] == {}


def test_the_question_is_signed_when_the_agent_asks_for_it(world: World, edge: EdgeClient) -> None:
    with Receiver(body=SAID) as receiver:
        a_call_is_answered(world, edge, receiver, inboundCallWebhookSigningEnabled=True)

    assert len(receiver.heard[0].headers["x-webhook-signature"]) == 64


def test_the_question_is_not_signed_otherwise(world: World, edge: EdgeClient) -> None:
    with Receiver(body=SAID) as receiver:
        a_call_is_answered(world, edge, receiver)

    assert "x-webhook-signature" not in receiver.heard[0].headers
