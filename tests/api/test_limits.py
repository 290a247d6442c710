"""Requests per organization."""

from dataclasses import replace

import pytest

from builders import NOTHING, NUMBER, NUMBERS, a_number, path_of
from dialplane.api.app import create_app
from dialplane.api.limits import Limits
from dialplane.domain.callers import Scope
from dialplane.domain.rates import rules_in
from parts.client import Client
from parts.world import World


@pytest.fixture
def world(world: World) -> World:
    """With the limits the original has, by the clock of the test."""
    limits = Limits(rules_in("5/s,120/min"), world.clock)
    world.app = create_app(replace(world.parts, limits=limits))
    world.given(a_number())
    return world


@pytest.fixture
def acme(world: World) -> Client:
    return world.with_key()


def statuses(client: Client, count: int) -> list[int]:
    return [client.get(path_of(NUMBER)).status for _ in range(count)]


def test_the_sixth_request_of_a_second_is_one_too_many(acme: Client) -> None:
    assert statuses(acme, 6) == [200] * 5 + [429]


def test_a_refusal_tells_when_to_come_back(acme: Client) -> None:
    statuses(acme, 5)

    refused = acme.get(path_of(NUMBER))

    assert (refused.status, refused.code) == (429, "RATE_LIMITED")
    assert refused.details == {"retry_after_ms": 200}
    told = {name: value for name, value in refused.headers.items() if "r" in name[:2]}
    assert told["retry-after"] == "1"
    assert told["ratelimit-limit"] == "5"
    assert told["ratelimit-remaining"] == "0"
    assert told["ratelimit-reset"] == "1"
    assert told["ratelimit-policy"] == "5;w=1, 120;w=60"


def test_then_it_is_let_through(world: World, acme: Client) -> None:
    statuses(acme, 5)
    wait_ms = acme.get(path_of(NUMBER)).details["retry_after_ms"]

    world.clock.advance(ms=wait_ms - 1)
    too_early = acme.get(path_of(NUMBER)).status
    world.clock.advance(ms=1)

    assert (too_early, *statuses(acme, 2)) == (429, 200, 429)


def test_the_minute_is_limited_too(world: World, acme: Client) -> None:
    for _ in range(24):
        assert statuses(acme, 5) == [200] * 5
        world.clock.advance(ms=1)
        world.clock.advance(seconds=1)

    told = acme.get(path_of(NUMBER)).headers
    assert int(told["ratelimit-remaining"]) < 60


def test_going_on_at_full_speed_ends_in_the_limit_of_the_minute(world: World, acme: Client) -> None:
    heard = []
    for _ in range(60):
        heard += statuses(acme, 5)
        world.clock.advance(seconds=1)

    # What was there at first, and two more each second.
    assert heard.count(200) == 120 + 118
    refused = acme.get(path_of(NUMBER)), *(acme.get(path_of(NUMBER)) for _ in range(3))
    assert {answer.headers["ratelimit-limit"] for answer in refused} == {"120"}


def test_what_is_left_comes_with_every_answer(acme: Client) -> None:
    answers = [
        acme.get(path_of(NUMBER)),
        acme.get(path_of(NOTHING)),
        acme.get(path_of("nonsense")),
        acme.patch(path_of(NUMBER), {"colour": "red"}),
    ]

    left = [answer.headers["ratelimit-remaining"] for answer in answers]

    assert [answer.status for answer in answers] == [200, 404, 400, 400]
    assert left == ["4", "3", "2", "1"]


def test_all_keys_of_an_organization_share_one_limit(world: World, acme: Client) -> None:
    assert statuses(acme, 3) == [200] * 3
    assert statuses(world.with_key(), 3) == [200, 200, 429]


def test_somebody_elses_requests_do_not_count(world: World, acme: Client) -> None:
    statuses(acme, 6)

    assert world.holding("dp_live_Globex" + "0" * 37).get(NUMBERS).status == 200


def test_who_may_not_is_told_so_before_the_limit(world: World, acme: Client) -> None:
    statuses(acme, 5)

    assert world.with_key(Scope.WRITE).get(NUMBERS).status == 403
    assert world.nobody.get(NUMBERS).status == 401


def test_the_limit_goes_before_the_form(acme: Client) -> None:
    statuses(acme, 5)

    assert acme.get(f"{NUMBERS}?colour=red").status == 429


def test_what_was_refused_did_nothing(world: World, acme: Client) -> None:
    statuses(acme, 5)

    refused = acme.sending(idempotency_key="1").patch(path_of(NUMBER), {"memo": "x"})
    world.clock.advance(seconds=60)
    again = acme.sending(idempotency_key="1").patch(path_of(NUMBER), {"memo": "x"})

    assert refused.status == 429
    assert (again.status, again.replayed) == (200, False)


class TestWithoutLimits:
    @pytest.fixture
    def acme(self, world: World) -> Client:
        world.app = create_app(world.parts)
        return world.with_key()

    def test_nothing_is_limited_unless_asked_for(self, acme: Client) -> None:
        assert statuses(acme, 300) == [200] * 300

    def test_and_nothing_is_said_about_limits(self, acme: Client) -> None:
        headers = acme.get(NUMBERS).headers

        assert not any(name.startswith("ratelimit") for name in headers)
