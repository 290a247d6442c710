"""Calls in a browser: finding one, reading why it went where it went, ending it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from parts.browser import Look, Screen
from parts.hanbit import BROUGHT, CALLS_OF_EACH_HOUR, Hanbit, Opens

pytestmark = pytest.mark.xdist_group("console")

CALLS = "/console/calls"
EACH_WAY = pytest.mark.parametrize(
    "look", [Look(language="en"), Look(language="en", script=False)], ids=str
)


def placed(hanbit: Hanbit, callee: str) -> str:
    order = {"from_number": BROUGHT, "to_number": callee}
    return str(hanbit.client.post("/v3/calls", order).json["id"])


@EACH_WAY
def test_are_found_by_number_and_by_status(hanbit: Hanbit, opens: Opens, look: Look) -> None:
    callee = "01022220001" if look.script else "01022220002"
    placed(hanbit, callee)
    page = opens(look).sign_in(hanbit.tokens.live, CALLS)

    page.fill("#f-call_to", f"+82 {callee[1:]}")
    page.select_option("#f-status", "queued")
    if not look.script:
        page.locator("form.question button").click()

    expect(page.locator("#results > .table tbody tr")).to_have_count(1)
    page.click("#results > .table tbody a")
    expect(page.locator("h1")).to_contain_text(callee[3:7])


def test_a_filter_that_fits_nothing_can_be_cleared(hanbit: Hanbit, window: Screen) -> None:
    placed(hanbit, "01022220003")
    page = window.sign_in(hanbit.tokens.live, f"{CALLS}?disconnection_reason=dial_busy")
    window.require_fine("no call fits")

    page.click("#results .empty a")

    expect(page.locator("#results > .table tbody tr").first).to_be_visible()


@EACH_WAY
def test_their_chart_follows_the_filters(hanbit: Hanbit, opens: Opens, look: Look) -> None:
    page = opens(look).sign_in(hanbit.tokens.live, f"{CALLS}?call_to={BROUGHT}")
    told = sum(CALLS_OF_EACH_HOUR)
    figure = page.locator("#results .chart")

    expect(figure.locator("desc")).to_contain_text(f"{told} calls, {told - -(-told // 4)} answered")
    assert figure.locator("svg g").count() == sum(map(bool, CALLS_OF_EACH_HOUR))
    page.click("#results summary")
    expect(page.locator("#results details tbody tr")).to_have_count(24)

    page.select_option("#f-status", "ended")
    if not look.script:
        page.locator("form.question button").click()
    expect(figure.locator(".missed").nth(1)).to_have_count(0)


def test_a_chart_of_a_week_has_days_and_one_of_a_year_is_not_drawn(
    hanbit: Hanbit, window: Screen
) -> None:
    since = datetime.now(UTC)
    week, year = ((since - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M") for days in (7, 365))

    page = window.sign_in(hanbit.tokens.live, f"{CALLS}?start_at_after={week}")
    window.keep("calls-by-day")
    window.require_fine("a week")
    assert page.locator("#results details tbody tr").count() in {7, 8, 9}

    page = window.open(f"{CALLS}?start_at_after={year}")
    expect(page.locator("#results .note")).to_contain_text("32")
    expect(page.locator("#results > .table tbody tr").first).to_be_visible()


def test_an_instant_that_is_none_is_told_at_its_field(hanbit: Hanbit, window: Screen) -> None:
    page = window.sign_in(hanbit.tokens.live, f"{CALLS}?start_at_after=soon")

    expect(page.locator("#f-start_at_after")).to_have_attribute("aria-invalid", "true")
    window.require_fine("refused filter")


def test_the_page_tells_whether_it_would_go_the_same_way_today(
    hanbit: Hanbit, window: Screen
) -> None:
    number = hanbit.number(BROUGHT)
    place = f"{CALLS}/{placed(hanbit, '01022220004')}"
    page = window.sign_in(hanbit.tokens.live, place)
    assert page.locator("section:has(#today) .is-good").count() == 1
    path = f"/v3/organization-telephone-numbers/{number['id']}/agent"
    hanbit.client.patch(path, {"outbound_agent": None})

    page.reload()

    assert page.locator("section:has(#today) .is-warn").count() == 1
    expect(page.locator(".way.is-refused")).to_be_visible()
    window.keep("call-different-today")
    window.require_fine("different today")
    hanbit.client.patch(path, {"outbound_agent": number["outbound_agent"]})


@EACH_WAY
def test_one_that_waits_can_be_ended(hanbit: Hanbit, opens: Opens, look: Look) -> None:
    call_id = placed(hanbit, "01022220005")
    page = opens(look).sign_in(hanbit.tokens.live, f"{CALLS}/{call_id}")

    page.click("button.risky")

    page.wait_for_url(re.compile("done=hung_up"))
    assert hanbit.client.get(f"/v3/calls/{call_id}").json["status"] == "canceled"
    assert page.locator("button.risky").count() == 0
