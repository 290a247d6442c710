"""What was done to a number, by whom, and what it was before."""

from typing import Final
from uuid import UUID

from dialplane.console.agents import agent_names
from dialplane.console.pages.number import address_of, number_facts
from dialplane.console.replies import Reply, Shown
from dialplane.console.visits import Page, Visit, signed_in

_PAGE: Final = 25


class NumberHistory(Page):
    @signed_in
    def on_get(self, visit: Visit, number_id: UUID) -> Reply:
        facts = number_facts(visit, number_id, "history")
        facts |= {
            "names": agent_names(visit),
            "page": visit.api.get(
                "/x/v1/events",
                resource_id=number_id,
                sort_order="desc",
                cursor=visit.asked("cursor"),
                limit=_PAGE,
            ),
            "ledger": visit.api.get(
                "/x/v1/ledger",
                organization_telephone_number_id=number_id,
                sort_order="desc",
                limit=_PAGE,
            ),
            "paging_address": f"{address_of(number_id)}/history?",
        }
        return Shown(template="number_history.html", facts=facts)
