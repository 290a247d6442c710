"""What another v3 server holds, read with GETs only."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final

from dialplane.domain.agents import AgentType, version_number
from dialplane.domain.foreign import ForeignAgent, ForeignNumber, ForeignVersion
from dialplane.domain.numbers import AgentMapping, Provider, Status
from dialplane.domain.values import AgentId, NumberId
from dialplane.elsewhere.findings import AGENTS, NUMBERS
from dialplane.elsewhere.reading_checks import EVERY_STATUS
from dialplane.elsewhere.server import Heard, Query, V3Server

_PAGE: Final = "100"


class Unreadable(Exception):  # named for what happened
    """The server answers something else than the contract says."""


class Source:
    """Another server, as what it holds."""

    def __init__(self, server: V3Server) -> None:
        self._server = server

    @property
    def name(self) -> str:
        return self._server.url

    def agents(self) -> Iterator[dict[str, Any]]:
        """Agents without what they say and do, oldest first."""
        return self._every(AGENTS, (("sort_order", "asc"),))

    def numbers(self) -> Iterator[dict[str, Any]]:
        """Numbers in every state, oldest first."""
        return self._every(NUMBERS, (*EVERY_STATUS, ("sort_order", "asc")))

    def agent(self, agent_id: str, *, known_versions: int) -> ForeignAgent:
        """An agent with its draft, and with the versions beyond those that are known.

        Raises:
            Unreadable, NoAnswer.
        """
        draft = _object(self._server.get(f"{AGENTS}/{agent_id}"))
        listed = _object(self._server.get(f"{AGENTS}/{agent_id}/versions"))
        versions = [
            self._version(agent_id, each)
            for each in listed.get("versions") or ()
            if (version_number(str(each.get("version"))) or 0) > known_versions
        ]
        return agent_in(draft, tuple(sorted(versions, key=lambda each: each.version)))

    def _version(self, agent_id: str, summary: dict[str, Any]) -> ForeignVersion:
        name = str(summary.get("version"))
        frozen = _object(self._server.get(f"{AGENTS}/{agent_id}", [("version", name)]))
        return ForeignVersion(
            version=_version(name),
            description=summary.get("description"),
            created_at=int(summary.get("created_at") or 0),
            data=frozen.get("data") or {},
            flow=frozen.get("flow"),
            flow_data=frozen.get("flow_data"),
        )

    def _every(self, path: str, query: Query) -> Iterator[dict[str, Any]]:
        cursor: str | None = ""
        while cursor is not None:
            more = [("cursor", cursor)] if cursor else []
            page = _object(self._server.get(path, [*query, ("limit", _PAGE), *more]))
            yield from page.get("items") or ()
            cursor = page.get("next_cursor")


def _object(heard: Heard) -> dict[str, Any]:
    if heard.status != HTTPStatus.OK or not isinstance(heard.body, dict):
        raise Unreadable(f"HTTP {heard.status} {heard.code or ''}".strip())
    return heard.body


def agent_in(told: dict[str, Any], versions: tuple[ForeignVersion, ...]) -> ForeignAgent:
    try:
        production = told.get("production_version")
        return ForeignAgent(
            id=AgentId(str(told["agent_id"]).lower()),
            name=str(told["name"]),
            type=AgentType(told["type"]),
            created_at=int(told["created_at"]),
            updated_at=int(told["updated_at"]),
            production_version=None if production is None else _version(str(production)),
            data=told.get("data") or {},
            flow=told.get("flow"),
            flow_data=told.get("flow_data"),
            versions=versions,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"an agent that is none: {error!r}") from error


def number_in(told: dict[str, Any]) -> ForeignNumber:
    """A number as a list tells it.

    Raises:
        Unreadable.
    """
    try:
        return ForeignNumber(
            id=NumberId(str(told["id"]).lower()),
            number=str(told["number"]),
            provider=Provider(told["provider"]),
            status=Status(told["status"]),
            start_at=int(told["start_at"]),
            created_at=int(told["created_at"]),
            address=told.get("address"),
            inbound_trunk_id=told.get("inbound_trunk_id"),
            outbound_trunk_id=told.get("outbound_trunk_id"),
            inbound_agent=_mapping(told.get("inbound_agent")),
            outbound_agent=_mapping(told.get("outbound_agent")),
            memo=told.get("memo"),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"a number that is none: {error!r}") from error


def _mapping(told: dict[str, Any] | None) -> AgentMapping | None:
    if told is None:
        return None
    agent_id = AgentId(str(told["agent_id"]).lower())
    return AgentMapping(agent_id=agent_id, agent_version=str(told["agent_version"]))


def _version(name: str) -> int:
    number = version_number(name)
    if number is None:
        raise Unreadable(f"a version called {name!r}")
    return number
