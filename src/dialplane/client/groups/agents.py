"""Agents, their versions, and which runtime answers for them."""

from typing import Any, Final, Literal, Unpack

from dialplane.client.grouping import Group, Listing, M, Operation
from dialplane.client.groups.filters import Sorted
from dialplane.client.models.agents import (
    Agent,
    AgentRuntime,
    AgentSummary,
    AgentVersions,
    CreatedVersion,
    DeletedAgent,
    FlowValidation,
    Publication,
    SavedAgent,
)
from dialplane.client.models.model import Page
from dialplane.client.wire import (
    Cached,
    Call,
    Guarded,
    Reading,
    Writing,
    ask,
    at,
    delete,
    get,
    patch,
    post,
)

AGENT: Final = "/v3/agents/{agent_id}"
RUNTIME: Final = "/x/v1/agents/{agent_id}/runtime"

AgentType = Literal["single_prompt", "flow"]


class AgentFilters(Sorted, total=False):
    q: str
    type: AgentType


class Version(Cached, total=False):
    """`current` for the draft, `production`, or `v3`."""

    version: str


class Draft(Writing, total=False):
    """`data` has camelCase keys, as the contract tells them."""

    type: AgentType
    data: dict[str, Any] | None
    flow: dict[str, Any]
    flow_data: dict[str, Any]
    folder_id: str | None


class DraftChange(Guarded, total=False):
    name: str
    data: dict[str, Any]
    flow: dict[str, Any]
    flow_data: dict[str, Any]
    expected_head_revision: int
    expected_flow_revision: int


class Freezing(Writing, total=False):
    description: str | None
    expected_head_revision: int


class Publishing(Writing, total=False):
    expected_production_version: str | None


class FlowCheck(Reading, total=False):
    level: Literal["critical", "runtime", "all"]
    agent_id: str


class Agents(Group[M]):
    """Agents and their drafts."""

    @Listing
    def list(self, **filters: Unpack[AgentFilters]) -> Call[Page[AgentSummary]]:
        """Agents, newest first; `q` looks in their names."""
        return get(Page[AgentSummary], at("/v3/agents"), filters)

    @Operation
    def get(self, agent_id: str, **options: Unpack[Version]) -> Call[Agent]:
        return get(Agent, at(AGENT, agent_id), options)

    @Operation
    def create(self, name: str, **fields: Unpack[Draft]) -> Call[SavedAgent]:
        return post(SavedAgent, at("/v3/agents"), {"name": name, **fields}, tries=False)

    @Operation
    def update(self, agent_id: str, **fields: Unpack[DraftChange]) -> Call[SavedAgent]:
        """Change the draft; numbers that follow `current` follow at once."""
        return patch(SavedAgent, at(AGENT, agent_id), fields, tries=False)

    @Operation
    def delete(self, agent_id: str, **options: Unpack[Guarded]) -> Call[DeletedAgent]:
        return delete(DeletedAgent, at(AGENT, agent_id), options, tries=False)

    @Operation
    def validate_flow(
        self, flow: dict[str, Any], **fields: Unpack[FlowCheck]
    ) -> Call[FlowValidation]:
        """Check a graph without saving it."""
        place = at("/v3/agents/validate-flow")
        return ask(FlowValidation, place, {"flow": flow, **fields}, query=("level", "agent_id"))

    @Operation
    def versions(self, agent_id: str, **options: Unpack[Reading]) -> Call[AgentVersions]:
        return get(AgentVersions, at(f"{AGENT}/versions", agent_id), options)

    @Operation
    def create_version(self, agent_id: str, **fields: Unpack[Freezing]) -> Call[CreatedVersion]:
        """Freeze the draft as the next version."""
        return post(CreatedVersion, at(f"{AGENT}/versions", agent_id), fields, tries=False)

    @Operation
    def publish(
        self, agent_id: str, version: str, **fields: Unpack[Publishing]
    ) -> Call[Publication]:
        """Put a version into production; the version before goes back the same way."""
        place = at(f"{AGENT}/versions/{{version}}/publish", agent_id, version)
        return post(Publication, place, fields, tries=False)

    @Operation
    def runtime(self, agent_id: str, **options: Unpack[Reading]) -> Call[AgentRuntime]:
        return get(AgentRuntime, at(RUNTIME, agent_id), options)

    @Operation
    def set_runtime(
        self, agent_id: str, runtime_id: str | None, **options: Unpack[Writing]
    ) -> Call[AgentRuntime]:
        """Name the runtime that answers for it; None for the default one."""
        return patch(AgentRuntime, at(RUNTIME, agent_id), {"runtime_id": runtime_id, **options})
