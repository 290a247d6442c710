"""The calls of a number, in and out."""

from typing import Any, Final
from uuid import UUID

from dialplane.console.agents import agent_names
from dialplane.console.pages.number import address_of, number_facts
from dialplane.console.replies import Reply, Shown
from dialplane.console.visits import Page, Visit, signed_in

_PAGE: Final = 25
WAYS: Final = {"inbound": "call_to", "outbound": "call_from"}


class NumberCalls(Page):
    @signed_in
    def on_get(self, visit: Visit, number_id: UUID) -> Reply:
        facts = number_facts(visit, number_id, "calls")
        direction = visit.asked("direction")
        direction = direction if direction in WAYS else "inbound"
        wanted: dict[str, Any] = {WAYS[direction]: facts["number"]["number"]}
        page = visit.api.get(
            "/v3/calls",
            call_type=direction,
            cursor=visit.asked("cursor"),
            limit=_PAGE,
            **wanted,
        )
        facts |= {
            "page": page,
            "direction": direction,
            "names": agent_names(visit),
            "paging_address": f"{address_of(number_id)}/calls?direction={direction}&",
        }
        return Shown(template="number_calls.html", facts=facts)
