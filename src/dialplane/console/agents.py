"""Agents as the pages need them: names, versions, numbers that map them, and what differs."""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from dialplane.console.api import Refused
from dialplane.console.visits import Visit

SEARCH: Final = "/x/v1/numbers"
IN_SERVICE: Final = ("active", "scheduled", "cancel_requested")
_LISTED: Final = 100
_LONGEST_NAME: Final = 255
_ID: Final = re.compile(r"[0-9a-fA-F-]{36}")
_PAGES_SEARCHED: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The agents one can choose from: those whose name was sought, and those chosen already."""

    agents: list[dict[str, Any]]
    listed: int
    total: int
    sought: str

    @property
    def names(self) -> dict[str, str]:
        """What agents are called, by their id."""
        return {agent["agent_id"]: agent["name"] for agent in self.agents}

    @property
    def to_be_sought(self) -> bool:
        """More than a list can hold, or a list that was narrowed already."""
        return bool(self.sought) or self.total > self.listed


def agents_to_choose(visit: Visit, chosen: Iterable[str | None] = ()) -> Choice:
    sought = visit.asked("agent_q")[:_LONGEST_NAME]
    page = visit.api.get("/v3/agents", q=sought, limit=_LISTED)
    listed = page["items"]
    there = {agent["agent_id"] for agent in listed}
    beside = present(visit, "/v3/agents", [id_ for id_ in chosen if id_ not in there])
    return Choice(
        agents=[*beside, *listed], listed=len(listed), total=page["total_count"], sought=sought
    )


def present(visit: Visit, path: str, ids: Iterable[str | None]) -> list[dict[str, Any]]:
    """Those of the things with these ids that are there."""
    found = []
    for id_ in dict.fromkeys(ids):
        if id_ and _ID.fullmatch(id_):
            with suppress(Refused):
                found.append(visit.api.get(f"{path}/{id_}"))
    return found


def agent_names(visit: Visit, *mapped: dict[str, Any] | None) -> dict[str, str]:
    """What agents are called, by their id: those of these mappings, and the latest."""
    return agents_to_choose(visit, [each["agent_id"] for each in mapped if each]).names


def versions_of(visit: Visit, agent_id: str) -> list[dict[str, Any]]:
    """The frozen versions of an agent, the latest first."""
    told = visit.api.get(f"/v3/agents/{agent_id}/versions")
    versions: list[dict[str, Any]] = told["versions"]
    return versions


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """The numbers in service that an agent answers or calls out from."""

    numbers: list[dict[str, Any]]
    complete: bool
    """False for an organization with more numbers than are looked at."""

    def in_production(self, agent_id: str) -> list[tuple[dict[str, Any], str]]:
        """Those that take whatever version is published, and in which direction."""
        wanted = {"agent_id": agent_id, "agent_version": "production"}
        return [
            (number, direction)
            for number in self.numbers
            for direction in ("inbound", "outbound")
            if number[f"{direction}_agent"] == wanted
        ]


def mapped_to(visit: Visit, agent_id: str) -> Mapped:
    found: list[dict[str, Any]] = []
    cursor = ""
    for _ in range(_PAGES_SEARCHED):
        page = visit.api.get(SEARCH, status=IN_SERVICE, limit=_LISTED, cursor=cursor)
        found += [each for each in page["items"] if agent_id in _agents_of(each)]
        cursor = page["next_cursor"]
        if cursor is None:
            return Mapped(numbers=found, complete=True)
    return Mapped(numbers=found, complete=False)


def _agents_of(number: dict[str, Any]) -> set[str]:
    mappings = (number["inbound_agent"], number["outbound_agent"])
    return {mapping["agent_id"] for mapping in mappings if mapping}


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting that two versions of an agent disagree about."""

    field: str
    before: object
    after: object


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[Difference]:
    """What a caller would notice, setting by setting, in the order they are told."""
    then, now = _flat(before), _flat(after)
    return [
        Difference(field, then.get(field), now.get(field))
        for field in dict.fromkeys([*then, *now])
        if then.get(field) != now.get(field)
    ]


def _flat(settings: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in settings.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found
