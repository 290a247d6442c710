"""A number altered as it was read: nothing of it is lost, and nobody is overtaken."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from builders import (
    ACME,
    AGENT,
    GLOBEX,
    NOW,
    NUMBER,
    a_key,
    a_number,
    an_agent,
    an_id,
    an_organization,
)
from conftest import Home
from dialplane.domain.callers import Arrival, Caller, Mode, Precondition, Scope
from dialplane.domain.errors import Invalid, PreconditionFailed, Unavailable
from dialplane.domain.journal import Entry
from dialplane.domain.numbers import AgentMapping, HeldNumber, MappingChange, Status
from dialplane.domain.values import DAY_MS, AgentId, KeyId, Millis, NumberId, OrganizationId
from dialplane.operations import agents, journal
from dialplane.operations.numbers import Alteration, alter, alter_at_once, noting, remapping
from dialplane.store import agents as agent_store
from dialplane.store import journal as journal_store
from dialplane.store import keys, numbers, organizations
from dialplane.store.database import Database
from dialplane.store.migrate import migrate
from dialplane.store.number_alterations import Asked
from parts.postgres import FicklePostgres

CROWD = 12
KEY = KeyId("the-key")

ON_POSTGRES = pytest.mark.parametrize("engine", ["postgres"])
"""On SQLite nobody else writes meanwhile: there it is one transaction."""


def caller_of(organization_id: OrganizationId = ACME) -> Caller:
    return Caller(
        key_id=KEY, organization_id=organization_id, realm="live", mode=Mode.LIVE,
        scopes=frozenset(Scope), now=NOW, request_id="the-request",
    )  # fmt: skip


CALLER = caller_of()
TO_AGENT = remapping(MappingChange(inbound_agent=AgentMapping(agent_id=AGENT)))


def given(database: Database, *held: HeldNumber) -> None:
    with database.writing() as db:
        organizations.add(db, an_organization())
        organizations.add(db, an_organization(id=GLOBEX, name="Globex"))
        keys.add(db, a_key(id=KEY), hashed=ACME)
        keys.add(db, a_key(id=KeyId("another-key"), organization_id=GLOBEX), hashed=GLOBEX)
        agent_store.add(db, an_agent())
        for number in held:
            numbers.add(db, number)
            # The first entry of an organization opens its journal, which takes a transaction.
            caller = caller_of(number.organization_id)
            alter(db, caller, number.id, noting("before"))


@pytest.fixture
def world(database: Database) -> Database:
    given(database, a_number())
    return database


def at_once(
    database: Database, caller: Caller, number_id: NumberId, alteration: Alteration
) -> HeldNumber | None:
    """With the key of the caller's organization, whose hash is that one's id here."""
    arrival = Arrival(caller.now, caller.request_id, caller.precondition)
    asked = Asked(hashed=caller.organization_id, arrival=arrival, number_id=number_id)
    return alter_at_once(database, asked, alteration, lambda _: True)


def held(database: Database, number_id: NumberId = NUMBER) -> HeldNumber:
    with database.reading() as db:
        return numbers.get(db, ACME, number_id)


def entries(database: Database, organization_id: OrganizationId = ACME) -> list[Entry]:
    with database.reading() as db:
        return journal_store.entries_after(db, organization_id, 0, limit=1000)


def test_both_ways_write_the_same(database: Database) -> None:
    given(database, a_number(), a_number(id=an_id(1), number="07022223333"))
    done = at_once(database, CALLER, NUMBER, TO_AGENT)
    with database.writing() as db:
        other = alter(db, CALLER, NumberId(an_id(1)), TO_AGENT)

    assert done is not None
    assert held(database) == done
    assert held(database, other.id) == other
    assert replace(done, id=other.id, number=other.number, canonical=other.canonical) == other
    first, second = sorted(entries(database)[-2:], key=lambda entry: entry.resource_id)
    assert first.changes == second.changes
    assert (first.happening, first.actor, first.request_id, first.occurred_at) == (
        second.happening, second.actor, second.request_id, second.occurred_at,
    )  # fmt: skip
    assert list(journal.breaks(database, ACME)) == []


@pytest.mark.parametrize(
    "wanted",
    [
        AgentMapping(agent_id=AgentId(an_id(98))),
        AgentMapping(agent_id=AGENT, agent_version="v99"),
    ],
)
def test_what_is_refused_is_refused_before_anything_is_written(
    world: Database, wanted: AgentMapping
) -> None:
    before = entries(world)

    with pytest.raises(Invalid):
        at_once(world, CALLER, NUMBER, remapping(MappingChange(inbound_agent=wanted)))

    assert entries(world) == before


def test_who_is_not_let_in_changes_nothing(world: Database) -> None:
    before = held(world)
    asked = Asked(hashed=ACME, arrival=Arrival(NOW), number_id=NUMBER)

    assert alter_at_once(world, asked, noting("after"), lambda _: False) is None
    assert held(world) == before


def test_a_precondition_holds(world: Database) -> None:
    late = replace(CALLER, precondition=Precondition(frozenset({"0-active"})))

    with pytest.raises(PreconditionFailed):
        at_once(world, late, NUMBER, noting("after"))


def test_only_who_holds_a_number_reaches_it_and_only_with_a_key(world: Database) -> None:
    stranger = caller_of(OrganizationId("nobody's"))

    assert at_once(world, caller_of(GLOBEX), NUMBER, noting("mine")) is None
    assert at_once(world, stranger, NUMBER, noting("mine")) is None
    assert at_once(world, CALLER, NumberId(an_id(99)), noting("mine")) is None
    assert held(world).memo == "before"


def test_a_number_whose_time_has_come_takes_a_transaction(world: Database) -> None:
    coming = a_number(
        id=an_id(1), number="07022223333", status=Status.SCHEDULED, start_at=NOW + DAY_MS
    )
    with world.writing() as db:
        numbers.add(db, coming)
    then = replace(CALLER, now=NOW + DAY_MS)

    assert at_once(world, then, coming.id, noting("begun")) is None
    assert at_once(world, CALLER, coming.id, noting("not yet")) is not None


def altered_meanwhile(database: Database, meanwhile: Alteration) -> Alteration:
    """One whose rule is late: by the time it is done, another has altered the number."""

    def made(number: HeldNumber, now: Millis) -> HeldNumber:
        with database.writing() as db:
            alter(db, CALLER, NUMBER, meanwhile)
        return number.note("late", now=now)

    return replace(noting(None), made=made)


@ON_POSTGRES
def test_who_was_overtaken_writes_nothing(world: Database) -> None:
    late = altered_meanwhile(world, noting("sooner"))

    assert at_once(world, CALLER, NUMBER, late) is None
    assert held(world).memo == "sooner"
    assert [entry.changes["memo"]["after"] for entry in entries(world)] == ["before", "sooner"]


@ON_POSTGRES
def test_an_agent_that_went_meanwhile_is_not_mapped(world: Database) -> None:
    def made(number: HeldNumber, now: Millis) -> HeldNumber:
        with world.writing() as db:
            agents.delete(db, CALLER, AGENT)
        return TO_AGENT.made(number, now)

    assert at_once(world, CALLER, NUMBER, replace(TO_AGENT, made=made)) is None
    assert held(world).inbound_agent is None


@ON_POSTGRES
@pytest.mark.parametrize("alteration", [TO_AGENT, noting("after")])
def test_it_waits_for_nobody_who_holds_what_it_needs(
    world: Database, alteration: Alteration
) -> None:
    """If it did, this would never end: they go only after it."""
    with world.writing() as db:
        numbers.get_locked(db, ACME, NUMBER)
        assert at_once(world, CALLER, NUMBER, alteration) is None
    with world.writing() as db:
        agent_store.get_locked(db, ACME, AGENT)
        done = at_once(world, CALLER, NUMBER, alteration)
        assert (done is None) == bool(alteration.mappings)


def test_of_a_crowd_everybody_is_written_once_and_the_chain_holds(world: Database) -> None:
    with world.writing() as db:
        for count in range(CROWD):
            owner = (ACME, GLOBEX)[count % 2]
            numbers.add(db, a_number(
                id=an_id(count), organization_id=owner, number=f"0703333{count:04}"
            ))  # fmt: skip

    def memo(count: int) -> None:
        caller = caller_of((ACME, GLOBEX)[count % 2])
        number_id, alteration = NumberId(an_id(count % CROWD)), noting(f"memo {count}")
        if at_once(world, caller, number_id, alteration) is None:
            with world.writing() as db:
                alter(db, caller, number_id, alteration)

    with ThreadPoolExecutor(CROWD) as people:
        list(people.map(memo, range(20 * CROWD)))

    told = [*entries(world), *entries(world, GLOBEX)]
    memos = [entry.changes["memo"]["after"] for entry in told]
    assert sorted(memos) == sorted(["before", *(f"memo {count}" for count in range(20 * CROWD))])
    assert list(journal.breaks(world, ACME)) + list(journal.breaks(world, GLOBEX)) == []


def test_a_database_that_goes_is_told_and_not_tried_again(
    fickle: FicklePostgres, tmp_path: Path
) -> None:
    with closing(Home(url=fickle.server.create(), data_dir=tmp_path).open()) as database:
        migrate(database, now=NOW)
        given(database, a_number())

        def made(number: HeldNumber, now: Millis) -> HeldNumber:
            fickle.go()
            return number.note("after", now=now)

        with pytest.raises(Unavailable):
            at_once(database, CALLER, NUMBER, replace(noting(None), made=made))
