"""What can be done with agents: create, edit, freeze, publish, delete."""

from dialplane.domain.agents import Agent, AgentChange, AgentVersion, NewAgent
from dialplane.domain.callers import Caller
from dialplane.domain.errors import AgentInUse
from dialplane.domain.values import AgentId, Unchanged
from dialplane.operations.ids import new_id
from dialplane.store import agents, numbers
from dialplane.store.database import Writer


def create(db: Writer, caller: Caller, new: NewAgent) -> Agent:
    """Begin an agent; what the caller left out has its default."""
    return agents.add(
        db,
        Agent.begun(
            new,
            agent_id=AgentId(new_id(caller.now)),
            organization_id=caller.organization_id,
            now=caller.now,
        ),
    )


def edit(db: Writer, caller: Caller, agent_id: AgentId, change: AgentChange) -> Agent:
    """Change the working draft.

    Raises:
        NotFound, PreconditionFailed.
        RevisionConflict: the draft is not the one the caller has read.
    """
    agent = _about_to_change(db, caller, agent_id)
    return agents.save(db, agent.edit(change, now=caller.now))


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
    return agent, agents.save(db, published)


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
    return agent


def _about_to_change(db: Writer, caller: Caller, agent_id: AgentId) -> Agent:
    agent = agents.get_locked(db, caller.organization_id, agent_id)
    caller.precondition.require(agent.tag)
    return agent
