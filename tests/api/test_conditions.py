"""Conditional requests: ETag, If-None-Match, If-Match."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from builders import (
    DIGITS,
    EARLIER,
    LINE,
    NOTHING,
    NOW,
    NUMBER,
    PURCHASE,
    REGISTER,
    a_bought_number,
    a_line,
    a_number,
    path_of,
)
from dialplane.domain.numbers import HeldNumber, Status
from parts.client import Client
from parts.contract import Answer
from parts.world import World

PATH = path_of(NUMBER)
ENDS_SOON = {
    "status": Status.CANCEL_REQUESTED,
    "end_at": NOW + 1,
    "cancel_requested_at": EARLIER,
}


@dataclass(frozen=True, kw_only=True)
class Change:
    """A way to change a number, and a number that may be changed that way."""

    method: str
    rest: str = ""
    body: Any = None
    number: HeldNumber = field(default_factory=a_number)

    def by(self, client: Client) -> Answer:
        return client.request(self.method, path_of(NUMBER, self.rest), self.body)


EVERY_CHANGE = pytest.mark.parametrize(
    "change",
    [
        pytest.param(Change(method="PATCH", body={"memo": "x"}), id="note"),
        pytest.param(Change(method="PATCH", rest="/agent", body={"inbound_agent": None}), id="map"),
        pytest.param(Change(method="PATCH", rest="/sip", body={"memo": "x"}), id="trunk"),
        pytest.param(Change(method="DELETE"), id="give up"),
        pytest.param(
            Change(method="POST", rest="/revoke-cancel", number=a_bought_number(**ENDS_SOON)),
            id="keep",
        ),
    ],
)


class TestETag:
    def test_whoever_makes_a_number_gets_its_tag(self, world: World, acme: Client) -> None:
        world.given(a_line())

        bought = acme.post(PURCHASE, {"id": LINE})
        brought = acme.post(REGISTER, {"number": "07055556666", "address": "trunk.example.com"})

        for made in (bought, brought):
            assert acme.get(path_of(made.json["id"])).etag == made.etag

    @EVERY_CHANGE
    def test_whoever_changes_a_number_gets_its_new_tag(
        self, world: World, acme: Client, change: Change
    ) -> None:
        world.given(change.number)

        changed = change.by(acme)

        if change.method != "DELETE":
            assert acme.get(PATH).etag == changed.etag

    def test_every_change_changes_it(self, world: World, acme: Client) -> None:
        world.given(a_number())

        tags = [acme.get(PATH).etag]
        tags += [acme.patch(PATH, {"memo": memo}).etag for memo in ("a", "b", None)]
        acme.delete(PATH)
        tags += [acme.get(PATH).etag]

        assert len(set(tags)) == 5

    def test_time_changes_it_without_anybody_writing(self, world: World, acme: Client) -> None:
        world.given(a_bought_number(**ENDS_SOON))
        before = acme.get(PATH)
        world.clock.advance(ms=1)

        after = acme.get(PATH)
        world.the_worker_passes()

        assert before.etag != after.etag
        assert acme.get(PATH).etag == after.etag


class TestIfNoneMatch:
    @pytest.mark.parametrize(
        "header",
        ["{tag}", "W/{tag}", '"other", {tag}', '{tag},"other"', ' W/"a" ,\t{tag} ', "*"],
    )
    def test_what_is_known_already_is_not_sent_again(
        self, world: World, acme: Client, header: str
    ) -> None:
        world.given(a_number())
        tag = acme.get(PATH).etag

        answer = acme.sending(if_none_match=header.format(tag=tag)).get(PATH)

        assert (answer.status, answer.body, answer.etag) == (304, b"", tag)

    @pytest.mark.parametrize("header", ['"0-active"', '""', "", '"1-expired"', "nonsense, more"])
    def test_anything_else_brings_the_number(self, world: World, acme: Client, header: str) -> None:
        world.given(a_number())

        answer = acme.sending(if_none_match=header).get(PATH)

        assert (answer.status, answer.json["id"]) == (200, NUMBER)

    def test_after_a_change_the_number_is_sent(self, world: World, acme: Client) -> None:
        world.given(a_number())
        reader = acme.sending(if_none_match=acme.get(PATH).etag)

        acme.patch(PATH, {"memo": "new"})

        assert reader.get(PATH).json["memo"] == "new"

    def test_a_number_that_ends_is_sent(self, world: World, acme: Client) -> None:
        world.given(a_bought_number(**ENDS_SOON))
        reader = acme.sending(if_none_match=acme.get(PATH).etag)

        before = reader.get(PATH).status
        world.clock.advance(ms=1)

        assert (before, reader.get(PATH).status) == (304, 200)

    @pytest.mark.parametrize("header", ["*", '"1-active"'])
    def test_what_does_not_exist_is_not_found(self, acme: Client, header: str) -> None:
        assert acme.sending(if_none_match=header).get(path_of(NOTHING)).status == 404

    def test_it_says_nothing_about_changes(self, world: World, acme: Client) -> None:
        world.given(a_number())

        changed = acme.sending(if_none_match="*").patch(PATH, {"memo": "new"})

        assert (changed.status, changed.json["memo"]) == (200, "new")


@EVERY_CHANGE
class TestIfMatch:
    @pytest.mark.parametrize("header", ["{tag}", '"other", {tag}', "*", "W/{tag}"])
    def test_the_tag_that_was_read_lets_the_change_through(
        self, world: World, acme: Client, change: Change, header: str
    ) -> None:
        world.given(change.number)
        careful = acme.sending(if_match=header.format(tag=acme.get(PATH).etag))

        assert change.by(careful).status == 200

    @pytest.mark.parametrize("header", ['"0-active"', '"1-scheduled"', "", "nonsense"])
    def test_another_tag_keeps_everything_as_it_is(
        self, world: World, acme: Client, change: Change, header: str
    ) -> None:
        world.given(change.number)
        before = acme.get(PATH)

        refused = change.by(acme.sending(if_match=header))

        assert (refused.status, refused.code) == (412, "REVISION_CONFLICT")
        assert acme.get(PATH).body == before.body

    def test_what_somebody_else_has_changed_is_not_overwritten(
        self, world: World, acme: Client, change: Change
    ) -> None:
        world.given(change.number)
        careful = acme.sending(if_match=acme.get(PATH).etag)
        acme.patch(PATH, {"memo": "theirs"})

        refused = change.by(careful)

        assert refused.status == 412
        assert acme.get(PATH).json["memo"] == "theirs"

    def test_existence_goes_before_the_precondition(self, world: World, change: Change) -> None:
        world.given(change.number)
        careless = world.globex.sending(if_match='"0-active"')

        assert change.by(careless).status == 404

    def test_the_precondition_goes_before_the_rule(
        self, world: World, acme: Client, change: Change
    ) -> None:
        world.given(a_bought_number(number=DIGITS, status=Status.EXPIRED, end_at=EARLIER))

        refused = change.by(acme.sending(if_match='"1-active"'))

        assert refused.status == 412

    def test_a_tag_from_before_its_end_is_stale_after_it(
        self, world: World, acme: Client, change: Change
    ) -> None:
        world.given(a_bought_number(**ENDS_SOON))
        careful = acme.sending(if_match=acme.get(PATH).etag)
        world.clock.advance(ms=1)

        assert change.by(careful).status == 412
