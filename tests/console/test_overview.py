"""What the first page draws attention to."""

import httpx

from builders import EARLIER, NOW, TRUNK, a_number
from dialplane.store import peers
from parts.kept_calls import a_call, answered, kept
from parts.visitor import sign_in
from parts.walks import ON_ONE_ENGINE
from parts.world import World

pytestmark = ON_ONE_ENGINE


def marked(world: World, *, down: bool) -> None:
    assert TRUNK.address_uri is not None
    with world.database.writing() as db:
        peers.mark(db, TRUNK.address_uri, down=down, at=NOW - 60_000, sip_code=None)


def test_a_trunk_that_does_not_answer_stands_there_until_it_does(
    world: World, visitor: httpx.Client
) -> None:
    world.given(a_number(sip=TRUNK, created_at=EARLIER))
    sign_in(visitor)
    told = []
    for down in (True, False):
        marked(world, down=down)
        told.append('id="down"' in visitor.get("/console").text)

    assert told == [True, False]


def test_calls_of_today_are_the_answered_ones(world: World, visitor: httpx.Client) -> None:
    ringing = a_call(1, created_at=NOW - 5_000)
    kept(world, ringing, answered(a_call(2, created_at=NOW - 60_000), lasted_ms=1_000))
    sign_in(visitor)

    page = visitor.get("/console").text

    assert "<strong>1</strong><span>오늘 연결된 통화" in page
    assert page.count('<rect class="answered"') == page.count('<rect class="missed"') == 1
