"""The short way to alter a number: nobody can tell from anything which way it went."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from builders import ACME, AGENT, DIGITS, NUMBER, a_number, an_agent, an_id, path_of
from dialplane.api.alterations import AlterAtOnce
from dialplane.api.app import create_app
from dialplane.api.daybook import Daybook, Note
from dialplane.api.limits import Limits
from dialplane.domain.callers import Scope
from dialplane.domain.errors import Unavailable
from dialplane.domain.journal import Entry
from dialplane.domain.rates import rules_in
from dialplane.domain.values import NumberId
from dialplane.operations.numbers import alter_at_once
from dialplane.store import journal
from parts.contract import Answer
from parts.world import World

OTHER = NumberId(an_id(1))
OTHER_DIGITS = "07022223333"
LONG = {"Content-Type": "application/json; charset=utf-8"}
"""Not plain, and good."""


@pytest.fixture(autouse=True)
def numbers(world: World) -> None:
    world.given(an_agent(), a_number(), a_number(id=OTHER, number=OTHER_DIGITS))
    # The first entry of an organization opens its journal, which is not plain.
    for number_id in (NUMBER, OTHER):
        world.acme.sending(**LONG).patch(path_of(number_id), {"memo": "before"})


@pytest.fixture
def notes(world: World) -> list[Note]:
    """What the log and the metrics are told."""
    told: list[Note] = []
    world.parts = replace(world.parts, daybook=Daybook(told.extend))
    world.app = create_app(world.parts)
    return told


def entries(world: World) -> list[Entry]:
    with world.database.reading() as db:
        return journal.entries_after(db, ACME, 0, limit=9)


def alike(answer: Answer) -> tuple[int, dict[str, str], bytes]:
    """An answer about either number, as one about the first."""
    told = answer.body.replace(OTHER.encode(), NUMBER.encode())
    told = told.replace(OTHER_DIGITS.encode(), DIGITS.encode())
    return answer.status, dict(answer.headers), told


@pytest.mark.parametrize(
    ("part", "body"),
    [
        ("", {"memo": "본사"}),
        ("", {"memo": None}),
        ("/agent", {"inbound_agent": {"agent_id": AGENT}}),
        ("/agent", {"outbound_agent": {"agent_id": AGENT.upper()}, "inbound_agent": None}),
        ("/agent", {each: {"agent_id": AGENT} for each in ("inbound_agent", "outbound_agent")}),
        ("/sip", {"address": "sip:a.example.com", "auth_username": "me", "auth_password": "x"}),
        ("/sip", {"address": None, "auth_password": None, "memo": "gone"}),
    ],
)
def test_both_ways_answer_alike_and_leave_the_same(
    world: World, notes: list[Note], part: str, body: dict[str, Any]
) -> None:
    client = world.with_key().sending(**{"X-Request-Id": "the-same"})

    short = client.patch(path_of(NUMBER, part), body)
    long = client.sending(**LONG).patch(path_of(OTHER, part), body)

    assert short.status == 200
    assert alike(short) == alike(long)
    first, second = entries(world)[2:]
    assert (first.happening, first.changes, first.actor, first.request_id) == (
        second.happening, second.changes, second.actor, second.request_id,
    )  # fmt: skip
    world.parts.daybook.write_down()
    assert len({msgspec.structs.replace(note, answered_at=0, seconds=0) for note in notes}) == 1


def test_what_is_plain_goes_the_short_way_and_what_is_not_as_if_nobody_had_looked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered: list[bool] = []
    done = AlterAtOnce.__call__

    def looked_at(self: AlterAtOnce, env: Any, start_response: Any) -> list[bytes] | None:
        told = done(self, env, start_response)
        answered.append(told is not None)
        return told

    monkeypatch.setattr(AlterAtOnce, "__call__", looked_at)
    acme = world.acme

    statuses = [
        acme.patch(path_of(), {"memo": "x"}).status,
        acme.sending(If_Match='"3-active"').patch(path_of(), {"memo": "y"}).status,
        acme.sending(Idempotency_Key="once").patch(path_of(), {"memo": "z"}).status,
        acme.patch(path_of() + "?dry_run=true", {"memo": "z"}).status,
        acme.sending(If_Match='"2-active"').patch(path_of(), {"memo": "y"}).status,
        world.globex.patch(path_of(), {"memo": "x"}).status,
        world.nobody.patch(path_of(), {"memo": "x"}).status,
    ]

    assert statuses == [200, 200, 200, 200, 412, 404, 401]
    assert answered == [True, True, False, False, False, False, False]


@pytest.mark.parametrize(
    ("key", "body", "status"),
    [
        ([Scope.WRITE], {"memo": "x"}, 200),
        ([Scope.WRITE], {"memo": 1}, 400),
        ([Scope.READ], {"memo": "x"}, 403),
    ],
)
def test_who_is_refused_the_short_way_pays_once(
    world: World, key: list[Scope], body: dict[str, Any], status: int
) -> None:
    limits = Limits(rules_in("5/s"), world.clock)
    world.app = create_app(replace(world.parts, limits=limits))
    client = world.with_key(*key)

    answers = [client.patch(path_of(), body) for _ in range(2)]
    late = client.sending(If_Match='"0-active"').patch(path_of(), body)

    left = [answer.headers.get("ratelimit-remaining") for answer in [*answers, late]]
    assert [answer.status for answer in answers] == [status] * 2
    assert left == (["4", "3", "2"] if status != 403 else [None] * 3)


def test_what_may_have_been_done_is_not_done_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unheard_of(*asked: Any) -> None:
        alter_at_once(*asked)
        raise Unavailable

    monkeypatch.setattr("dialplane.api.alterations.alter_at_once", unheard_of)

    answer = world.acme.patch(path_of(), {"memo": "x"})

    assert (answer.status, answer.code) == (503, "UNAVAILABLE")
    assert [entry.changes["memo"]["after"] for entry in entries(world)[2:]] == ["x"]
