"""Agents and their versions, as both engines keep them."""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Final

import pytest

from builders import ACME, GLOBEX, LIVE, NOW, NUMBER, a_number, an_id, an_organization
from dialplane.domain.agents import Agent, AgentChange, AgentType, NewAgent
from dialplane.domain.callers import Caller, Mode
from dialplane.domain.errors import AgentInUse, Invalid, NotFound, RevisionConflict
from dialplane.domain.numbers import AgentMapping, MappingChange
from dialplane.domain.values import AgentId, KeyId
from dialplane.operations import agents as operations
from dialplane.operations import numbers as number_operations
from dialplane.store import agents, numbers, organizations
from dialplane.store.agents import AgentFilter
from dialplane.store.database import Database
from dialplane.store.pages import PageRequest

CALLER: Final = Caller(
    key_id=KeyId(an_id(7)),
    organization_id=ACME,
    realm=LIVE,
    mode=Mode.LIVE,
    scopes=frozenset(),
    now=NOW,
)
EVERY_AGENT: Final = AgentFilter(types=frozenset(AgentType), name_part="")
FIRST_PAGE: Final = PageRequest(limit=10, descending=True)


def an_agent(count: int = 1, **changes: Any) -> Agent:
    begun = Agent.begun(
        NewAgent(name="Night desk", type=AgentType.FLOW),
        agent_id=AgentId(an_id(count)),
        organization_id=ACME,
        now=NOW,
    )
    return replace(begun, **changes)


@pytest.fixture
def kept(database: Database) -> Database:
    """Two organizations that have nothing yet."""
    with database.writing() as db:
        organizations.add(db, an_organization())
        organizations.add(db, an_organization(id=GLOBEX, name="Globex"))
    return database


def given(database: Database, *made: Agent) -> None:
    with database.writing() as db:
        for agent in made:
            agents.add(db, agent)


def test_an_agent_comes_back_as_it_was_kept(kept: Database) -> None:
    agent = an_agent(
        flow={"nodes": [{"id": "한글", "x": 1.5, "y": 1}], "edges": []},
        flow_data={"zoom": 1.0, "note": None, "text": 'a "quoted" \\ word\n'},
        head_revision=7,
        flow_revision=3,
        production_version=2,
        last_version=4,
    )
    given(kept, agent)

    with kept.reading() as db:
        found = agents.get(db, ACME, agent.id)

    assert found == agent
    assert repr(found.flow_data) == repr(agent.flow_data)


def test_every_change_of_an_agent_is_kept(kept: Database) -> None:
    given(kept, an_agent())
    changed = an_agent(
        name="Day desk",
        data={"prompt": {"prompt": "x"}},
        flow=None,
        flow_data={"cells": []},
        head_revision=2,
        flow_revision=2,
        production_version=1,
        last_version=1,
        updated_at=NOW + 1,
    )

    with kept.writing() as db:
        saved = agents.save(db, changed)

    with kept.reading() as db:
        assert saved == changed == agents.get(db, ACME, changed.id)


def test_a_version_comes_back_as_it_was_frozen(kept: Database) -> None:
    frozen, version = an_agent().freeze(description="첫 버전", now=NOW + 5)
    given(kept, frozen)

    with kept.writing() as db:
        agents.add_version(db, version)

    with kept.reading() as db:
        assert agents.get_version(db, ACME, frozen.id, version=1) == version
        assert [listed.name for listed in agents.list_versions(db, ACME, frozen.id)] == ["v1"]


def test_what_another_organization_has_is_not_there(kept: Database) -> None:
    frozen, version = an_agent().freeze(description=None, now=NOW)
    given(kept, frozen)
    with kept.writing() as db:
        agents.add_version(db, version)

    with kept.writing() as db:
        agents.remove(db, replace(frozen, organization_id=GLOBEX))
        assert agents.find_locked(db, GLOBEX, frozen.id) is None
        with pytest.raises(NotFound):
            agents.get_locked(db, GLOBEX, frozen.id)
        with pytest.raises(NotFound):
            agents.save(db, replace(frozen, organization_id=GLOBEX))

    with kept.reading() as db:
        with pytest.raises(NotFound):
            agents.get(db, GLOBEX, frozen.id)
        with pytest.raises(NotFound):
            agents.get_version(db, GLOBEX, frozen.id, version=1)
        assert agents.list_versions(db, GLOBEX, frozen.id) == []
        assert agents.list_page(db, GLOBEX, EVERY_AGENT, FIRST_PAGE).total_count == 0
        assert not agents.exists(db, GLOBEX, frozen.id)
        assert agents.exists(db, ACME, frozen.id)


def test_an_agent_takes_its_versions_along(kept: Database) -> None:
    frozen, version = an_agent().freeze(description=None, now=NOW)
    given(kept, frozen)
    with kept.writing() as db:
        agents.add_version(db, version)
        agents.remove(db, frozen)

    with kept.reading() as db:
        assert not agents.exists(db, ACME, frozen.id)
        assert agents.list_versions(db, ACME, frozen.id) == []


def test_agents_of_one_instant_follow_one_another_by_id(kept: Database) -> None:
    given(kept, *(an_agent(count) for count in (2, 1, 3)))
    seen: list[str] = []

    request: PageRequest | None = PageRequest(limit=1, descending=False)
    while request is not None:
        with kept.reading() as db:
            page = agents.list_page(db, ACME, EVERY_AGENT, request)
        seen += [agent.id for agent in page.items]
        request = page.next and replace(request, after=page.next)

    assert seen == [an_id(1), an_id(2), an_id(3)]


def test_a_search_for_no_type_finds_nothing(kept: Database) -> None:
    given(kept, an_agent())

    with kept.reading() as db:
        found = agents.list_page(db, ACME, AgentFilter(types=frozenset(), name_part=""), FIRST_PAGE)

    assert (found.items, found.total_count) == ([], 0)


def test_versions_frozen_at_once_get_numbers_of_their_own(kept: Database) -> None:
    agent = an_agent()
    given(kept, agent)

    def freeze(_: int) -> int:
        with kept.writing() as db:
            return operations.freeze(
                db, CALLER, agent.id, description=None, expected_head_revision=None
            ).version

    with ThreadPoolExecutor(8) as people:
        numbered = sorted(people.map(freeze, range(16)))

    assert numbered == list(range(1, 17))


def test_of_simultaneous_edits_of_one_draft_exactly_one_is_kept(kept: Database) -> None:
    agent = an_agent()
    given(kept, agent)

    def edit(count: int) -> bool:
        change = AgentChange(name=f"desk {count}", expected_head_revision=1)
        try:
            with kept.writing() as db:
                operations.edit(db, CALLER, agent.id, change)
        except RevisionConflict:
            return False
        return True

    with ThreadPoolExecutor(8) as people:
        kept_edits = list(people.map(edit, range(16)))

    assert sum(kept_edits) == 1


def test_no_number_ever_maps_an_agent_that_is_gone(kept: Database) -> None:
    made = [an_agent(count) for count in range(20)]
    given(kept, *made)
    with kept.writing() as db:
        numbers.add(db, a_number())

    def delete(agent: Agent) -> None:
        with contextlib.suppress(AgentInUse), kept.writing() as db:
            operations.delete(db, CALLER, agent.id)

    def map_it(agent: Agent) -> None:
        change = MappingChange(inbound_agent=AgentMapping(agent_id=agent.id))
        with contextlib.suppress(Invalid), kept.writing() as db:
            mapping = number_operations.remapping(change)
            number_operations.alter(db, CALLER, NUMBER, mapping)

    for agent in made:
        with ThreadPoolExecutor(2) as people:
            for done in [people.submit(map_it, agent), people.submit(delete, agent)]:
                done.result()
        with kept.reading() as db:
            mapped = numbers.get(db, ACME, NUMBER).inbound_agent
            assert mapped is None or agents.exists(db, ACME, mapped.agent_id)
