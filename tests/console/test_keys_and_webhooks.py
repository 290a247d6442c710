"""Keys and webhooks in a browser: what is secret is shown once, and consequences come first."""

import re
import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from parts.browser import Look, Screen
from parts.hanbit import Hanbit, Opens

pytestmark = pytest.mark.xdist_group("console")

KEYS = "/console/keys"
WEBHOOKS = "/console/webhooks"
EACH_WAY = pytest.mark.parametrize(
    "look", [Look(language="en"), Look(language="en", script=False)], ids=str
)


def submit(page: Page, form: str) -> None:
    page.locator(f"form[action$='{form}'][method=post] button[type=submit]").first.click()


def a_key(hanbit: Hanbit, name: str) -> dict[str, Any]:
    made: dict[str, Any] = hanbit.client.post("/x/v1/keys", {"name": name}).json
    return made


def a_webhook(hanbit: Hanbit, path: str) -> dict[str, Any]:
    body = {"url": f"https://hooks.example.com/{path}"}
    made: dict[str, Any] = hanbit.client.post("/x/v1/webhooks", body).json
    return made


def key_of(hanbit: Hanbit, key_id: str) -> dict[str, Any]:
    found: dict[str, Any] = hanbit.client.get(f"/x/v1/keys/{key_id}").json
    return found


def opens_the_api(hanbit: Hanbit, token: str) -> bool:
    with hanbit.server.client(token) as client:
        return client.get("/x/v1/whoami").status == 200


def until_there_is_one(hanbit: Hanbit, deliveries: str) -> None:
    """The messenger of the server queues what has happened."""
    for _ in range(300):
        if hanbit.client.get(deliveries).json["items"]:
            return
        time.sleep(0.1)
    pytest.fail("nothing was queued")


class TestKeys:
    @EACH_WAY
    def test_a_key_is_shown_once(self, hanbit: Hanbit, opens: Opens, look: Look) -> None:
        screen = opens(look)
        page = screen.sign_in(hanbit.tokens.live, KEYS)
        page.fill("#f-name", f"Nightly export {look}")
        page.check("input[value=write]")
        page.fill("#f-expires_at", "2030-01-01T09:00")
        submit(page, KEYS)

        token = page.inner_text(".secret")

        assert opens_the_api(hanbit, token)
        screen.require_fine("a key is made")
        page.click("a.button.main")
        assert token not in page.content()
        page.get_by_role("link", name=f"Nightly export {look}", exact=True).click()
        key = key_of(hanbit, page.url.rsplit("/", 1)[1])
        assert sorted(key["scopes"]) == ["read", "write"]
        assert hanbit.in_seoul(key["expires_at"]).startswith("2030-01-01T09:00:00")

    def test_what_is_wrong_is_told_at_its_field(self, hanbit: Hanbit, window: Screen) -> None:
        page = window.sign_in(hanbit.tokens.live, KEYS)

        page.fill("#f-name", "Yesterday's")
        page.fill("#f-expires_at", "2001-01-01T00:00")
        submit(page, KEYS)

        expect(page.locator("#f-expires_at")).to_have_attribute("aria-invalid", "true")
        assert page.input_value("#f-name") == "Yesterday's"
        window.require_fine("refused key")

    def test_rotation_leaves_the_old_one_its_overlap(self, hanbit: Hanbit, window: Screen) -> None:
        old = a_key(hanbit, "switchboard")
        page = window.sign_in(hanbit.tokens.live, f"{KEYS}/{old['id']}")

        page.select_option("#f-overlap", "7")
        submit(page, "/rotate")

        assert opens_the_api(hanbit, page.inner_text(".secret"))
        assert opens_the_api(hanbit, old["token"])
        assert key_of(hanbit, old["id"])["expires_at"] is not None

    def test_revoking_ends_it(self, hanbit: Hanbit, window: Screen) -> None:
        old = a_key(hanbit, "lost laptop")
        page = window.sign_in(hanbit.tokens.live, f"{KEYS}/{old['id']}")

        submit(page, "/revoke")

        page.wait_for_url(re.compile("done=key_revoked"))
        assert not opens_the_api(hanbit, old["token"])

    def test_without_the_scope_there_is_nothing_to_see(
        self, hanbit: Hanbit, window: Screen
    ) -> None:
        page = window.sign_in(a_key(hanbit, "no admin")["token"], KEYS)

        assert "FORBIDDEN" in page.content()
        assert hanbit.tokens.live[:12] not in page.content()


class TestWebhooks:
    @EACH_WAY
    def test_its_secret_is_shown_once(self, hanbit: Hanbit, opens: Opens, look: Look) -> None:
        screen = opens(look)
        page = screen.sign_in(hanbit.tokens.live, WEBHOOKS)
        page.fill("#f-url", f"https://hooks.example.com/{look}")
        page.click("summary")
        page.check("input[value='number.purchased']")
        submit(page, WEBHOOKS)

        secret = page.inner_text(".secret")

        screen.require_fine("a webhook is made")
        page.click("a.button.main")
        assert secret not in page.content()
        webhook = hanbit.client.get(f"/x/v1/webhooks/{page.url.rsplit('/', 1)[1]}").json
        assert webhook["event_types"] == ["number.purchased"]

    def test_is_changed_and_turned_off(self, hanbit: Hanbit, window: Screen) -> None:
        webhook = a_webhook(hanbit, "off")
        page = window.sign_in(hanbit.tokens.live, f"{WEBHOOKS}/{webhook['id']}")

        page.fill("#f-description", "Warehouse")
        page.uncheck("input[name=enabled]")
        submit(page, webhook["id"])

        page.wait_for_url(re.compile("done=webhook"))
        after = hanbit.client.get(f"/x/v1/webhooks/{webhook['id']}").json
        assert (after["enabled"], after["description"]) == (False, "Warehouse")

    def test_a_delivery_is_sent_again(self, hanbit: Hanbit, window: Screen) -> None:
        webhook = a_webhook(hanbit, "again")
        a_key(hanbit, "something happens")
        deliveries = f"/x/v1/webhooks/{webhook['id']}/deliveries"
        until_there_is_one(hanbit, deliveries)
        page = window.sign_in(hanbit.tokens.live, f"{WEBHOOKS}/{webhook['id']}")
        window.require_fine("deliveries")

        page.locator("section:has(#deliveries) button").first.click()

        page.wait_for_url(re.compile("done=redelivered"))
        assert hanbit.client.get(deliveries, status="pending").json["total_count"] > 0

    def test_what_was_given_up_stands_apart(self, hanbit: Hanbit, window: Screen) -> None:
        webhook = a_webhook(hanbit, "dead")
        page = window.sign_in(hanbit.tokens.live, f"{WEBHOOKS}/{webhook['id']}?status=dead")

        assert page.locator("section:has(#deliveries) table").count() == 0
        window.require_fine("no dead letters")

    def test_rotates_its_secret_and_is_deleted(self, hanbit: Hanbit, window: Screen) -> None:
        webhook = a_webhook(hanbit, "rotating")
        place = f"{WEBHOOKS}/{webhook['id']}"
        page = window.sign_in(hanbit.tokens.live, place)

        submit(page, "/secret")
        assert page.inner_text(".secret") != webhook["secret"]
        page.click("a.button.main")
        submit(page, "/delete")

        page.wait_for_url(re.compile("done=webhook_deleted"))
        assert hanbit.client.get(f"/x/v1/webhooks/{webhook['id']}").status == 404
