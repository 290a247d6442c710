"""The agents of an organization."""

from typing import Final

from dialplane.console.pages.numbers import address_of
from dialplane.console.replies import Reply, Shown
from dialplane.console.visits import Page, Visit, signed_in

PLACE: Final = "/console/agents"
_PAGE: Final = 25
_LONGEST_SOUGHT: Final = 64


class Agents(Page):
    @signed_in
    def on_get(self, visit: Visit) -> Reply:
        q = visit.asked("q")[:_LONGEST_SOUGHT]
        facts = {
            "page": visit.api.get("/v3/agents", q=q, cursor=visit.asked("cursor"), limit=_PAGE),
            "q": q,
            "paging_address": address_of(PLACE, q=q),
        }
        return Shown(template="agents.html", facts=facts)
