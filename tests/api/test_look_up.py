"""The short way to one number: nobody can tell from an answer which way it came."""

from dataclasses import replace

import pytest

from builders import NOW, NUMBER, a_bought_number, a_number, path_of
from dialplane.api.app import create_app
from dialplane.api.limits import Limits
from dialplane.domain.numbers import HeldNumber, Status
from dialplane.domain.rates import rules_in
from parts.client import Client
from parts.contract import Answer
from parts.world import World

EVERY_NUMBER = pytest.mark.parametrize(
    "number",
    [
        a_number(memo="본사"),
        a_number(memo='"\\/\b\f\n\r\t\x01\x1f\x7f\u2028<&>😀'),
        a_bought_number(),
        a_bought_number(status=Status.SCHEDULED, start_at=NOW),
        a_bought_number(status=Status.SCHEDULED, start_at=NOW + 1),
        a_bought_number(status=Status.CANCEL_REQUESTED, end_at=NOW, cancel_requested_at=NOW - 1),
        a_bought_number(status=Status.CANCEL_REQUESTED, end_at=NOW + 1, cancel_requested_at=NOW),
        a_bought_number(status=Status.EXPIRED, end_at=NOW - 1, cancel_requested_at=NOW - 1),
    ],
    ids=lambda number: f"{number.provider}-{number.status}",
)


def told(answer: Answer) -> tuple[int, dict[str, str], bytes]:
    return answer.status, dict(answer.headers), answer.body


@EVERY_NUMBER
def test_both_ways_answer_alike(world: World, acme: Client, number: HeldNumber) -> None:
    world.given(number)

    one = acme.sending(**{"X-Request-Id": "the-same"})
    short = one.get(path_of(NUMBER))
    long = one.sending(**{"If-None-Match": '"another"'}).get(path_of(NUMBER))

    assert short.status == 200
    assert told(short) == told(long)


def test_what_is_left_to_the_long_way_takes_one_token(world: World) -> None:
    limits = Limits(rules_in("5/s"), world.clock)
    world.app = create_app(replace(world.parts, limits=limits))
    acme = world.with_key()

    answers = [acme.get(path_of(NUMBER)) for _ in range(3)]

    assert [answer.status for answer in answers] == [404] * 3
    assert [answer.headers["ratelimit-remaining"] for answer in answers] == ["4", "3", "2"]
