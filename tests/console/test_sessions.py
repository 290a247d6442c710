"""Signing in and out, and what a session is worth."""

from dataclasses import replace
from typing import Final, NoReturn

import httpx
import pytest

from builders import NUMBER, a_number
from dialplane.api.app import answer_broken
from dialplane.console.mounting import mount, show_what_breaks
from dialplane.console.sessions import COOKIE, IDLE_MS, LONGEST_MS
from dialplane.domain.callers import Scope
from dialplane.domain.values import Millis
from dialplane.main import console_parts_of
from parts.visitor import SIGN_IN, browsing, proof_on, sign_in
from parts.walks import ON_ONE_ENGINE
from parts.world import ACME_TOKEN, World

pytestmark = ON_ONE_ENGINE

MINUTE_MS: Final[Millis] = 60_000


def signed_in(visitor: httpx.Client) -> bool:
    return visitor.get("/console/numbers").status_code == 200


class TestSigningIn:
    def test_whoever_is_not_signed_in_comes_back_to_where_they_wanted(
        self, visitor: httpx.Client
    ) -> None:
        sent = visitor.get("/console/numbers?status=active")

        assert sent.status_code == 303
        assert sent.headers["location"] == (
            "/console/sign-in?to=%2Fconsole%2Fnumbers%3Fstatus%3Dactive"
        )

    def test_a_key_opens_the_console(self, visitor: httpx.Client) -> None:
        answer = sign_in(visitor, to="/console/numbers")

        assert answer.status_code == 303
        assert answer.headers["location"] == "/console/numbers"
        assert signed_in(visitor)

    @pytest.mark.parametrize("key", ["", "dp_live_" + "0" * 43, "한글", "a b\r\nX: y"])
    def test_what_is_no_key_opens_nothing(self, visitor: httpx.Client, key: str) -> None:
        answer = sign_in(visitor, key)

        assert answer.status_code == 400
        assert 'id="faults"' in answer.text
        assert COOKIE not in visitor.cookies

    def test_a_key_that_may_not_read_is_told_so(self, world: World, visitor: httpx.Client) -> None:
        key = world.with_key(Scope.WRITE).authorization or ""

        answer = sign_in(visitor, key.removeprefix("Bearer "))

        assert answer.status_code == 400
        assert "read" in answer.text

    @pytest.mark.parametrize(
        "to", ["https://evil.test/", "//evil.test", "/v3/agents", "/console\\..\\x", "/consolex"]
    )
    def test_it_never_leads_out_of_the_console(self, visitor: httpx.Client, to: str) -> None:
        assert sign_in(visitor, to=to).headers["location"] == "/console"

    def test_the_form_of_another_browser_is_not_taken(
        self, world: World, visitor: httpx.Client
    ) -> None:
        with browsing(world) as other:
            proof = proof_on(other.get(SIGN_IN))

        answer = visitor.post(SIGN_IN, data={"proof": proof, "key": ACME_TOKEN})

        assert answer.status_code == 400
        assert COOKIE not in visitor.cookies


class TestTheCookie:
    def test_is_for_this_console_and_no_script(self, visitor: httpx.Client) -> None:
        cookie = sign_in(visitor).headers["set-cookie"]

        for attribute in ("HttpOnly", "SameSite=Strict", "Path=/console"):
            assert attribute in cookie
        assert "Secure" not in cookie
        assert ACME_TOKEN not in cookie

    def test_travels_over_tls_alone_where_there_is_tls(self, visitor: httpx.Client) -> None:
        visitor.headers["X-Forwarded-Proto"] = "https"
        visitor.headers["Host"] = "dialplane.test"

        assert "Secure" in visitor.get(SIGN_IN).headers["set-cookie"]

    def test_opens_nothing_when_it_was_changed(self, visitor: httpx.Client) -> None:
        sign_in(visitor)
        sealed = visitor.cookies[COOKIE]
        visitor.cookies.clear()

        for forged in (sealed[:-4] + "AAAA", "x." + sealed, sealed.partition(".")[2], ""):
            answer = visitor.get("/console", headers={b"Cookie": f"{COOKIE}={forged}".encode()})
            assert answer.status_code == 303


class TestTheEnd:
    def test_comes_an_hour_after_the_last_click(self, world: World, visitor: httpx.Client) -> None:
        sign_in(visitor)
        for _ in range(3):
            world.clock.advance(ms=IDLE_MS - MINUTE_MS)
            assert signed_in(visitor)

        world.clock.advance(ms=IDLE_MS)

        assert not signed_in(visitor)

    def test_comes_after_a_working_day_in_any_case(
        self, world: World, visitor: httpx.Client
    ) -> None:
        sign_in(visitor)
        for _ in range(LONGEST_MS // (IDLE_MS // 2) - 1):
            world.clock.advance(ms=IDLE_MS // 2)
            assert signed_in(visitor)

        world.clock.advance(ms=IDLE_MS // 2)

        assert not signed_in(visitor)

    def test_comes_with_the_next_click_when_the_key_is_revoked(
        self, world: World, visitor: httpx.Client
    ) -> None:
        key = world.acme.post("/x/v1/keys", {"name": "console"}).json
        sign_in(visitor, key["token"])
        world.acme.delete(f"/x/v1/keys/{key['id']}")

        answer = visitor.get("/console/numbers")

        assert answer.headers["location"] == "/console/sign-in?signed_out=key"
        assert COOKIE not in visitor.cookies

    def test_comes_with_signing_out(self, visitor: httpx.Client) -> None:
        sign_in(visitor)
        proof = proof_on(visitor.get("/console/numbers"))

        visitor.post("/console/sign-out", data={"proof": proof})

        assert not signed_in(visitor)


class TestForms:
    @pytest.mark.parametrize(
        ("proof", "headers"),
        [
            ("", {}),
            ("wrong", {}),
            (None, {"Origin": "https://evil.test"}),
            (None, {"Origin": "null"}),
            (None, {"Sec-Fetch-Site": "cross-site"}),
            (None, {"Sec-Fetch-Site": "same-site"}),
        ],
    )
    def test_of_others_change_nothing(
        self, visitor: httpx.Client, proof: str | None, headers: dict[str, str]
    ) -> None:
        sign_in(visitor)
        ours = proof_on(visitor.get("/console/numbers"))

        answer = visitor.post(
            "/console/sign-out", data={"proof": ours if proof is None else proof}, headers=headers
        )

        assert answer.status_code == 403
        assert signed_in(visitor)

    def test_larger_than_any_of_ours_are_not_read(self, visitor: httpx.Client) -> None:
        sign_in(visitor)

        answer = visitor.post("/console/sign-out", data={"proof": "x" * 70_000})

        assert answer.status_code == 403


class TestPages:
    def test_allow_no_script_and_no_style_but_our_files(self, visitor: httpx.Client) -> None:
        for path in (SIGN_IN, "/console/nothing-here"):
            policy = visitor.get(path).headers["content-security-policy"]

            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy

    def test_are_kept_by_no_cache(self, visitor: httpx.Client) -> None:
        sign_in(visitor)

        assert visitor.get("/console/numbers").headers["cache-control"] == "no-store"

    def test_are_not_found_where_there_is_none(self, visitor: httpx.Client) -> None:
        sign_in(visitor)

        for path in ("/console/nothing", "/console/numbers/not-an-id", "/console/assets/x.css"):
            assert visitor.get(path).status_code == 404

    def test_break_as_pages_and_tell_the_request(self, world: World) -> None:
        def breaks(*_asked: object) -> NoReturn:
            raise RuntimeError

        mount(world.app, replace(console_parts_of(world.parts, world.app), application=breaks))
        show_what_breaks(world.app, answer_broken)
        with browsing(world) as visitor:
            answer = sign_in(visitor)

        assert answer.status_code == 500
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.headers["x-request-id"] in answer.text


class TestAChange:
    def test_is_entered_under_the_key_and_the_request_it_came_with(
        self, world: World, visitor: httpx.Client
    ) -> None:
        world.given(a_number())
        sign_in(visitor)
        page = visitor.get(f"/console/numbers/{NUMBER}")

        visitor.post(
            f"/console/numbers/{NUMBER}/memo",
            data={"proof": proof_on(page), "memo": "밤"},
            headers={"X-Request-Id": "asked-at-the-console"},
        )

        event = world.acme.get("/x/v1/events", sort_order="desc").json["items"][0]
        assert event["request_id"] == "asked-at-the-console"
        assert event["actor"]["key_id"] == world.acme.get("/x/v1/whoami").json["key"]["id"]

    def test_is_refused_to_a_key_that_may_only_read(
        self, world: World, visitor: httpx.Client
    ) -> None:
        world.given(a_number())
        reader = world.with_key(Scope.READ).authorization or ""
        sign_in(visitor, reader.removeprefix("Bearer "))
        proof = proof_on(visitor.get(f"/console/numbers/{NUMBER}"))

        for path in ("memo", "sip", "routing", "inbound", "end", "end/revoke"):
            answer = visitor.post(f"/console/numbers/{NUMBER}/{path}", data={"proof": proof})

            assert answer.status_code in (403, 409), path
        assert world.acme.get("/x/v1/events").json["items"] == []
