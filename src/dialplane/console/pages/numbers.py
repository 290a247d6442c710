"""The numbers an organization holds."""

from typing import Final
from urllib.parse import urlencode

from dialplane.console.agents import IN_SERVICE, SEARCH
from dialplane.console.replies import Reply, Shown
from dialplane.console.visits import Page, Visit, signed_in

STATUSES: Final = ("active", "scheduled", "cancel_requested", "expired")
PROVIDERS: Final = ("vox", "custom")
_PAGE: Final = 25
_LONGEST_SOUGHT: Final = 64


class Numbers(Page):
    @signed_in
    def on_get(self, visit: Visit) -> Reply:
        statuses = [each for each in visit.asked_all("status") if each in STATUSES]
        provider = visit.asked("provider")
        chosen = {
            "q": visit.asked("q")[:_LONGEST_SOUGHT],
            "status": statuses,
            "provider": provider if provider in PROVIDERS else "",
        }
        wanted = chosen | {"status": statuses or IN_SERVICE}
        page = visit.api.get(SEARCH, cursor=visit.asked("cursor"), limit=_PAGE, **wanted)
        facts = {
            "page": page,
            "chosen": chosen,
            "statuses": STATUSES,
            "providers": PROVIDERS,
            "paging_address": address_of("/console/numbers", **chosen),
        }
        return Shown(template="numbers.html", facts=facts)


def address_of(path: str, **kept: object) -> str:
    """Where the next page is: the same filter, and a place for its cursor."""
    given = {name: value for name, value in kept.items() if value}
    return f"{path}?{urlencode(given, doseq=True)}{'&' if given else ''}"
