"""An organization has more agents than a list can hold: each of them can be found and stays."""

import httpx
import pytest

from builders import NUMBER, a_number, an_agent, an_id
from dialplane.domain.numbers import AgentMapping
from dialplane.domain.values import AgentId
from parts.visitor import sign_in
from parts.world import World

MAPPING = f"/console/numbers/{NUMBER}/inbound"
OLDEST = AgentId(an_id(1))


@pytest.fixture
def many(world: World, visitor: httpx.Client) -> httpx.Client:
    """A visitor of somebody with 130 agents; the oldest, the first, answers the number."""
    for count in range(1, 131):
        id_ = AgentId(an_id(count))
        world.given(an_agent(id=id_, name=f"agent {count:03}", created_at=count))
    mapping = AgentMapping(agent_id=OLDEST, agent_version="current")
    world.given(a_number(inbound_agent=mapping))
    sign_in(visitor)
    return visitor


def test_who_answers_is_named_and_stays_chosen(many: httpx.Client) -> None:
    number = many.get(f"/console/numbers/{NUMBER}").text
    page = many.get(MAPPING).text

    assert "agent 001" in number
    assert f'<option value="{OLDEST}" selected>agent 001</option>' in page
    assert "agent 130" in page
    assert "agent 002" not in page


def test_any_agent_is_found_by_its_name(many: httpx.Client) -> None:
    page = many.get(MAPPING, params={"agent_q": "AGENT 002"}).text

    assert ">agent 002</option>" in page
    assert "agent 130" not in page


def test_a_split_keeps_an_agent_that_is_not_listed(world: World, many: httpx.Client) -> None:
    arms = [
        {"label": "A", "weight": 1, "agent": {"agent_id": OLDEST, "agent_version": "current"}},
        {"label": "B", "weight": 1, "agent": {"agent_id": an_id(130), "agent_version": "current"}},
    ]
    world.acme.patch(f"/x/v1/numbers/{NUMBER}/routing", {"inbound_split": arms})

    page = many.get(f"/console/numbers/{NUMBER}/routing").text

    assert f'<option value="{OLDEST}:current" selected>' in page


def test_calls_are_narrowed_to_an_agent_that_was_sought(many: httpx.Client) -> None:
    page = many.get("/console/calls", params={"agent_q": "agent 003", "status": "ended"}).text

    assert ">agent 003</option>" in page
    assert '<input type="hidden" name="status" value="ended">' in page
