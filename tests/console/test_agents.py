"""Agents in a browser: freezing, publishing, rolling back, and who answers for them."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from parts.browser import Look, Screen
from parts.hanbit import MAIN, Hanbit, Opens

pytestmark = pytest.mark.xdist_group("console")

AGENTS = "/console/agents"
RECEPTION = "예약 상담"
SURVEY = "만족도 조사"
EACH_WAY = pytest.mark.parametrize(
    "look", [Look(language="en"), Look(language="en", script=False)], ids=str
)


def agent_called(hanbit: Hanbit, name: str) -> dict[str, Any]:
    agents = hanbit.client.get("/v3/agents").json["items"]
    found: dict[str, Any] = next(each for each in agents if each["name"] == name)
    return found


def page_of(hanbit: Hanbit, name: str, part: str = "") -> str:
    return f"{AGENTS}/{agent_called(hanbit, name)['agent_id']}{part}"


def versions(hanbit: Hanbit, name: str) -> list[str]:
    path = f"/v3/agents/{agent_called(hanbit, name)['agent_id']}/versions"
    return [each["version"] for each in hanbit.client.get(path).json["versions"]]


@EACH_WAY
def test_are_found_by_name(hanbit: Hanbit, opens: Opens, look: Look) -> None:
    page = opens(look).sign_in(hanbit.tokens.live, AGENTS)

    page.fill("#f-q", "예약")
    if not look.script:
        page.keyboard.press("Enter")

    expect(page.locator("#results tbody tr")).to_have_count(1)
    page.click("#results tbody a")
    expect(page.locator("h1")).to_have_text(RECEPTION)


def test_the_page_tells_the_draft_and_which_numbers_map_it(hanbit: Hanbit, window: Screen) -> None:
    place = f"/v3/agents/{agent_called(hanbit, RECEPTION)['agent_id']}"
    greeting = hanbit.client.get(place).json["data"]["prompt"]["firstLine"]

    page = window.sign_in(hanbit.tokens.live, page_of(hanbit, RECEPTION))

    assert greeting in page.inner_text("section:has(#draft)")
    assert "070-0000-1001" in page.inner_text("section:has(#mapped)")


@EACH_WAY
def test_a_version_is_published_and_an_earlier_one_again(
    hanbit: Hanbit, opens: Opens, look: Look
) -> None:
    screen = opens(look)
    agent = agent_called(hanbit, RECEPTION)
    greeting = f"반갑습니다 {look}"
    change = {"data": {"prompt": {"firstLine": greeting}}}
    assert hanbit.client.patch(f"/v3/agents/{agent['agent_id']}", change).status == 200
    page = screen.sign_in(hanbit.tokens.live, page_of(hanbit, RECEPTION))
    page.fill("#f-description", "New greeting")
    page.locator("form[action$='/versions'] button").click()
    page.wait_for_url(re.compile("done=frozen"))
    newest, earlier = versions(hanbit, RECEPTION)[0], agent["production_version"]

    page.click(f"a[href$='/versions/{newest}']")

    told = page.inner_text("main")
    assert "070-0000-1001" in told
    assert greeting in page.inner_text("section:has(#differs)")
    screen.require_fine("publication")
    page.click("button.main")
    page.wait_for_url(re.compile("done=published"))
    assert agent_called(hanbit, RECEPTION)["production_version"] == newest

    page.click(f"a[href$='/versions/{earlier}']")
    assert f"Roll {RECEPTION} back to {earlier}" in page.inner_text("h1")
    page.click("button.main")
    page.wait_for_url(re.compile("done=published"))
    assert agent_called(hanbit, RECEPTION)["production_version"] == earlier


def test_what_somebody_else_has_published_is_not_overwritten(
    hanbit: Hanbit, window: Screen
) -> None:
    agent = agent_called(hanbit, RECEPTION)
    path = f"/v3/agents/{agent['agent_id']}/versions"
    serving = agent["production_version"]
    other, mine = (hanbit.client.post(path, {}).json["version"] for _ in range(2))
    page = window.sign_in(hanbit.tokens.live, page_of(hanbit, RECEPTION, f"/versions/{mine}"))
    hanbit.client.post(f"{path}/{other}/publish", {})

    page.click("button.main")

    expect(page.locator("#faults")).to_be_focused()
    assert agent_called(hanbit, RECEPTION)["production_version"] == other
    window.require_fine("refused publication")
    hanbit.client.post(f"{path}/{serving}/publish", {})


def test_a_draft_that_has_moved_on_is_not_frozen_unseen(hanbit: Hanbit, window: Screen) -> None:
    agent_id = agent_called(hanbit, RECEPTION)["agent_id"]
    page = window.sign_in(hanbit.tokens.live, page_of(hanbit, RECEPTION))
    before = versions(hanbit, RECEPTION)
    change = {"data": {"prompt": {"firstLine": f"다른 사람 {window.look.language}"}}}
    hanbit.client.patch(f"/v3/agents/{agent_id}", change)

    page.locator("form[action$='/versions'] button").click()

    expect(page.locator("#faults")).to_be_focused()
    assert versions(hanbit, RECEPTION) == before
    window.require_fine("refused freezing")


def test_the_first_publication_says_so(hanbit: Hanbit, window: Screen) -> None:
    page = window.sign_in(hanbit.tokens.live, page_of(hanbit, SURVEY))
    window.require_fine("never published")

    page.click("a[href$='/versions/v1']")

    assert page.locator("section:has(#affected) table").count() == 0
    expect(page.locator("button.main")).to_be_visible()
    window.require_fine("first publication")


def test_another_runtime_takes_its_calls(hanbit: Hanbit, window: Screen) -> None:
    page = window.sign_in(hanbit.tokens.live, page_of(hanbit, RECEPTION))

    page.select_option("#f-runtime", label="설문")
    page.locator("form[action$='/runtime'] button").click()

    page.wait_for_url(re.compile("done=agent_runtime"))
    path = f"/x/v1/agents/{agent_called(hanbit, RECEPTION)['agent_id']}/runtime"
    assert hanbit.client.get(path).json["runtime_id"] is not None
    assert hanbit.number(MAIN)["inbound_agent"]["agent_version"] == "production"
    hanbit.client.patch(path, {"runtime_id": None})
