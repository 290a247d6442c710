"""Agents, their frozen versions, and what a version selector resolves to."""

from dataclasses import replace
from enum import StrEnum
from typing import Any, Final

from dialplane.domain.agent_data import filled, merged
from dialplane.domain.errors import NotFound, RevisionConflict
from dialplane.domain.flows import FlowProblem, FlowReport, Graph, check_flow, default_flow
from dialplane.domain.frozen import dataclass
from dialplane.domain.values import (
    UNCHANGED,
    AgentId,
    Millis,
    OrganizationId,
    Unchanged,
    chosen,
)

CURRENT: Final = "current"
PRODUCTION: Final = "production"

_MOST_DIGITS: Final = 9


class AgentType(StrEnum):
    SINGLE_PROMPT = "single_prompt"
    FLOW = "flow"


@dataclass(frozen=True, slots=True)
class Draft:
    """The working draft, which follows every edit at once."""


@dataclass(frozen=True, slots=True)
class Saved:
    """One frozen version."""

    version: int


class Missing(StrEnum):
    """Why a selector leads nowhere."""

    NEVER_PUBLISHED = "never_published"
    NO_SUCH_VERSION = "no_such_version"


Resolved = Draft | Saved | Missing


def version_name(version: int) -> str:
    return f"v{version}"


def version_number(name: str) -> int | None:
    """The number in `v12`; None for numbers no agent will ever reach."""
    digits = name.removeprefix("v")
    return int(digits) if len(digits) <= _MOST_DIGITS else None


@dataclass(frozen=True, slots=True)
class VersionChoice:
    """Which versions of an agent there are to choose from."""

    production_version: int | None
    last_version: int

    def resolve(self, selector: str) -> Resolved:
        """What `current`, `production` or `vN` means for this agent right now."""
        if selector == CURRENT:
            return Draft()
        if selector == PRODUCTION:
            published = self.production_version
            return Missing.NEVER_PUBLISHED if published is None else Saved(published)
        version = version_number(selector)
        if version is None or version > self.last_version:
            return Missing.NO_SUCH_VERSION
        return Saved(version)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAgent:
    """What a caller asks a new agent to be; the parts left out are filled with defaults."""

    name: str
    type: AgentType = AgentType.SINGLE_PROMPT
    data: dict[str, Any] | None = None
    flow: Graph | None = None
    flow_data: Graph | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentChange:
    """What a caller asks of the working draft, and what they believe it to be now."""

    name: str | Unchanged = UNCHANGED
    data: dict[str, Any] | Unchanged = UNCHANGED
    flow: Graph | Unchanged = UNCHANGED
    flow_data: Graph | Unchanged = UNCHANGED
    expected_head_revision: int | None = None
    expected_flow_revision: int | None = None

    @property
    def replaces_graph(self) -> bool:
        return self.flow is not UNCHANGED or self.flow_data is not UNCHANGED

    @property
    def asks_for_something(self) -> bool:
        return self.replaces_graph or self.name is not UNCHANGED or self.data is not UNCHANGED


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionSummary:
    """A frozen version without what was frozen."""

    version: int
    description: str | None
    created_at: Millis

    @property
    def name(self) -> str:
        return version_name(self.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentVersion(VersionSummary):
    """The draft as it was at one instant; never changed afterwards."""

    agent_id: AgentId
    organization_id: OrganizationId
    data: dict[str, Any]
    flow: Graph | None
    flow_data: Graph | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSummary:
    """An agent without what it says and does."""

    id: AgentId
    organization_id: OrganizationId
    name: str
    type: AgentType
    created_at: Millis
    updated_at: Millis
    production_version: int | None = None

    @property
    def production_name(self) -> str | None:
        return None if self.production_version is None else version_name(self.production_version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent(AgentSummary):
    """Who talks: a working draft, any number of frozen versions, one of them in production.

    Versions count from 1 without a gap, so `last_version` tells which ones exist. `flow` is the
    graph as the API tells it, `flow_data` an older builder's; there is never more than one.
    """

    data: dict[str, Any]
    flow: Graph | None
    flow_data: Graph | None
    head_revision: int = 1
    flow_revision: int = 1
    last_version: int = 0

    def told(self) -> dict[str, object]:
        """This agent as its owner may be told, without what it says and does."""
        return {
            "id": self.id,
            "name": self.name,
            "type": self.type,
            "production_version": self.production_name,
            "head_revision": self.head_revision,
            "flow_revision": self.flow_revision,
        }

    def told_parts(self) -> dict[str, object]:
        """What it says and does, part by part."""
        parts = {f"data.{name}": part for name, part in self.data.items()}
        return {**parts, "flow": self.flow, "flow_data": self.flow_data}

    @classmethod
    def begun(
        cls, new: NewAgent, *, agent_id: AgentId, organization_id: OrganizationId, now: Millis
    ) -> "Agent":
        flow, flow_data = _graph(new.type, new.flow, new.flow_data)
        return cls(
            id=agent_id,
            organization_id=organization_id,
            name=new.name,
            type=new.type,
            data=filled(new.data),
            flow=flow,
            flow_data=flow_data,
            created_at=now,
            updated_at=now,
        )

    @property
    def tag(self) -> str:
        """Differs whenever an answer about this agent differs."""
        return f"{self.head_revision}-{self.production_version or 0}"

    def advisories(self) -> tuple[FlowProblem, ...]:
        """What will not work in a call of the draft; never a reason not to keep it."""
        if self.type is AgentType.FLOW:
            report = FlowReport() if self.flow is None else check_flow(self.flow)
            return report.errors + report.advisories
        if self.flow is not None or self.flow_data is not None:
            return (FlowProblem("graph_unused", field="type"),)
        if not self.data["prompt"]["prompt"].strip():
            return (FlowProblem("prompt_missing", field="data.prompt.prompt"),)
        return ()

    def resolve(self, selector: str) -> Resolved:
        """What `current`, `production` or `vN` means for this agent right now."""
        return VersionChoice(self.production_version, self.last_version).resolve(selector)

    def edit(self, change: AgentChange, *, now: Millis) -> "Agent":
        """Change the working draft; what is frozen and what is in production stay as they are."""
        self._refuse_if_edited_since(change.expected_head_revision)
        if change.expected_flow_revision not in (None, self.flow_revision):
            raise RevisionConflict("expected_flow_revision")
        if not change.asks_for_something:
            return self
        data = self.data if change.data is UNCHANGED else merged(self.data, change.data)
        return replace(
            self._redrawn(change),
            name=chosen(change.name, self.name),
            data=data,
            head_revision=self.head_revision + 1,
            updated_at=now,
        )

    def _redrawn(self, change: AgentChange) -> "Agent":
        if not change.replaces_graph:
            return self
        flow, flow_data = _graph(
            self.type, chosen(change.flow, None), chosen(change.flow_data, None)
        )
        same = (flow, flow_data) == (self.flow, self.flow_data)
        revision = self.flow_revision if same else self.flow_revision + 1
        return replace(self, flow=flow, flow_data=flow_data, flow_revision=revision)

    def freeze(
        self,
        *,
        description: str | None,
        expected_head_revision: int | None = None,
        now: Millis,
    ) -> tuple["Agent", AgentVersion]:
        """Keep the draft as it is now as the next version."""
        self._refuse_if_edited_since(expected_head_revision)
        version = AgentVersion(
            agent_id=self.id,
            organization_id=self.organization_id,
            version=self.last_version + 1,
            data=self.data,
            flow=self.flow,
            flow_data=self.flow_data,
            description=description,
            created_at=now,
        )
        return replace(self, last_version=version.version), version

    def publish(
        self,
        name: str,
        *,
        expected_production_version: str | Unchanged | None = UNCHANGED,
        now: Millis,
    ) -> "Agent":
        """Point production at a frozen version; older ones may be published again."""
        resolved = self.resolve(name)
        if not isinstance(resolved, Saved):
            raise NotFound
        if expected_production_version not in (UNCHANGED, self.production_name):
            raise RevisionConflict("expected_production_version")
        if resolved.version == self.production_version:
            return self
        return replace(self, production_version=resolved.version, updated_at=now)

    def _refuse_if_edited_since(self, expected: int | None) -> None:
        if expected not in (None, self.head_revision):
            raise RevisionConflict("expected_head_revision")


def _graph(
    agent_type: AgentType, flow: Graph | None, flow_data: Graph | None
) -> tuple[Graph | None, Graph | None]:
    """The one graph an agent keeps: `flow` wins over `flow_data`, and each is kept as sent."""
    if flow is not None:
        return flow, None
    if flow_data is not None:
        return None, flow_data
    return (default_flow() if agent_type is AgentType.FLOW else None), None
