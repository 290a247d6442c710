"""The short way of the edge's question: nobody can tell from an answer which way it came."""

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from falcon import testing

from dialplane.api.app import create_app
from dialplane.api.daybook import Daybook, Note
from dialplane.edge.routes import Inbound, mount
from parts.callable import given_calls_go_through
from parts.edge_client import STRANGER_IP, TOKEN, EdgeClient, edge_parts
from parts.world import World


class Ways:
    """Both ways to one answer, and what is noted of it."""

    def __init__(self, world: World) -> None:
        self._notes: list[Note] = []
        self._daybook = Daybook(self._notes.extend)
        self._app = create_app(replace(world.parts, daybook=self._daybook))
        mount(self._app, edge_parts(world))

    def short(self, raw: bytes) -> tuple[Any, ...]:
        return self._told(raw, "")

    def long(self, raw: bytes) -> tuple[Any, ...]:
        """Whatever has a query string goes the long way."""
        return self._told(raw, "long")

    def _told(self, raw: bytes, query: str) -> tuple[Any, ...]:
        answer = testing.simulate_post(
            self._app,
            "/edge/v1/inbound",
            query_string=query,
            headers={"authorization": f"Bearer {TOKEN}", "x-request-id": "the-same"},
            body=raw,
        )
        self._daybook.write_down()
        note = msgspec.structs.replace(self._notes[-1], answered_at=0, seconds=0)
        return answer.status_code, dict(answer.headers), answer.content, note


def a_question(edge: EdgeClient, **changes: object) -> bytes:
    return json.dumps({**edge.question(), "called": "07011112222", **changes}).encode()


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        pytest.param({}, 200, id="a route"),
        pytest.param({"source_address": STRANGER_IP}, 200, id="a refusal"),
        pytest.param({"source_address": "nowhere"}, 400, id="no address"),
        pytest.param({"call_id": None}, 400, id="no call"),
    ],
)
def test_both_ways_answer_alike(
    world: World, edge: EdgeClient, changes: dict[str, object], status: int
) -> None:
    given_calls_go_through(world)
    raw, ways = a_question(edge, **changes), Ways(world)

    short = ways.short(raw)

    assert short[0] == status
    assert short == ways.long(raw)


def test_a_plain_question_goes_no_long_way(world: World, edge: EdgeClient) -> None:
    given_calls_go_through(world)
    inbound = Inbound(edge_parts(world))
    raw = a_question(edge)
    env = testing.create_environ(
        method="POST", headers={"authorization": f"Bearer {TOKEN}"}, body=raw
    )

    answer = inbound.at_once(env)

    assert answer is not None
    assert json.loads(answer)["decision"] == "route"
