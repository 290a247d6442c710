"""What goes over the wire about agents: bodies of requests, and agents as they are told."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from dialplane.api.agent_data import AgentData
from dialplane.api.shapes import Shape
from dialplane.api.wording import reason_text
from dialplane.domain.agents import (
    Agent,
    AgentChange,
    AgentSummary,
    AgentType,
    AgentVersion,
    NewAgent,
    VersionSummary,
)
from dialplane.domain.errors import FieldProblem
from dialplane.domain.flows import FlowProblem, Graph
from dialplane.domain.languages import Language
from dialplane.domain.values import UNCHANGED, Unchanged

SAVED_VERSION_PATTERN = r"^v[1-9][0-9]*\Z"

Name = Annotated[str, Meta(min_length=1, max_length=255)]
Revision = Annotated[int, Meta(ge=0)]


class NewAgentBody(Shape):
    name: Name
    type: AgentType = AgentType.SINGLE_PROMPT
    data: AgentData | None = None
    flow: Graph | UnsetType = UNSET
    flow_data: Graph | UnsetType = UNSET
    # Folders are a thing of another dashboard; a client that sends one is not refused.
    folder_id: Annotated[str, Meta(max_length=255)] | None = None

    def broken_rules(self) -> Iterator[FieldProblem]:
        if self.data is not None:
            yield from self.data.broken_rules()

    def to_new_agent(self) -> NewAgent:
        return NewAgent(
            name=self.name,
            type=self.type,
            data=None if self.data is None else self.data.sent(),
            flow=None if self.flow is UNSET else self.flow,
            flow_data=None if self.flow_data is UNSET else self.flow_data,
        )


class AgentChangeBody(Shape):
    name: Name | UnsetType = UNSET
    data: AgentData | UnsetType = UNSET
    flow: Graph | UnsetType = UNSET
    flow_data: Graph | UnsetType = UNSET
    expected_head_revision: Revision | UnsetType = UNSET
    expected_flow_revision: Revision | UnsetType = UNSET

    def broken_rules(self) -> Iterator[FieldProblem]:
        if all(each is UNSET for each in (self.name, self.data, self.flow, self.flow_data)):
            yield FieldProblem("body", "empty_change")
        if self.data is not UNSET:
            yield from self.data.broken_rules()

    def to_change(self) -> AgentChange:
        return AgentChange(
            name=UNCHANGED if self.name is UNSET else self.name,
            data=UNCHANGED if self.data is UNSET else self.data.sent(),
            flow=UNCHANGED if self.flow is UNSET else self.flow,
            flow_data=UNCHANGED if self.flow_data is UNSET else self.flow_data,
            expected_head_revision=_expected(self.expected_head_revision),
            expected_flow_revision=_expected(self.expected_flow_revision),
        )


class NewVersionBody(Shape):
    description: Annotated[str, Meta(max_length=500)] | None = None
    expected_head_revision: Revision | UnsetType = UNSET

    def expected(self) -> int | None:
        return _expected(self.expected_head_revision)


class PublicationBody(Shape):
    expected_production_version: (
        Annotated[str, Meta(pattern=SAVED_VERSION_PATTERN)] | UnsetType | None
    ) = UNSET

    def expected(self) -> str | Unchanged | None:
        """The name of a version, None for "nothing yet"; UNCHANGED expects nothing."""
        expected = self.expected_production_version
        return UNCHANGED if expected is UNSET else expected


class FlowBody(Shape):
    flow: Graph


def _expected(revision: int | UnsetType) -> int | None:
    return None if revision is UNSET else revision


def summary_body(agent: AgentSummary) -> dict[str, object]:
    return {
        "agent_id": agent.id,
        "name": agent.name,
        "type": agent.type,
        "created_at": agent.created_at,
        "updated_at": agent.updated_at,
        "production_version": agent.production_name,
    }


def agent_body(agent: Agent, frozen: AgentVersion | None = None) -> dict[str, object]:
    """The draft, or what one version has frozen of it."""
    told = agent if frozen is None else frozen
    return summary_body(agent) | {
        "data": told.data,
        "flow_data": told.flow_data,
        "flow": told.flow,
        "head_revision": agent.head_revision,
        "flow_revision": agent.flow_revision,
        "version": None if frozen is None else version_body(frozen, agent),
    }


def version_body(version: VersionSummary, agent: AgentSummary) -> dict[str, object]:
    return {
        "version": version.name,
        "is_production": version.version == agent.production_version,
        "created_at": version.created_at,
        "description": version.description,
    }


def findings(problems: Iterable[FlowProblem], language: Language) -> list[dict[str, Any]]:
    return [
        {
            "node_id": problem.node_id,
            "field": problem.field,
            "message": reason_text(FieldProblem(problem.field or "", problem.reason), language),
        }
        for problem in problems
    ]
