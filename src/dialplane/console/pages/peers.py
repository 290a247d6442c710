"""Whom calls come from and go to: runtimes with the state of their targets, and trunks."""

from typing import Any, Final
from urllib.parse import urlencode

from dialplane.console.agents import IN_SERVICE, SEARCH
from dialplane.console.api import Refused
from dialplane.console.health import health_of, span_chosen
from dialplane.console.replies import Reply, Shown
from dialplane.console.visits import Page, Visit, signed_in

RUNTIMES: Final = "/console/runtimes"
TRUNKS: Final = "/console/trunks"
_PAGE: Final = 25


class Runtimes(Page):
    """A list costs one request; only the runtime that was picked is asked how it was."""

    @signed_in
    def on_get(self, visit: Visit) -> Reply:
        page = visit.api.get("/x/v1/runtimes", cursor=visit.asked("cursor"), limit=_PAGE)
        asked = visit.asked("shown")
        shown = next((each["id"] for each in page["items"] if each["id"] == asked), None)
        cursor = visit.asked("cursor")
        facts = {
            "page": page,
            "shown": shown,
            "health": health_of(visit, f"/x/v1/runtimes/{shown}") if shown else None,
            "chosen_span": span_chosen(visit),
            "here": f"{RUNTIMES}?" + (urlencode({"cursor": cursor}) + "&" if cursor else ""),
            "paging_address": f"{RUNTIMES}?",
        }
        return Shown(template="runtimes.html", facts=facts)


class Trunks(Page):
    @signed_in
    def on_get(self, visit: Visit) -> Reply:
        return _shown(visit)


class TrunkCheck(Page):
    """The peer behind a trunk is asked now; nothing is kept of it."""

    @signed_in
    def on_post(self, visit: Visit, trunk_id: str) -> Reply:
        try:
            report = visit.api.post(f"/x/v1/trunks/{trunk_id}/check")
        except Refused as refused:
            return _shown(visit, refused=refused)
        return _shown(visit, report=report)


def _shown(
    visit: Visit, *, refused: Refused | None = None, report: dict[str, Any] | None = None
) -> Reply:
    page = visit.api.get(
        SEARCH, provider="custom", status=IN_SERVICE, cursor=visit.asked("cursor"), limit=_PAGE
    )
    facts = {
        "page": page,
        "report": report,
        "refused": refused,
        "paging_address": f"{TRUNKS}?",
    }
    return Shown(template="trunks.html", facts=facts, status=refused.status if refused else 200)
