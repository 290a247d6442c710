"""Calls in SQL."""

from dataclasses import replace

import pytest

from builders import ACME, NOW, an_id
from dialplane.domain.calls import Asked, Call, CallId, CallRoute, CallType, Direction
from dialplane.domain.routing.decisions import Rule, Step, Verdict, Why
from dialplane.store import calls
from dialplane.store.database import Contended
from parts.world import World

CALL = Call(
    id=CallId(an_id(0xCA11)),
    organization_id=ACME,
    direction=Direction.INBOUND,
    call_type=CallType.INBOUND,
    from_number="01012345678",
    to_number="07011112222",
    created_at=NOW,
)
ROUTE = CallRoute(
    call_id=CALL.id,
    organization_id=ACME,
    asked=Asked(called="", caller="", source="", transport="", at=NOW, sip_call_id=""),
    revision="",
)


def test_who_starts_a_call_that_somebody_has_started_meanwhile_has_to_look_again(
    world: World,
) -> None:
    with world.database.writing() as db:
        calls.start(db, CALL, ROUTE)

    with pytest.raises(Contended), world.database.writing() as db:
        calls.start_each(db, [(CALL, ROUTE)])


TRACE = (Step(rule=Rule.NUMBER, verdict=Verdict.PASSED, why=Why.HELD),)


def kept(world: World) -> tuple[Call, CallRoute | None]:
    with world.database.reading() as db:
        return calls.get(db, ACME, CALL.id), calls.find_route(db, ACME, CALL.id)


def test_a_note_that_news_have_overtaken_adds_what_they_could_not_tell(world: World) -> None:
    told = replace(CALL, answered_at=NOW + 5)
    with world.database.writing() as db:
        calls.start_each(db, [(told, ROUTE)])

    decided = replace(CALL, variant_label="B", presentation_number="0212345678")
    calls.note(world.database, decided, replace(ROUTE, trace=TRACE, revision="2"))
    world.database.catch_up()

    whole = replace(told, variant_label="B", presentation_number="0212345678")
    assert kept(world) == (whole, replace(ROUTE, trace=TRACE))


def test_noted_again_a_call_stays_as_it_is(world: World) -> None:
    with world.database.writing() as db:
        calls.start(db, CALL, replace(ROUTE, trace=TRACE))

    calls.note(world.database, replace(CALL, variant_label="B"), replace(ROUTE, trace=TRACE * 2))
    world.database.catch_up()

    assert kept(world) == (CALL, replace(ROUTE, trace=TRACE))
