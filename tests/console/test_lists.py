"""Lists that are longer than a page."""

import re

import httpx

from builders import a_number, an_id
from dialplane.domain.numbers import Provider, Status
from dialplane.domain.values import NumberId
from parts.visitor import sign_in
from parts.walks import ON_ONE_ENGINE
from parts.world import World

pytestmark = ON_ONE_ENGINE
HELD = re.compile(r"href=\"/console/numbers/([0-9a-f-]{36})\"")
NEXT = re.compile(r"rel=\"next\" href=\"([^\"]+)\"")


def test_every_number_stands_on_one_of_the_pages_and_the_filter_stays(
    world: World, visitor: httpx.Client
) -> None:
    for count in range(30):
        number = f"0255550{count:03}"
        status = Status.EXPIRED if count % 6 == 5 else Status.ACTIVE
        world.given(
            a_number(
                id=NumberId(an_id(count)),
                number=number,
                canonical=number,
                line_id=None,
                provider=Provider.CUSTOM,
                monthly_fee=None,
                status=status,
                memo="x" * count,
            )
        )
    sign_in(visitor)
    seen: list[str] = []
    address = "/console/numbers?status=active&status=expired&q=0255550"
    while address:
        page = visitor.get(address).text
        seen += HELD.findall(page)
        found = NEXT.search(page)
        address = found[1].replace("&amp;", "&") if found else ""
        assert not address or "q=0255550" in address

    assert sorted(seen) == sorted(an_id(count) for count in range(30))


def test_what_is_written_in_a_memo_stays_text(world: World, visitor: httpx.Client) -> None:
    world.given(a_number(memo="<script>alert(1)</script>"))
    sign_in(visitor)

    page = visitor.get("/console/numbers").text

    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
