"""What the lists of trunks and runtimes cost of the organization's rate limit."""

from dataclasses import replace

import httpx
import pytest

from builders import EARLIER, NOW, TRUNK, a_number, an_id
from dialplane.api.app import create_app
from dialplane.api.limits import Limits
from dialplane.domain.numbers import Provider
from dialplane.domain.rates import rules_in
from dialplane.domain.values import NumberId
from parts.visitor import sign_in
from parts.walks import ON_ONE_ENGINE
from parts.world import World

pytestmark = ON_ONE_ENGINE
RUNTIMES = "/console/runtimes"
TARGET = {"address": "sip:203.0.113.5:5060"}


@pytest.fixture
def world(world: World) -> World:
    limits = Limits(rules_in("1000/min"), world.clock)
    world.app = create_app(replace(world.parts, limits=limits))
    return world


def given_trunks(world: World, *, first: int, count: int) -> None:
    for place in range(first, first + count):
        trunk = f"ST_{place:012}"
        number = f"0255550{place:03}"
        world.given(
            a_number(
                id=NumberId(an_id(place)),
                number=number,
                canonical=number,
                line_id=None,
                provider=Provider.CUSTOM,
                monthly_fee=None,
                created_at=EARLIER,
                start_at=NOW,
                sip=replace(TRUNK, inbound_trunk_id=trunk, outbound_trunk_id=f"ST_9{place:011}"),
            )
        )


def given_runtimes(world: World, count: int) -> list[str]:
    made = [
        world.acme.post("/x/v1/runtimes", {"name": f"r{place}", "targets": [TARGET]})
        for place in range(count)
    ]
    return [answer.json["id"] for answer in made]


def cost(world: World, visitor: httpx.Client, path: str) -> int:
    """How much of the limit a page takes."""
    client = world.with_key()

    def left() -> int:
        return int(client.get("/x/v1/whoami").headers["ratelimit-remaining"])

    before = left()
    assert visitor.get(path).status_code == 200
    return before - left() - 1


def test_a_list_of_trunks_costs_the_same_however_many_there_are(
    world: World, visitor: httpx.Client
) -> None:
    sign_in(visitor)
    given_trunks(world, first=1, count=1)
    pages = ("/console/trunks", "/console")
    one = [cost(world, visitor, page) for page in pages]
    given_trunks(world, first=2, count=4)

    assert [cost(world, visitor, page) for page in pages] == one
    assert visitor.get("/console/trunks").text.count("/sip#health") == 5


def test_only_the_runtime_that_was_picked_is_asked_how_it_was(
    world: World, visitor: httpx.Client
) -> None:
    sign_in(visitor)
    picked, *_ = given_runtimes(world, 3)
    plain = cost(world, visitor, RUNTIMES)

    assert cost(world, visitor, f"{RUNTIMES}?shown={picked}") == plain + 1
    assert cost(world, visitor, f"{RUNTIMES}?shown=nonsense") == plain
    shown = visitor.get(f"{RUNTIMES}?shown={picked}&span=week").text
    assert f"{RUNTIMES}?shown={picked}&amp;span=day" in shown
    assert shown.count("?shown=") == 3 + 2
