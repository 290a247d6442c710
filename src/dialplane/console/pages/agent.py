"""One agent: what its draft holds, its versions, who answers for it, and which numbers map it."""

from typing import Any, Final
from uuid import UUID

from dialplane.console.agents import differences, mapped_to, versions_of
from dialplane.console.api import Refused
from dialplane.console.pages.agents import PLACE
from dialplane.console.replies import Elsewhere, Reply, Shown
from dialplane.console.visits import Page, Visit, signed_in

_LISTED: Final = 100


class Agent(Page):
    @signed_in
    def on_get(self, visit: Visit, agent_id: UUID) -> Reply:
        return _shown(visit, agent_id)


class AgentVersions(Page):
    """Freezing the draft, as it was when the form was shown."""

    @signed_in
    def on_post(self, visit: Visit, agent_id: UUID) -> Reply:
        revision = visit.form.text("head_revision")
        order = {
            "description": visit.form.text("description") or None,
            "expected_head_revision": int(revision) if revision.isdecimal() else revision,
        }
        try:
            visit.api.post(f"/v3/agents/{agent_id}/versions", order, visit.changes_only)
        except Refused as refused:
            return _shown(visit, agent_id, refused)
        return Elsewhere(f"{PLACE}/{agent_id}", done="frozen")


class AgentRuntime(Page):
    @signed_in
    def on_post(self, visit: Visit, agent_id: UUID) -> Reply:
        change = {"runtime_id": visit.form.text("runtime_id") or None}
        visit.api.patch(f"/x/v1/agents/{agent_id}/runtime", change, visit.changes_only)
        return Elsewhere(f"{PLACE}/{agent_id}", done="agent_runtime")


class Publication(Page):
    """Another version for production, an earlier one too; what changes is said before the click."""

    @signed_in
    def on_get(self, visit: Visit, agent_id: UUID, version: str) -> Reply:
        return _proposed(visit, agent_id, version)

    @signed_in
    def on_post(self, visit: Visit, agent_id: UUID, version: str) -> Reply:
        shown = {"expected_production_version": visit.form.text("replaces") or None}
        path = f"/v3/agents/{agent_id}/versions/{version}/publish"
        try:
            visit.api.post(path, shown, visit.changes_only)
        except Refused as refused:
            return _proposed(visit, agent_id, version, refused)
        return Elsewhere(f"{PLACE}/{agent_id}", done="published")


def _shown(visit: Visit, agent_id: UUID, refused: Refused | None = None) -> Reply:
    agent = _agent(visit, agent_id)
    facts = {
        "agent": agent,
        "versions": versions_of(visit, str(agent_id)),
        "mapped": mapped_to(visit, agent["agent_id"]),
        "runtimes": visit.api.get("/x/v1/runtimes", limit=_LISTED)["items"],
        "runtime_id": visit.api.get(f"/x/v1/agents/{agent_id}/runtime")["runtime_id"],
        "refused": refused,
    }
    return Shown(template="agent.html", facts=facts, status=refused.status if refused else 200)


def _proposed(visit: Visit, agent_id: UUID, version: str, refused: Refused | None = None) -> Reply:
    proposed = _agent(visit, agent_id, version)
    serving = proposed["production_version"]
    before = _agent(visit, agent_id, serving) if serving else None
    facts = {
        "agent": proposed,
        "version": proposed["version"],
        "differences": differences(before["data"], proposed["data"]) if before else [],
        "graph_differs": before is not None and before["flow_data"] != proposed["flow_data"],
        "mapped": mapped_to(visit, proposed["agent_id"]),
        "refused": refused,
    }
    status = refused.status if refused else 200
    return Shown(template="publication.html", facts=facts, status=status)


def _agent(visit: Visit, agent_id: UUID, version: str = "") -> dict[str, Any]:
    told: dict[str, Any] = visit.api.get(f"/v3/agents/{agent_id}", version=version)
    return told
