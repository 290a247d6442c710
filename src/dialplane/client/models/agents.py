"""Agents, their versions, and what the validator says of their flows."""

from typing import Any

import msgspec

from dialplane.client.models.model import Model


class AgentSummary(Model, frozen=True, kw_only=True):
    """An agent as lists tell of it."""

    agent_id: str
    name: str
    type: str | None = None
    created_at: int | None = None
    updated_at: int | None = None
    production_version: str | None = None


class AgentVersion(Model, frozen=True, kw_only=True):
    """A frozen version."""

    version: str
    is_production: bool = False
    created_at: int | None = None
    description: str | None = None


class Agent(AgentSummary, frozen=True, kw_only=True):
    """An agent whole; `version` is None for the draft. The keys of `data` are camelCase."""

    data: dict[str, Any] = msgspec.field(default_factory=dict)
    flow_data: dict[str, Any] | None = None
    flow: dict[str, Any] | None = None
    head_revision: int | None = None
    flow_revision: int | None = None
    version: AgentVersion | None = None


class Finding(Model, frozen=True, kw_only=True):
    """One thing the validator noticed."""

    message: str
    node_id: str | None = None
    field: str | None = None


class SavedAgent(Agent, frozen=True, kw_only=True):
    """A draft just saved, and what will not work in a call."""

    advisories: tuple[Finding, ...] = ()


class FlowValidation(Model, frozen=True, kw_only=True):
    valid: bool
    errors: tuple[Finding, ...] = ()
    advisories: tuple[Finding, ...] = ()


class DeletedAgent(Model, frozen=True, kw_only=True):
    agent_id: str
    deleted: bool = True


class AgentVersions(Model, frozen=True, kw_only=True):
    versions: tuple[AgentVersion, ...]
    total_count: int | None = None


class CreatedVersion(Model, frozen=True, kw_only=True):
    version: str
    agent_id: str
    created_at: int | None = None
    description: str | None = None


class Publication(Model, frozen=True, kw_only=True):
    """What is in production now, and what was before."""

    agent_id: str
    production_version: str
    previous_production_version: str | None = None


class AgentRuntime(Model, frozen=True, kw_only=True):
    """The runtime an agent names; None for the default one."""

    agent_id: str
    runtime_id: str | None = None
