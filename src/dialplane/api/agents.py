"""Agents and their versions over HTTP."""

import re
from typing import Annotated

import msgspec
from msgspec import Meta

from dialplane.api.agent_bodies import (
    SAVED_VERSION_PATTERN,
    AgentChangeBody,
    FlowBody,
    NewAgentBody,
    NewVersionBody,
    PublicationBody,
    agent_body,
    findings,
    summary_body,
    version_body,
)
from dialplane.api.lists import ListQuery, ListRequest
from dialplane.api.queries import NoQuery
from dialplane.api.requests import Request, Resource, answer, operation
from dialplane.api.shapes import Selector, Shape, Uuid
from dialplane.domain import agents as domain
from dialplane.domain.agents import AgentType, AgentVersion, Missing, Saved
from dialplane.domain.callers import Scope
from dialplane.domain.errors import Invalid, NotFound
from dialplane.domain.flows import Level, check_flow
from dialplane.domain.values import AgentId
from dialplane.operations import agents as operations
from dialplane.operations.changes import Answer
from dialplane.store import agents as store

_SAVED_VERSION = re.compile(SAVED_VERSION_PATTERN)


def id_of(request: Request, path_id: str) -> AgentId:
    return AgentId(request.path_id("agent_id", path_id))


def _draft_answer(request: Request, agent: domain.Agent) -> Answer:
    """A draft just saved, with everything that will not work in a call."""
    advisories = findings(agent.advisories(), request.language)
    return answer(agent_body(agent) | {"advisories": advisories}, tag=agent.tag)


class AgentQuery(ListQuery):
    q: Annotated[str, Meta(max_length=255)] = ""
    type: list[AgentType] = msgspec.field(default_factory=lambda: list(AgentType))


class Agents(Resource):
    @operation(Scope.READ, AgentQuery)
    def on_get(self, request: Request) -> Answer:
        query = request.query(AgentQuery)
        listing = ListRequest("agents", query, request.caller, self.parts.cursors)
        wanted = store.AgentFilter(types=frozenset(query.type), name_part=query.q)
        with self.parts.database.snapshot() as db:
            page = store.list_page(db, request.caller.organization_id, wanted, listing.page)
        return listing.answer(page, summary_body)

    @operation(Scope.WRITE, NoQuery)
    def on_post(self, request: Request) -> Answer:
        new = request.body(NewAgentBody).to_new_agent()
        return request.change(
            lambda db: _draft_answer(request, operations.create(db, request.caller, new))
        )


class FlowQuery(Shape):
    level: Level = Level.CRITICAL
    agent_id: Uuid | None = None


class FlowValidation(Resource):
    @operation(Scope.READ, FlowQuery)
    def on_post(self, request: Request) -> Answer:
        query = request.query(FlowQuery)
        report = check_flow(request.body(FlowBody).flow)
        if query.agent_id is not None:
            self._require(request, AgentId(query.agent_id.lower()))
        told = report.told_at(query.level)
        return answer(
            {
                "valid": report.valid,
                "errors": findings(told.errors, request.language),
                "advisories": findings(told.advisories, request.language),
            }
        )

    def _require(self, request: Request, agent_id: AgentId) -> None:
        with self.parts.database.reading() as db:
            if not store.exists(db, request.caller.organization_id, agent_id):
                raise Invalid.one("agent_id", "agent_missing")


class VersionQuery(Shape):
    version: Selector = domain.CURRENT


class Agent(Resource):
    @operation(Scope.READ, VersionQuery)
    def on_get(self, request: Request, agent_id: str) -> Answer:
        wanted = id_of(request, agent_id)
        selector = request.query(VersionQuery).version
        with self.parts.database.snapshot() as db:
            agent = store.get(db, request.caller.organization_id, wanted)
            resolved = agent.resolve(selector)
            if isinstance(resolved, Missing):
                raise NotFound
            if not isinstance(resolved, Saved):
                return answer(agent_body(agent), tag=agent.tag)
            frozen = store.get_version(
                db, request.caller.organization_id, wanted, version=resolved.version
            )
        return answer(agent_body(agent, frozen), tag=f"{agent.tag}-{frozen.name}")

    @operation(Scope.WRITE, NoQuery)
    def on_patch(self, request: Request, agent_id: str) -> Answer:
        wanted = id_of(request, agent_id)
        change = request.body(AgentChangeBody).to_change()
        return request.change(
            lambda db: _draft_answer(request, operations.edit(db, request.caller, wanted, change))
        )

    @operation(Scope.WRITE, NoQuery)
    def on_delete(self, request: Request, agent_id: str) -> Answer:
        wanted = id_of(request, agent_id)
        return request.change(lambda db: _deleted(operations.delete(db, request.caller, wanted)))


def _deleted(agent: domain.Agent) -> Answer:
    return answer({"agent_id": agent.id, "deleted": True})


class Versions(Resource):
    @operation(Scope.READ)
    def on_get(self, request: Request, agent_id: str) -> Answer:
        wanted = id_of(request, agent_id)
        with self.parts.database.snapshot() as db:
            agent = store.get(db, request.caller.organization_id, wanted)
            versions = store.list_versions(db, request.caller.organization_id, wanted)
        told = [version_body(version, agent) for version in versions]
        return answer({"versions": told, "total_count": len(told)})

    @operation(Scope.WRITE, NoQuery)
    def on_post(self, request: Request, agent_id: str) -> Answer:
        wanted = id_of(request, agent_id)
        body = request.body_or_default(NewVersionBody)
        return request.change(
            lambda db: _frozen(
                operations.freeze(
                    db,
                    request.caller,
                    wanted,
                    description=body.description,
                    expected_head_revision=body.expected(),
                )
            )
        )


def _frozen(version: AgentVersion) -> Answer:
    return answer(
        {
            "version": version.name,
            "agent_id": version.agent_id,
            "created_at": version.created_at,
            "description": version.description,
        }
    )


class Publication(Resource):
    @operation(Scope.WRITE, NoQuery)
    def on_post(self, request: Request, agent_id: str, version: str) -> Answer:
        wanted = id_of(request, agent_id)
        if not _SAVED_VERSION.fullmatch(version):
            raise Invalid.one("version", "not_saved_version")
        expected = request.body_or_default(PublicationBody).expected()
        return request.change(
            lambda db: _published(
                *operations.publish(
                    db, request.caller, wanted, version, expected_production_version=expected
                )
            )
        )


def _published(before: domain.Agent, after: domain.Agent) -> Answer:
    return answer(
        {
            "agent_id": after.id,
            "production_version": after.production_name,
            "previous_production_version": before.production_name,
        }
    )
