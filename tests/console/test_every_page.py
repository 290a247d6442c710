"""What holds for each page of the console."""

from typing import Any, Final

import pytest
from playwright.sync_api import Request

from parts.browser import HEAVIEST_BYTES, Look
from parts.hanbit import BROUGHT, MAIN, Hanbit, Opens

pytestmark = pytest.mark.xdist_group("console")

PAGES: Final = {
    "overview": "/console",
    "numbers": "/console/numbers",
    "number": "/console/numbers/{bought}",
    "number-agent": "/console/numbers/{bought}/inbound",
    "number-sip": "/console/numbers/{brought}/sip",
    "number-routing": "/console/numbers/{brought}/routing",
    "number-calls": "/console/numbers/{bought}/calls",
    "number-history": "/console/numbers/{bought}/history",
    "number-end": "/console/numbers/{bought}/end",
    "buy": "/console/buy",
    "buy-one": "/console/buy/07000001002",
    "register": "/console/register",
    "agents": "/console/agents",
    "agent": "/console/agents/{reception}",
    "agent-publish": "/console/agents/{reception}/versions/v2",
    "calls": "/console/calls",
    "call": "/console/calls/{call}",
    "trunks": "/console/trunks",
    "runtimes": "/console/runtimes",
    "webhooks": "/console/webhooks",
    "webhook": "/console/webhooks/{webhook}",
    "keys": "/console/keys",
    "key": "/console/keys/{key}",
    "ledger": "/console/ledger",
    "route-map": "/console/route-map?called=07000001001&caller=01012345678",
    "route-map-refused": "/console/route-map?called=0317770100&source_address=198.51.100.9",
}
"""Every page that shows something to somebody who is signed in."""

LOOKS: Final = (
    Look(language="ko"),
    Look(language="en", theme="dark"),
    Look(language="en", width=360, height=740),
    Look(language="ko", theme="dark", width=360, height=740),
)
A_PAGE = pytest.mark.parametrize("name", PAGES)


@pytest.fixture(autouse=True)
def something_to_see(hanbit: Hanbit) -> None:
    if not hanbit.client.get("/x/v1/webhooks").json["items"]:
        prepare(hanbit)


def prepare(hanbit: Hanbit) -> None:
    """A call and a webhook, which the agency does not have by itself."""
    order = {"from_number": BROUGHT, "to_number": "01012345678"}
    assert hanbit.client.post("/v3/calls", order).status == 200
    hook = {"url": "https://hooks.example.com/dialplane"}
    assert hanbit.client.post("/x/v1/webhooks", hook).status == 200


def first(hanbit: Hanbit, path: str) -> str:
    return str(hanbit.client.get(path).json["items"][0]["id"])


def address(hanbit: Hanbit, name: str) -> str:
    bought = hanbit.number(MAIN)
    ids = {
        "bought": bought["id"],
        "brought": hanbit.number(BROUGHT)["id"],
        "call": first(hanbit, "/v3/calls"),
        "webhook": first(hanbit, "/x/v1/webhooks"),
        "key": first(hanbit, "/x/v1/keys"),
        "reception": bought["inbound_agent"]["agent_id"],
    }
    return PAGES[name].format_map(ids)


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_is_accessible_fits_the_window_and_asks_nobody_else(
    hanbit: Hanbit, opens: Opens, look: Look
) -> None:
    screen = opens(look)
    screen.sign_in(hanbit.tokens.live)
    for name in PAGES:
        page = screen.open(address(hanbit, name))

        assert page.locator("html").get_attribute("lang") == look.language
        assert page.locator("h1").count() == 1, name
        screen.keep(name)
        screen.require_fine(name)


def test_shows_the_same_without_javascript(hanbit: Hanbit, opens: Opens) -> None:
    plain, usual = opens(Look(script=False)), opens(Look())
    for screen in (plain, usual):
        screen.sign_in(hanbit.tokens.live)
    for name in PAGES:
        place = address(hanbit, name)

        texts = [screen.open(place).inner_text("main") for screen in (plain, usual)]

        assert texts[0] == texts[1], name


def test_a_first_visit_transfers_little(hanbit: Hanbit, opens: Opens) -> None:
    screen = opens(Look(language="en"))
    page = screen.sign_in(hanbit.tokens.live)
    transferred: list[Request] = []
    page.on("requestfinished", lambda request: transferred.append(request))  # noqa: PLW0108
    cache = page.context.new_cdp_session(page)
    for name in PAGES:
        transferred.clear()
        cache.send("Network.clearBrowserCache")

        page.goto(screen.url + address(hanbit, name), wait_until="networkidle")

        assert len(transferred) >= 4, name
        assert sum(map(_weight, transferred)) < HEAVIEST_BYTES, name


def _weight(request: Request) -> int:
    sizes: dict[str, Any] = dict(request.sizes())
    return int(sizes["responseBodySize"] + sizes["responseHeadersSize"])
