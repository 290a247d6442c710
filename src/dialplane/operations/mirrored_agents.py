"""Agents of another server taken in: draft, versions, and which one is in production."""

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from dialplane.domain.agent_data import filled
from dialplane.domain.agents import Agent, AgentVersion
from dialplane.domain.foreign import ForeignAgent, ForeignVersion, Loss, Outcome, Taken
from dialplane.domain.journal import Change, Happening
from dialplane.operations import journal
from dialplane.operations.mirroring import IdTaken, Mirror
from dialplane.store import agents
from dialplane.store.database import UniqueViolated, Writer

MISSING: Final = "not at the source"
"""The description of a version that stands in for one the source does not have."""


def take_agent(db: Writer, mirror: Mirror, foreign: ForeignAgent) -> Taken:
    """Make an agent here what it is there: its draft, its versions, what is in production."""
    known = agents.find_locked(db, mirror.organization.id, foreign.id)
    if known is None:
        return _add_agent(db, mirror, foreign)
    if known.type is not foreign.type:
        return Taken(outcome=Outcome.LEFT_OUT, losses=(Loss.ANOTHER_TYPE,))
    newest = max((each.version for each in foreign.versions), default=known.last_version)
    after = _drafted(known, foreign)
    after = replace(
        after,
        last_version=max(newest, known.last_version),
        production_version=foreign.production_version,
    )
    losses = _freeze(db, after, foreign.versions, known=known.last_version)
    if (foreign.production_version or 0) > after.last_version:
        after = replace(after, production_version=known.production_version)
        losses = (*losses, Loss.VERSION_NOT_READABLE)
    if after == known:
        return Taken(outcome=Outcome.UNCHANGED, losses=losses)
    saved = agents.save(db, replace(after, updated_at=max(foreign.updated_at, known.updated_at)))
    _enter_agent(db, mirror, before=known, after=saved)
    return Taken(outcome=Outcome.UPDATED, losses=losses)


def _add_agent(db: Writer, mirror: Mirror, foreign: ForeignAgent) -> Taken:
    agent = Agent(
        id=foreign.id,
        organization_id=mirror.organization.id,
        name=foreign.name,
        type=foreign.type,
        data=filled(foreign.data),
        flow=foreign.flow,
        flow_data=None if foreign.flow is not None else foreign.flow_data,
        created_at=foreign.created_at,
        updated_at=foreign.updated_at,
        last_version=max((each.version for each in foreign.versions), default=0),
        production_version=foreign.production_version,
    )
    losses: tuple[Loss, ...] = ()
    if (agent.production_version or 0) > agent.last_version:
        agent = replace(agent, production_version=None)
        losses = (Loss.VERSION_NOT_READABLE,)
    try:
        agents.add(db, agent)
    except UniqueViolated as taken:
        raise IdTaken from taken
    losses += _freeze(db, agent, foreign.versions, known=0)
    _enter_agent(db, mirror, before=None, after=agent)
    return Taken(outcome=Outcome.COPIED, losses=losses)


def _drafted(agent: Agent, foreign: ForeignAgent) -> Agent:
    flow_data = None if foreign.flow is not None else foreign.flow_data
    draft = replace(
        agent,
        name=foreign.name,
        data=filled(foreign.data),
        flow=foreign.flow,
        flow_data=flow_data,
    )
    if draft == agent:
        return agent
    redrawn = (draft.flow, draft.flow_data) != (agent.flow, agent.flow_data)
    return replace(
        draft,
        head_revision=agent.head_revision + 1,
        flow_revision=agent.flow_revision + int(redrawn),
    )


def _freeze(
    db: Writer, agent: Agent, versions: Collection[ForeignVersion], *, known: int
) -> tuple[Loss, ...]:
    """Add the versions beyond those that are known; they count without a gap here."""
    there = {each.version: each for each in versions}
    gaps = False
    for number in range(known + 1, agent.last_version + 1):
        found = there.get(number)
        gaps = gaps or found is None
        frozen = found or ForeignVersion(
            version=number, description=MISSING, created_at=agent.created_at
        )
        agents.add_version(
            db,
            AgentVersion(
                agent_id=agent.id,
                organization_id=agent.organization_id,
                version=number,
                data=filled(frozen.data),
                flow=frozen.flow,
                flow_data=None if frozen.flow is not None else frozen.flow_data,
                description=frozen.description,
                created_at=frozen.created_at,
            ),
        )
    return (Loss.VERSION_NOT_READABLE,) if gaps else ()


def _enter_agent(db: Writer, mirror: Mirror, *, before: Agent | None, after: Agent) -> None:
    told = None if before is None else {**before.told(), **before.told_parts()}
    change = Change(
        happening=Happening.AGENT_CREATED if before is None else Happening.AGENT_UPDATED,
        resource_id=after.id,
        before=told,
        after={**after.told(), **after.told_parts()},
    )
    journal.enter_by(db, after.organization_id, mirror.author(), change)
