"""What the organization has been charged, and the same as a file."""

from typing import Final

from dialplane.console.replies import Download, Reply, Shown
from dialplane.console.visits import Page, Visit, signed_in

PLACE: Final = "/console/ledger"
_PAGE: Final = 50


class Ledger(Page):
    @signed_in
    def on_get(self, visit: Visit) -> Reply:
        cursor = visit.asked("cursor")
        facts = {
            "page": visit.api.get("/x/v1/ledger", sort_order="desc", cursor=cursor, limit=_PAGE),
            "paging_address": f"{PLACE}?",
        }
        return Shown(template="ledger.html", facts=facts)


class LedgerSheet(Page):
    @signed_in
    def on_get(self, visit: Visit) -> Reply:
        sheet = visit.api.file("/x/v1/ledger.csv")
        return Download(name="ledger.csv", media_type="text/csv; charset=utf-8", content=sheet)
