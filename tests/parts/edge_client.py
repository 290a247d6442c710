"""The SIP edge as the control plane sees it: asks, reports, and holds answers to its contract."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from falcon import testing
from jsonschema import Draft202012Validator

from builders import an_id
from dialplane.edge.inbound_webhook import InboundWebhooks
from dialplane.edge.routes import EdgeParts, mount
from parts.world import World

TOKEN: Final = "edge-token"
TRUNK_IP: Final = "203.0.113.10"
RUNTIME_IP: Final = "10.0.0.5"
STRANGER_IP: Final = "198.51.100.99"
CONTRACT = Path(__file__).parents[2] / "contract" / "edge.yaml"


@cache
def _validator(schema: str) -> Draft202012Validator:
    document = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    return Draft202012Validator(
        {"$ref": f"#/components/schemas/{schema}", "components": document["components"]}
    )


def edge_parts(world: World) -> EdgeParts:
    """What the edge's side of a world runs on; its webhooks may lead to this machine."""
    database, box = world.database, world.parts.box
    return EdgeParts(
        database=database,
        box=box,
        clock=world.clock,
        strangers=world.parts.strangers,
        token=TOKEN,
        inbound_webhooks=InboundWebhooks(database, box, allow_private=True),
    )


class EdgeClient:
    """Speaks with the edge's credential; every answer is held against contract/edge.yaml."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._events = 0
        mount(world.app, edge_parts(world))

    def send(
        self, path: str, body: object, *, token: str | None = TOKEN, method: str = "POST"
    ) -> Any:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return testing.simulate_request(
            self._world.app,
            method,
            f"/edge/v1{path}",
            headers={} if token is None else {"authorization": f"Bearer {token}"},
            body=raw if method == "POST" else None,
        )

    def ask(self, called: str = "07011112222", **changes: Any) -> dict[str, Any]:
        question = {**self.question(), "called": called, **changes}
        _validator("InboundQuestion").validate(question)
        return self._answered("/inbound", question, "Decision")

    def ask_out(self, callee: str = "01012345678", **changes: Any) -> dict[str, Any]:
        question = {
            **self.question(),
            "caller": "07011112222",
            "callee": callee,
            "source_address": RUNTIME_IP,
            **changes,
        }
        _validator("OutboundQuestion").validate(question)
        return self._answered("/outbound", question, "Decision")

    def question(self) -> dict[str, Any]:
        return {
            "edge_id": "edge-1",
            "call_id": an_id(0xCA11),
            "sip_call_id": "1-4711@203.0.113.10",
            "caller": "01012345678",
            "source_address": TRUNK_IP,
            "source_port": 5060,
            "transport": "udp",
            "received_at": self._world.clock(),
        }

    def tell(self, *events: dict[str, Any]) -> dict[str, Any]:
        batch = {"edge_id": "edge-1", "events": list(events)}
        _validator("EventBatch").validate(batch)
        return self._answered("/events", batch, "EventReceipt")

    def event(self, kind: str, **facts: Any) -> dict[str, Any]:
        """An event with a new id, about the call that `ask` asks about."""
        self._events += 1
        return {
            "id": an_id(0xE0000 + self._events),
            "type": kind,
            "at": self._world.clock(),
            "call_id": an_id(0xCA11),
            "direction": "inbound",
            "called": "07011112222",
            "caller": "01012345678",
            "source_address": TRUNK_IP,
            "transport": "udp",
            **facts,
        }

    def targets(self, query: str = "") -> dict[str, Any]:
        return self._answered(f"/targets{query}", None, "TargetPage", method="GET")

    def _answered(
        self, path: str, body: object, schema: str, *, method: str = "POST"
    ) -> dict[str, Any]:
        result = self.send(path, body, method=method)
        assert result.status_code == 200, result.text
        _validator(schema).validate(result.json)
        answer: dict[str, Any] = result.json
        self._world.database.catch_up()  # what was noted is there a moment later
        return answer
