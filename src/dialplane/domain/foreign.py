"""Agents and numbers as another v3 server tells them, and what becomes of them here."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from dialplane.domain.agents import AgentType
from dialplane.domain.flows import Graph
from dialplane.domain.numbers import AgentMapping, Provider, Status
from dialplane.domain.values import AgentId, Millis, NumberId


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignVersion:
    """One frozen version; None in place of its parts when the server would not give it."""

    version: int
    description: str | None
    created_at: Millis
    data: dict[str, Any] = field(default_factory=dict)
    flow: Graph | None = None
    flow_data: Graph | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignAgent:
    """An agent with its draft, and those of its versions that were asked for."""

    id: AgentId
    name: str
    type: AgentType
    created_at: Millis
    updated_at: Millis
    production_version: int | None
    data: dict[str, Any]
    flow: Graph | None
    flow_data: Graph | None
    versions: tuple[ForeignVersion, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignNumber:
    """A number without what no v3 server tells: its SIP login."""

    id: NumberId
    number: str
    provider: Provider
    status: Status
    start_at: Millis
    created_at: Millis
    address: str | None
    inbound_trunk_id: str | None
    outbound_trunk_id: str | None
    inbound_agent: AgentMapping | None
    outbound_agent: AgentMapping | None
    memo: str | None


class Outcome(StrEnum):
    """What became of one thing."""

    COPIED = "copied"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    LEFT_OUT = "left_out"


class Loss(StrEnum):
    """What a copy does not have of what it was made from, or why there is none."""

    LOGIN_NOT_TOLD = "login_not_told"
    STAYS_WITH_VENDOR = "stays_with_vendor"
    ADDRESS_NOT_TAKEN = "address_not_taken"
    AGENT_NOT_COPIED = "agent_not_copied"
    VERSION_NOT_READABLE = "version_not_readable"
    ANOTHER_TYPE = "another_type"
    EXPIRED = "expired"
    ENDED_HERE = "ended_here"
    HELD_UNDER_ANOTHER_ID = "held_under_another_id"
    HELD_BY_ANOTHER = "held_by_another"
    ID_TAKEN = "id_taken"
    NOT_READABLE = "not_readable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of one thing, and what it lost on the way."""

    outcome: Outcome
    losses: tuple[Loss, ...] = ()
