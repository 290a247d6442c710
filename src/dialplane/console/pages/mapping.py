"""Who answers a number, and who calls out from it: choose an agent, then one of its versions."""

from typing import Any, Final
from uuid import UUID

from dialplane.console.agents import agents_to_choose, versions_of
from dialplane.console.api import Refused
from dialplane.console.pages.number import NUMBERS, address_of, number_facts
from dialplane.console.parts import ConsoleParts
from dialplane.console.replies import Elsewhere, Reply, Shown
from dialplane.console.visits import Page, Visit, signed_in

DIRECTIONS: Final = {"inbound": "inbound_agent", "outbound": "outbound_agent"}


class Mapping(Page):
    def __init__(self, parts: ConsoleParts, direction: str) -> None:
        super().__init__(parts)
        self._direction = direction

    @signed_in
    def on_get(self, visit: Visit, number_id: UUID) -> Reply:
        return _shown(visit, number_id, self._direction)

    @signed_in
    def on_post(self, visit: Visit, number_id: UUID) -> Reply:
        field, agent_id = DIRECTIONS[self._direction], visit.form.text("agent_id")
        mapping = None
        if agent_id and not visit.form.ticked("nobody"):
            mapping = {"agent_id": agent_id, "agent_version": visit.form.text("agent_version")}
        path = f"{NUMBERS}/{number_id}/agent"
        try:
            visit.api.patch(path, {field: mapping}, visit.conditions)
        except Refused as refused:
            return _shown(visit, number_id, self._direction, refused)
        return Elsewhere(address_of(number_id), done="mapping")


def _shown(visit: Visit, number_id: UUID, direction: str, refused: Refused | None = None) -> Reply:
    facts = number_facts(visit, number_id, "overview")
    mapped: dict[str, Any] = facts["number"][DIRECTIONS[direction]] or {}
    chosen = visit.form.text("agent_id") or visit.asked("agent_id") or mapped.get("agent_id", "")
    choice = agents_to_choose(visit, [chosen, mapped.get("agent_id")])
    known = chosen in choice.names
    facts |= {
        "direction": direction,
        "mapped": mapped,
        "choice": choice,
        "agent_id": chosen if known else "",
        "versions": versions_of(visit, chosen) if known else [],
        "refused": refused,
    }
    status = refused.status if refused else 200
    return Shown(template="mapping.html", facts=facts, status=status)
