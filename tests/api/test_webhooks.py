"""Webhooks over HTTP: managed here, told by the messenger."""

import hashlib
import hmac
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from builders import NUMBER, a_number, path_of
from dialplane.worker.messenger import AT_ONCE, Messenger
from parts.client import Client
from parts.receiver import Heard, Receiver
from parts.world import World

HOOKS = "/x/v1/webhooks"
ELSEWHERE = "https://example.com/hooks"
HOUR_MS = 3_600_000


@pytest.fixture
def messenger(world: World) -> Messenger:
    """Delivers when a test says so, to this machine too."""
    parts = world.parts
    return Messenger(parts.database, parts.box, world.clock, allow_private=True)


def hook_to(world: World, acme: Client, receiver: Receiver, *types: str) -> tuple[str, str]:
    """A webhook to the receiver, as its path and its secret; only https may be asked for."""
    made = acme.post(HOOKS, {"url": ELSEWHERE, "event_types": list(types)}).json
    with world.database.writing() as db:
        db.run("UPDATE webhooks SET url = :url WHERE id = :id", url=receiver.url, id=made["id"])
    return f"{HOOKS}/{made['id']}", made["secret"]


def write(acme: Client, memo: str) -> None:
    assert acme.patch(path_of(NUMBER), {"memo": memo}).status == 200


def signatures(heard: Heard) -> tuple[str, list[str]]:
    time, *signed = heard.headers["x-dialplane-signature"].split(",")
    return time.removeprefix("t="), [part.removeprefix("v1=") for part in signed]


def signed_with(secret: str, time: str, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{time}.".encode() + body, hashlib.sha256).hexdigest()


class TestManagement:
    def test_the_secret_is_shown_once(self, acme: Client) -> None:
        made = acme.post(HOOKS, {"url": ELSEWHERE}).json

        assert made["secret"].startswith("whsec_")
        assert "secret" not in acme.get(f"{HOOKS}/{made['id']}").json

    def test_plain_http_is_refused(self, acme: Client) -> None:
        refused = acme.post(HOOKS, {"url": "http://example.com/hooks"})

        assert (refused.status, refused.json["error"]["details"]["field"]) == (400, "url")

    @pytest.mark.parametrize(
        "url",
        [
            "ftp://example.com",
            "https://user:password@example.com",
            "https://example.com/{{secret}}",
            "https://example.com/#part",
            "nonsense",
            "",
        ],
    )
    def test_what_is_no_address_of_a_webhook_is_refused(self, acme: Client, url: str) -> None:
        assert acme.post(HOOKS, {"url": url}).status == 400

    def test_an_empty_change_is_refused(self, acme: Client) -> None:
        made = acme.post(HOOKS, {"url": ELSEWHERE}).json

        assert acme.patch(f"{HOOKS}/{made['id']}", {}).status == 400

    def test_a_stale_change_is_refused(self, acme: Client) -> None:
        path = f"{HOOKS}/" + acme.post(HOOKS, {"url": ELSEWHERE}).json["id"]
        read = acme.get(path).headers["etag"]
        assert acme.sending(if_match=read).patch(path, {"description": "first"}).status == 200

        assert acme.sending(if_match=read).patch(path, {"description": "second"}).status == 412

    def test_a_deleted_webhook_is_gone(self, acme: Client) -> None:
        path = f"{HOOKS}/" + acme.post(HOOKS, {"url": ELSEWHERE}).json["id"]

        assert acme.delete(path).json["deleted"] is True
        assert acme.get(path).status == 404
        assert acme.get(HOOKS).json["total_count"] == 0


class TestDelivery:
    def test_an_event_arrives_signed_and_as_the_feed_tells_it(
        self, world: World, acme: Client, messenger: Messenger
    ) -> None:
        world.given(a_number())
        with Receiver() as receiver:
            _, secret = hook_to(world, acme, receiver)
            write(acme, "first")
            messenger.round()

        newest = acme.get("/x/v1/events?sort_order=desc").json["items"][0]
        (heard,) = receiver.heard
        assert json.loads(heard.body) == newest
        time, signed = signatures(heard)
        assert signed == [signed_with(secret, time, heard.body)]

    def test_only_the_wanted_types_arrive(
        self, world: World, acme: Client, messenger: Messenger
    ) -> None:
        world.given(a_number())
        with Receiver() as receiver:
            hook_to(world, acme, receiver, "number.expired")
            write(acme, "first")
            acme.delete(path_of(NUMBER))
            messenger.round()

        assert [heard.headers["x-dialplane-event"] for heard in receiver.heard] == [
            "number.expired"
        ]

    def test_a_failed_delivery_is_tried_again_until_it_is_heard(
        self, world: World, acme: Client, messenger: Messenger
    ) -> None:
        world.given(a_number())
        with Receiver(500, 500, 200) as receiver:
            path, _ = hook_to(world, acme, receiver, "number.updated")
            write(acme, "first")
            for _ in range(3):
                messenger.round()
                world.clock.advance(hours=1)

        (delivery,) = acme.get(f"{path}/deliveries").json["items"]
        assert (delivery["status"], delivery["attempts"]) == ("delivered", 3)
        assert len({heard.headers["x-dialplane-event-id"] for heard in receiver.heard}) == 1

    def test_nothing_is_sent_twice_once_it_was_heard(
        self, world: World, acme: Client, messenger: Messenger
    ) -> None:
        world.given(a_number())
        with Receiver() as receiver:
            hook_to(world, acme, receiver, "number.updated")
            write(acme, "first")
            for _ in range(3):
                messenger.round()
                world.clock.advance(days=1)

        assert len(receiver.heard) == 1

    def test_after_three_days_it_is_given_up_and_can_be_sent_anew(
        self, world: World, acme: Client, messenger: Messenger
    ) -> None:
        world.given(a_number())
        with Receiver(500) as receiver:
            path, _ = hook_to(world, acme, receiver, "number.updated")
            write(acme, "first")
            messenger.round()
            for _ in range(40):
                world.clock.advance(hours=12)
                messenger.round()
            (dead,) = acme.get(f"{path}/deliveries?status=dead").json["items"]

            again = acme.post(f"{path}/deliveries/{dead['id']}/redeliver")

        assert dead["last_status_code"] == 500
        assert (again.json["status"], again.json["attempts"]) == ("pending", 0)

    def test_while_secrets_overlap_both_sign(
        self, world: World, acme: Client, messenger: Messenger
    ) -> None:
        world.given(a_number())
        with Receiver() as receiver:
            path, old = hook_to(world, acme, receiver, "number.updated")
            new = acme.post(f"{path}/rotate-secret", {"overlap_ms": HOUR_MS}).json["secret"]
            write(acme, "first")
            messenger.round()
            world.clock.advance(hours=1)
            write(acme, "second")
            messenger.round()

        during, after = receiver.heard
        time, signed = signatures(during)
        assert signed == [signed_with(secret, time, during.body) for secret in (new, old)]
        time, signed = signatures(after)
        assert signed == [signed_with(new, time, after.body)]

    def test_switched_off_it_is_told_nothing_of_that_time_later(
        self, world: World, acme: Client, messenger: Messenger
    ) -> None:
        world.given(a_number())
        with Receiver() as receiver:
            path, _ = hook_to(world, acme, receiver, "number.updated")
            acme.patch(path, {"enabled": False})
            write(acme, "unheard")
            messenger.round()
            acme.patch(path, {"enabled": True})
            write(acme, "heard")
            messenger.round()

        assert [json.loads(heard.body)["data"]["memo"] for heard in receiver.heard] == ["heard"]

    def test_an_address_of_this_machine_is_not_called(self, world: World, acme: Client) -> None:
        world.given(a_number())
        careful = Messenger(world.database, world.parts.box, world.clock)
        with Receiver() as receiver:
            path, _ = hook_to(world, acme, receiver, "number.updated")
            write(acme, "first")
            careful.round()

        (delivery,) = acme.get(f"{path}/deliveries").json["items"]
        assert (receiver.heard, delivery["last_error"]) == ([], "PrivateTarget")

    def test_two_messengers_do_not_tell_the_same_event_twice(
        self, world: World, acme: Client, messenger: Messenger
    ) -> None:
        world.given(a_number())
        parts = world.parts
        other = Messenger(parts.database, parts.box, world.clock, allow_private=True)
        with Receiver() as receiver:
            hook_to(world, acme, receiver, "number.updated")
            for index in range(20):
                write(acme, str(index))
            with ThreadPoolExecutor(2) as threads:
                busy = list(threads.map(Messenger.round, (messenger, other)))

        told = [heard.headers["x-dialplane-event-id"] for heard in receiver.heard]
        assert any(busy)
        assert len(told) == len(set(told)) == 20

    def test_told_to_stop_it_finishes_what_it_has_begun_and_begins_nothing_more(
        self, world: World, acme: Client, messenger: Messenger
    ) -> None:
        world.given(a_number())
        with Receiver(delay_s=1) as receiver:
            hook_to(world, acme, receiver, "number.updated")
            for index in range(3 * AT_ONCE):
                write(acme, str(index))
            messenger.start()
            receiver.next_heard()
            messenger.stop()
            assert len(receiver.heard) < 3 * AT_ONCE

            Messenger(world.database, world.parts.box, world.clock, allow_private=True).round()

        assert len(receiver.heard) == 3 * AT_ONCE
