"""What can be done with agents: create, edit, freeze, publish, delete."""

from dialplane.domain.agents import Agent, AgentChange, AgentVersion, NewAgent, version_name
from dialplane.domain.callers import Caller
from dialplane.domain.errors import AgentInUse
from dialplane.domain.journal import Change, Happening, Told
from dialplane.domain.values import AgentId, Unchanged
from dialplane.operations import journal
from dialplane.operations.ids import new_id
from dialplane.store import agents, numbers
from dialplane.store.database import Writer


def create(db: Writer, caller: Caller, new: NewAgent) -> Agent:
    """Begin an agent; what the caller left out has its default."""
    begun = Agent.begun(
        new,
        agent_id=AgentId(new_id(caller.now)),
        organization_id=caller.organization_id,
        now=caller.now,
    )
    agent = agents.add(db, begun)
    after = {**agent.told(), **agent.told_parts()}
    _enter(db, caller, Happening.AGENT_CREATED, agent, after=after)
    return agent


def edit(db: Writer, caller: Caller, agent_id: AgentId, change: AgentChange) -> Agent:
    """Change the working draft.

    Raises:
        NotFound, PreconditionFailed.
        RevisionConflict: the draft is not the one the caller has read.
    """
    agent = _about_to_change(db, caller, agent_id)
    saved = agents.save(db, agent.edit(change, now=caller.now))
    old, new = agent.told_parts(), saved.told_parts()
    # Parts can be long: only those that differ are kept.
    parts = [name for name in old.keys() | new.keys() if old.get(name) != new.get(name)]
    _enter(
        db,
        caller,
        Happening.AGENT_UPDATED,
        agent,
        before={**agent.told(), **{name: old.get(name) for name in parts}},
        after={**saved.told(), **{name: new.get(name) for name in parts}},
    )
    return saved


def freeze(
    db: Writer,
    caller: Caller,
    agent_id: AgentId,
    *,
    description: str | None,
    expected_head_revision: int | None,
) -> AgentVersion:
    """Keep the draft as the next version.

    Raises:
        NotFound.
        RevisionConflict: the draft is not the one the caller has read.
    """
    agent = agents.get_locked(db, caller.organization_id, agent_id)
    frozen, version = agent.freeze(
        description=description, expected_head_revision=expected_head_revision, now=caller.now
    )
    agents.add_version(db, version)
    agents.save(db, frozen)
    after = {**frozen.told(), "version": version_name(version.version)}
    _enter(db, caller, Happening.AGENT_VERSION_CREATED, agent, before=agent.told(), after=after)
    return version


def publish(
    db: Writer,
    caller: Caller,
    agent_id: AgentId,
    version: str,
    *,
    expected_production_version: str | Unchanged | None,
) -> tuple[Agent, Agent]:
    """Put a version into production; answers the agent before and after.

    Raises:
        NotFound: there is no such agent, or no such version of it.
        RevisionConflict: another version is in production than the caller expected.
    """
    agent = agents.get_locked(db, caller.organization_id, agent_id)
    published = agent.publish(
        version, expected_production_version=expected_production_version, now=caller.now
    )
    saved = agents.save(db, published)
    _enter(
        db,
        caller,
        Happening.AGENT_VERSION_PUBLISHED,
        agent,
        before=agent.told(),
        after=saved.told(),
    )
    return agent, saved


def delete(db: Writer, caller: Caller, agent_id: AgentId) -> Agent:
    """Delete an agent for good, with every version; answers what it was.

    Raises:
        NotFound, PreconditionFailed.
        AgentInUse: unexpired numbers map it.
    """
    agent = _about_to_change(db, caller, agent_id)
    # A mapping locks its agent, so none can come about between this question and the deletion.
    users = numbers.mapping_agent(db, caller.organization_id, agent_id, now=caller.now)
    if users:
        raise AgentInUse(users)
    agents.remove(db, agent)
    before = {**agent.told(), **agent.told_parts()}
    _enter(db, caller, Happening.AGENT_DELETED, agent, before=before)
    return agent


def _enter(db: Writer, caller: Caller, happening: Happening, agent: Agent, **told: Told) -> None:
    journal.enter(db, caller, Change(happening=happening, resource_id=agent.id, **told))


def _about_to_change(db: Writer, caller: Caller, agent_id: AgentId) -> Agent:
    agent = agents.get_locked(db, caller.organization_id, agent_id)
    caller.precondition.require(agent.tag)
    return agent
