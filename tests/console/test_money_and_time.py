"""The ledger, the sandbox clock, trunks and runtimes in a browser."""

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from parts.browser import Look, Screen
from parts.hanbit import BROUGHT, Hanbit, Opens

pytestmark = pytest.mark.xdist_group("console")

CLOCK = "/console/clock"
EACH_WAY = pytest.mark.parametrize(
    "look",
    [
        Look(language="en"),
        Look(language="en", script=False),
        Look(language="ko", theme="dark", width=360, height=740),
    ],
    ids=str,
)


def test_the_ledger_is_a_file_too(hanbit: Hanbit, window: Screen) -> None:
    page = window.sign_in(hanbit.tokens.live, "/console/ledger")
    before, entries = None, hanbit.charges()
    while entries != before:  # the worker charges when it is time, also in between
        before = entries
        page.reload()
        with page.expect_download() as started:
            page.click("a[download]")
        entries = hanbit.charges()

    sheet = Path(started.value.path()).read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(sheet)))
    assert page.locator("tbody tr").count() == len(entries)
    assert started.value.suggested_filename == "ledger.csv"
    assert [row["id"] for row in rows] == [entry["id"] for entry in entries]
    window.require_fine("ledger")


@EACH_WAY
def test_the_clock_moves_once_it_is_clear_what_happens(
    hanbit: Hanbit, opens: Opens, look: Look
) -> None:
    with hanbit.server.client(hanbit.tokens.test) as tester:
        line = tester.get("/v3/telephone-numbers/available").json["items"][0]
        tester.post("/v3/telephone-numbers/purchase", {"id": line["id"]})
        before = tester.get("/x/v1/test-clock").json["now"]
        screen = opens(look)
        page = screen.sign_in(hanbit.tokens.test, CLOCK)

        page.click("a[href='?days=31']")
        assert page.locator("section:has(#then) .timeline li").count() >= 1
        assert tester.get("/x/v1/test-clock").json["now"] < before + 24 * 3_600_000
        screen.keep("clock-ahead")
        screen.require_fine("clock ahead")
        page.click("form[method=post] button.main")

        page.wait_for_url(re.compile("done=advanced"))
        assert tester.get("/x/v1/test-clock").json["now"] >= before + 31 * 24 * 3_600_000


def test_the_clock_never_goes_back(hanbit: Hanbit, window: Screen) -> None:
    page = window.sign_in(hanbit.tokens.test, f"{CLOCK}?at=2020-01-01T00:00")

    assert page.locator("main form[method=post]").count() == 0
    window.require_fine("a past instant")


def test_a_live_key_has_no_clock(hanbit: Hanbit, window: Screen) -> None:
    page = window.sign_in(hanbit.tokens.live, CLOCK)

    assert "SANDBOX_ONLY" in page.content()
    page.goto(hanbit.url + "/console")
    assert page.locator(f"nav a[href='{CLOCK}']").count() == 0


def test_a_trunk_is_examined_from_the_list(hanbit: Hanbit, window: Screen) -> None:
    page = window.sign_in(hanbit.tokens.live, "/console/trunks")
    trunk = hanbit.number(BROUGHT)["inbound_trunk_id"]

    page.click(f"form[action$='/{trunk}/check'] button")

    expect(page.locator("section:has(#doctor) .steps li")).to_have_count(6)
    window.keep("trunks-examined")
    window.require_fine("examined")


def test_an_outage_stands_in_the_strip_of_its_trunk(hanbit: Hanbit, window: Screen) -> None:
    trunk = hanbit.number(BROUGHT)
    page = window.sign_in(hanbit.tokens.live, "/console/trunks")
    page.click(f"a[href*='{trunk['id']}/sip#health']")
    strip = page.locator(".strip")

    expect(strip.locator("rect")).to_have_count(3)
    expect(strip.locator("rect.down")).to_have_count(1)
    assert "93.75%" in (strip.get_attribute("aria-label") or "")

    page.click("nav.switch a[href='?span=month']")
    expect(strip.locator("rect.unknown")).to_have_count(1)
    page.goto(f"{hanbit.url}/console/numbers/{trunk['id']}/sip?span=week")
    assert "408" in page.inner_text("section:has(#health) tbody")
    window.keep("trunk-health")
    window.require_fine("health")


def test_runtimes_tell_targets_with_priority_weight_and_state(
    hanbit: Hanbit, window: Screen
) -> None:
    page = window.sign_in(hanbit.tokens.live, "/console/runtimes")
    told = page.inner_text("main")

    for runtime in hanbit.client.get("/x/v1/runtimes").json["items"]:
        assert runtime["name"] in told
        for target in runtime["targets"]:
            assert target["address"] in told
    assert page.locator("tbody tr .status").count() == page.locator("tbody tr").count()
