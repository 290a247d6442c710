"""What the version of an agent that takes a call says."""

from dataclasses import replace
from typing import Any

from dialplane.domain.agents import Draft, Missing, Saved
from dialplane.domain.errors import NotFound
from dialplane.domain.numbers import AgentMapping
from dialplane.domain.values import OrganizationId
from dialplane.store import agents
from dialplane.store.database import Reader


def data_of(
    db: Reader,
    organization_id: OrganizationId,
    mapping: AgentMapping,
    *,
    version: str | None = None,
) -> dict[str, Any] | None:
    """What `version` says, or without one what the selector means now; None when there is none."""
    if version is not None:
        mapping = replace(mapping, agent_version=version)
    try:
        agent = agents.get(db, organization_id, mapping.agent_id)
    except NotFound:
        return None
    match agent.resolve(mapping.agent_version):
        case Draft():
            return agent.data
        case Saved(number):
            return agents.get_version(db, organization_id, agent.id, version=number).data
        case Missing():
            return None
