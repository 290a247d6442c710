"""What one does with numbers, in a browser, in both languages, and without JavaScript too."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from parts.browser import Look, Screen
from parts.hanbit import BROUGHT, COMING, GIVEN_UP, MAIN, Hanbit, Opens

pytestmark = pytest.mark.xdist_group("console")

NUMBERS = "/console/numbers"
EACH_WAY = pytest.mark.parametrize(
    "look", [Look(language="en"), Look(language="en", script=False)], ids=str
)


def page_of(number: dict[str, Any], part: str = "") -> str:
    return f"{NUMBERS}/{number['id']}{part}"


def submit(page: Page, form: str) -> None:
    page.locator(f"form[action$='{form}'][method=post] button[type=submit]").first.click()


def rows(page: Page) -> list[str]:
    return page.locator("#results tbody th").all_inner_texts()


class TestTheList:
    @EACH_WAY
    def test_finds_by_part_of_a_number(self, hanbit: Hanbit, opens: Opens, look: Look) -> None:
        page = opens(look).sign_in(hanbit.tokens.live, NUMBERS)

        page.fill("#f-q", "+82 31-777")
        if not look.script:
            page.keyboard.press("Enter")

        expect(page.locator("#results tbody tr")).to_have_count(1)
        assert rows(page)[0].startswith("031-777-0100")

    def test_is_filtered_at_once_and_can_be_passed_on(self, hanbit: Hanbit, window: Screen) -> None:
        page = window.sign_in(hanbit.tokens.live, NUMBERS)

        page.check("input[value=cancel_requested]")

        expect(page.locator("#results tbody tr")).to_have_count(1)
        assert page.url.count("status=cancel_requested") == 1
        page.reload()
        assert rows(page)[0].startswith("02-0000-1001")
        window.require_fine("filtered")

    def test_says_what_to_do_when_nothing_fits(self, hanbit: Hanbit, window: Screen) -> None:
        page = window.sign_in(hanbit.tokens.live, f"{NUMBERS}?q=99999999")

        page.click("#results .empty a")

        expect(page.locator("#results tbody tr").first).to_be_visible()


class TestBuying:
    @EACH_WAY
    def test_says_what_it_costs_before_the_click(
        self,
        hanbit: Hanbit,
        opens: Opens,
        look: Look,
    ) -> None:
        line = "07000001003" if look.script else "07000001004"
        screen = opens(look)
        page = screen.sign_in(hanbit.tokens.live, "/console/buy")
        page.click(f"a[href='/console/buy/{line}']")

        terms = page.inner_text("main")
        page.fill("#f-memo", "Night desk")
        submit(page, line)

        assert "₩7,700 is charged now" in terms
        assert re.search(
            r"₩7,700 is charged at \d{4}-\d\d-\d\d \d\d:\d\d for the next month", terms
        )
        page.wait_for_url(re.compile(r"/console/numbers/.*done=bought"))
        assert hanbit.number(line)["memo"] == "Night desk"
        screen.require_fine("bought")

    def test_a_double_click_buys_once(self, hanbit: Hanbit, opens: Opens) -> None:
        page = opens(Look(script=False)).sign_in(hanbit.tokens.live, "/console/buy/07000001005")
        form = page.locator("form[action='/console/buy/07000001005']")
        sent = {
            name: form.locator(f"input[name={name}]").get_attribute("value") or ""
            for name in ("proof", "once")
        }
        before = len(hanbit.charges())

        answers = [
            page.request.post(f"{hanbit.url}/console/buy/07000001005", form=sent, max_redirects=0)
            for _ in range(2)
        ]

        assert [answer.status for answer in answers] == [303, 303]
        assert answers[0].headers["location"] == answers[1].headers["location"]
        assert len(hanbit.charges()) == before + 1

    def test_a_start_in_the_past_is_told_at_its_field(self, hanbit: Hanbit, window: Screen) -> None:
        page = window.sign_in(hanbit.tokens.live, "/console/buy/07000001006")

        page.fill("#f-start_at", "2020-01-01T00:00")
        submit(page, "07000001006")

        expect(page.locator("#faults")).to_be_focused()
        assert page.locator("#f-start_at").get_attribute("aria-invalid") == "true"
        window.require_fine("refused purchase")


class TestRegistering:
    @EACH_WAY
    def test_takes_a_number_as_people_write_it(
        self,
        hanbit: Hanbit,
        opens: Opens,
        look: Look,
    ) -> None:
        number = "0221112222" if look.script else "0221113333"
        page = opens(look).sign_in(hanbit.tokens.live, "/console/register")

        page.fill("#f-number", f"+82 2-{number[2:6]}-{number[6:]}")
        page.fill("#f-address", "sip:127.0.0.1:5099")
        submit(page, "/console/register")

        page.wait_for_url(re.compile(r"/sip\?done=registered"))
        assert hanbit.number(number)["address"] == "sip:127.0.0.1:5099"

    def test_what_is_wrong_is_kept_and_named(self, hanbit: Hanbit, window: Screen) -> None:
        page = window.sign_in(hanbit.tokens.live, "/console/register")

        page.fill("#f-number", "070-1111-2222")
        page.fill("#f-address", "not an address at all")
        page.fill("#f-auth_password", "geheim")
        submit(page, "/console/register")

        expect(page.locator("#faults")).to_be_focused()
        page.click("#faults a >> nth=0")
        assert page.input_value("#f-number") == "070-1111-2222"
        assert page.input_value("#f-auth_password") == ""
        assert "geheim" not in page.content()
        window.require_fine("refused registration")


class TestTheEndOfANumber:
    def test_is_said_before_and_can_be_taken_back(self, hanbit: Hanbit, window: Screen) -> None:
        number = hanbit.number(MAIN)
        page = window.sign_in(hanbit.tokens.live, page_of(number))
        page.click(f"a[href='{page_of(number, '/end')}']")
        promised = page.locator("main time").first.get_attribute("datetime")

        submit(page, "/end")

        ending = hanbit.number(MAIN)
        assert ending["status"] == "cancel_requested"
        assert promised == hanbit.in_seoul(ending["end_at"])
        window.keep("number-ending")
        window.require_fine("ending")

        submit(page, "/end/revoke")

        expect(page.locator("p.done")).to_be_visible()
        assert hanbit.number(MAIN)["status"] == "active"

    def test_comes_at_once_over_an_own_trunk(self, hanbit: Hanbit, opens: Opens) -> None:
        made = {"number": "0244445555", "address": "sip:127.0.0.1:5099"}
        number = hanbit.client.post("/v3/telephone-numbers/register", made).json
        page = opens(Look(script=False)).sign_in(hanbit.tokens.live, page_of(number, "/end"))

        submit(page, "/end")

        assert hanbit.number("0244445555")["status"] == "expired"
        assert page.locator("a[href$='/end']").count() == 0

    def test_what_somebody_else_has_changed_is_not_overwritten(
        self, hanbit: Hanbit, opens: Opens
    ) -> None:
        number = hanbit.number(COMING)
        page = opens(Look(language="en")).sign_in(hanbit.tokens.live, page_of(number))
        page.fill("#f-memo", "mine")
        path = f"/v3/organization-telephone-numbers/{number['id']}"
        hanbit.client.patch(path, {"memo": "theirs"})

        submit(page, "/memo")

        assert "It has changed meanwhile" in page.inner_text("h1")
        assert hanbit.number(COMING)["memo"] == "theirs"


class TestWhoAnswers:
    @EACH_WAY
    def test_is_chosen_with_a_version(self, hanbit: Hanbit, opens: Opens, look: Look) -> None:
        number = hanbit.number(MAIN)
        screen = opens(look)
        page = screen.sign_in(hanbit.tokens.live, page_of(number, "/outbound"))

        page.select_option("#f-agent", label="만족도 조사")
        if not look.script:
            page.locator("form[method=get] button").click()
        page.check("input[name=agent_version][value=v1]")
        submit(page, "/outbound")

        page.wait_for_url(re.compile("done=mapping"))
        assert hanbit.number(MAIN)["outbound_agent"]["agent_version"] == "v1"

    def test_a_version_that_was_never_published_is_refused_with_the_reason(
        self, hanbit: Hanbit, window: Screen
    ) -> None:
        number = hanbit.number(GIVEN_UP)
        page = window.sign_in(hanbit.tokens.live, page_of(number, "/inbound"))
        page.select_option("#f-agent", label="만족도 조사")

        page.check("input[name=agent_version][value=production]")
        submit(page, "/inbound")

        expect(page.locator("#faults")).to_be_focused()
        assert hanbit.number(GIVEN_UP)["inbound_agent"] is None
        window.require_fine("refused mapping")


class TestTheTrunk:
    def test_is_examined_step_by_step(self, hanbit: Hanbit, window: Screen) -> None:
        page = window.sign_in(hanbit.tokens.live, page_of(hanbit.number(BROUGHT), "/sip"))

        submit(page, "/sip/check")

        expect(page.locator("#report li")).to_have_count(6)
        assert page.locator("#report .fix").count() >= 1
        window.keep("number-sip-examined")
        window.require_fine("examined")

    def test_its_password_is_never_shown(self, hanbit: Hanbit, window: Screen) -> None:
        page = window.sign_in(hanbit.tokens.live, page_of(hanbit.number(BROUGHT), "/sip"))

        assert "demo-password" not in page.content()
        assert page.input_value("#f-auth_password") == ""

    def test_another_address_wants_the_password_again(self, hanbit: Hanbit, window: Screen) -> None:
        page = window.sign_in(hanbit.tokens.live, page_of(hanbit.number(BROUGHT), "/sip"))

        page.fill("#f-address", "sip:127.0.0.1:5091")
        submit(page, "/sip")

        expect(page.locator("#f-auth_password")).to_have_attribute("aria-invalid", "true")
        assert page.input_value("#f-address") == "sip:127.0.0.1:5091"


class TestRouting:
    @EACH_WAY
    def test_an_address_that_was_refused_can_be_allowed(
        self,
        hanbit: Hanbit,
        opens: Opens,
        look: Look,
    ) -> None:
        source = "198.51.100.7" if look.script else "198.51.100.8"
        place = page_of(hanbit.number(BROUGHT), f"/routing?allow={source}")
        page = opens(look).sign_in(hanbit.tokens.live, place)

        page.locator("section:has(#sources) button").click()

        page.wait_for_url(re.compile("done=routing"))
        assert f"{source}/32" in hanbit.routing(BROUGHT)["allowed_sources"]

    def test_limits_split_and_fallbacks_are_set(self, hanbit: Hanbit, window: Screen) -> None:
        page = window.sign_in(hanbit.tokens.live, page_of(hanbit.number(MAIN), "/routing"))

        page.fill("input[name=concurrent_calls]", "7")
        page.locator("section:has(#limits) button").click()
        page.locator("input[name=label] >> nth=0").fill("A")
        page.locator("input[name=weight] >> nth=0").fill("10")
        page.locator("select[name=arm] >> nth=0").select_option(
            index=3
        )  # the agent that is in production
        page.locator("section:has(#split) button").click()
        page.locator("select[name=way] >> nth=0").select_option("telephone")
        page.locator("input[name=place] >> nth=0").fill("02-312-3456")
        page.locator("section:has(#fallbacks) button").click()

        routing = hanbit.routing(MAIN)
        assert routing["limits"]["concurrent_calls"] == 7
        assert [arm["label"] for arm in routing["inbound_split"]] == ["A"]
        assert routing["fallbacks"] == [{"type": "telephone", "number": "023123456"}]
        window.require_fine("routing")

    def test_what_is_no_network_is_named(self, hanbit: Hanbit, window: Screen) -> None:
        page = window.sign_in(hanbit.tokens.live, page_of(hanbit.number(BROUGHT), "/routing"))

        page.fill("#f-allowed_sources", "somewhere")
        page.locator("section:has(#sources) button").click()

        expect(page.locator("#faults")).to_be_focused()
        assert page.input_value("#f-allowed_sources") == "somewhere"
        window.require_fine("refused routing")


class TestTheRouteMap:
    @EACH_WAY
    def test_draws_each_rule_and_where_the_call_goes(
        self,
        hanbit: Hanbit,
        opens: Opens,
        look: Look,
    ) -> None:
        screen = opens(look)
        page = screen.sign_in(hanbit.tokens.live, "/console/route-map")

        page.fill("#f-called", "+82 31-777-0100")
        page.fill("#f-source_address", "198.51.100.200")
        page.locator("form.question button").click()

        expect(page.locator(".way .stop.refused").first).to_be_visible()
        assert "The caller hears 403" in page.inner_text(".way")
        screen.require_fine("refused call")

    def test_takes_only_addresses_as_a_source(self, hanbit: Hanbit, window: Screen) -> None:
        page = window.sign_in(
            hanbit.tokens.live, "/console/route-map?called=1&source_address=pbx.example"
        )

        expect(page.locator("#f-source_address")).to_have_attribute("aria-invalid", "true")
        window.require_fine("refused question")


class TestHistory:
    def test_tells_what_was_and_what_is(self, hanbit: Hanbit, window: Screen) -> None:
        number = hanbit.number(GIVEN_UP)
        path = f"/v3/organization-telephone-numbers/{number['id']}"
        memo = f"새 메모 {window.look.language}"
        hanbit.client.patch(path, {"memo": memo})

        page = window.sign_in(hanbit.tokens.live, page_of(number, "/history"))

        first = page.locator(".events > li").first
        assert first.locator("tbody td").all_inner_texts() == [number["memo"], memo]
