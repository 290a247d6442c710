"""Being at the console: keyboard, languages, colours, sandbox, keys that may only read."""

import pytest
from playwright.sync_api import expect

from parts.browser import Look, Screen
from parts.hanbit import MAIN, Hanbit, Opens

pytestmark = pytest.mark.xdist_group("console")


def test_signing_in_and_out_with_the_keyboard_alone(hanbit: Hanbit, window: Screen) -> None:
    page = window.open("/console/numbers")
    expect(page.locator("#f-key")).to_be_focused()
    window.keep("sign-in")
    window.require_fine("sign-in")

    page.keyboard.type(hanbit.tokens.live)
    page.keyboard.press("Enter")
    page.wait_for_url(hanbit.url + "/console/numbers")
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    while not page.locator("button", has_text=sign_out(window)).evaluate(
        "each => each === document.activeElement"
    ):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.wait_for_url("**/console/sign-in?signed_out=yes")
    assert page.goto(hanbit.url + "/console/numbers")
    assert "/console/sign-in" in page.url


def sign_out(window: Screen) -> str:
    return {"ko": "로그아웃", "en": "Sign out"}[window.look.language]


def test_a_number_is_bought_with_the_keyboard_alone(hanbit: Hanbit, opens: Opens) -> None:
    line = "0200001002"
    page = opens(Look()).sign_in(hanbit.tokens.live, f"/console/buy/{line}")

    page.locator("#f-memo").focus()
    page.keyboard.type("키보드")
    page.keyboard.press("Enter")

    page.wait_for_url("**/console/numbers/*")
    assert hanbit.number(line)["memo"] == "키보드"


def test_a_wrong_key_is_told_and_read_out(window: Screen) -> None:
    page = window.open("/console/sign-in")

    page.fill("#f-key", "dp_live_" + "0" * 43)
    page.keyboard.press("Enter")

    expect(page.locator("#faults")).to_be_focused()
    assert page.locator("#f-key").get_attribute("aria-invalid") == "true"
    window.require_fine("refused sign-in")


def test_the_language_is_changed_and_remembered(hanbit: Hanbit, opens: Opens) -> None:
    page = opens(Look(language="ko")).sign_in(hanbit.tokens.live, "/console/numbers?status=active")

    page.click("a[hreflang=en]")

    assert page.inner_text("h1") == "Numbers"
    assert page.url.endswith("/console/numbers?status=active")
    page.goto(hanbit.url + "/console")
    assert page.inner_text("h1") == "Overview"


@pytest.mark.parametrize("script", [True, False])
def test_the_colours_are_changed_and_remembered(
    hanbit: Hanbit,
    opens: Opens,
    script: bool,  # noqa: FBT001
) -> None:
    page = opens(Look(theme="light", script=script)).sign_in(hanbit.tokens.live)

    page.click("a[href*='/theme/dark']")

    page.goto(hanbit.url + "/console/numbers")
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_a_test_key_looks_at_the_sandbox_and_is_told_so(hanbit: Hanbit, window: Screen) -> None:
    page = window.sign_in(hanbit.tokens.test, "/console/numbers")

    expect(page.locator(".band time")).to_be_visible()
    expect(page.locator(".empty")).to_be_visible()
    window.keep("sandbox")
    window.require_fine("sandbox")


def test_a_key_that_may_only_read_is_offered_nothing_else(hanbit: Hanbit, window: Screen) -> None:
    key = hanbit.client.post("/x/v1/keys", {"name": "reader", "scopes": ["read"]}).json["token"]
    number = hanbit.number(MAIN)["id"]

    page = window.sign_in(key, f"/console/numbers/{number}")

    expect(page.locator(".band")).to_be_visible()
    assert page.locator("main form[method=post]").count() == 0
    window.require_fine("read only")


def test_what_belongs_to_others_is_not_there(hanbit: Hanbit, window: Screen) -> None:
    page = window.sign_in(hanbit.tokens.test, "/console/numbers")

    answer = page.goto(f"{hanbit.url}/console/numbers/{hanbit.number(MAIN)['id']}")

    assert answer is not None
    assert answer.status == 404
    window.require_fine("not found")


def test_a_key_that_is_revoked_meanwhile_leads_to_the_door(hanbit: Hanbit, window: Screen) -> None:
    key = hanbit.client.post("/x/v1/keys", {"name": "leaving"}).json
    page = window.sign_in(key["token"], "/console/numbers")
    hanbit.client.delete(f"/x/v1/keys/{key['id']}")

    page.click(
        "input[value=active]", no_wait_after=True
    )  # a click that only swaps a part of the page

    page.wait_for_url("**/console/sign-in?signed_out=key")
