"""Agents and their versions in SQL."""

import json
from typing import Any, Final

from dialplane.domain.agents import Agent, AgentType
from dialplane.domain.values import AgentId, OrganizationId
from dialplane.store.database import Row, Writer

_BY_ID: Final = "SELECT * FROM agents WHERE organization_id = :organization_id AND id = :id"


def find_locked(db: Writer, organization_id: OrganizationId, agent_id: AgentId) -> Agent | None:
    """Read an agent and keep it from being changed or deleted until this transaction ends."""
    row = db.locked(_BY_ID, organization_id=organization_id, id=agent_id)
    return None if row is None else _agent(row)


def _graph(text: str | None) -> dict[str, Any] | None:
    graph: dict[str, Any] | None = None if text is None else json.loads(text)
    return graph


def _agent(row: Row) -> Agent:
    return Agent(
        id=row["id"],
        organization_id=row["organization_id"],
        name=row["name"],
        type=AgentType(row["type"]),
        data=json.loads(row["data"]),
        flow=_graph(row["flow"]),
        flow_data=_graph(row["flow_data"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        head_revision=row["head_revision"],
        flow_revision=row["flow_revision"],
        production_version=row["production_version"],
        last_version=row["last_version"],
    )
