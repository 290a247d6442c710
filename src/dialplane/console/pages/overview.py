"""What is going on: the first page."""

from operator import itemgetter
from typing import Any, Final

from dialplane.console.agents import IN_SERVICE, SEARCH
from dialplane.console.charts import COUNTS, chart_of
from dialplane.console.formats import day_began
from dialplane.console.pages.numbers import STATUSES
from dialplane.console.replies import Reply, Shown
from dialplane.console.visits import Page, Visit, signed_in
from dialplane.domain.values import DAY_MS

_LATELY_MS: Final = 7 * DAY_MS
_MONTH_MS: Final = 31 * DAY_MS
_REFUSALS_SHOWN: Final = 8
_CHARGES_SHOWN: Final = 6
_LOOKED_AT: Final = 100


class Overview(Page):
    @signed_in
    def on_get(self, visit: Visit) -> Reply:
        facts = {
            "counts": {each: _count(visit, SEARCH, status=each) for each in STATUSES},
            "calls_today": _answered_today(visit),
            "ongoing": _count(visit, "/v3/calls", status="ongoing"),
            "chart": chart_of(visit, {}),
            "down": _down(visit),
            "refusals": _refusals(visit),
            **_charges(visit),
        }
        return Shown(template="overview.html", facts=facts)


def _count(visit: Visit, path: str, **query: object) -> int:
    total: int = visit.api.get(path, limit=1, **query)["total_count"]
    return total


def _answered_today(visit: Visit) -> int:
    counts = visit.api.get(COUNTS, start_at_after=day_began(visit.now))
    return int(counts["totals"]["answered"])


def _down(visit: Visit) -> list[dict[str, Any]]:
    """The trunks that did not answer the last ping."""
    page = visit.api.get(SEARCH, provider="custom", status=IN_SERVICE, limit=_LOOKED_AT)
    return [each for each in page["items"] if each["trunk"] and each["trunk"]["state"] == "down"]


def _refusals(visit: Visit) -> list[dict[str, Any]]:
    found = visit.api.get("/x/v1/refusals")["items"]
    return [each for each in found if each["last_at"] > visit.now - _LATELY_MS][:_REFUSALS_SHOWN]


def _charges(visit: Visit) -> dict[str, Any]:
    """The next charges, and what the coming month will cost."""
    page = visit.api.get(SEARCH, provider="vox", status=IN_SERVICE, limit=_LOOKED_AT)
    charges = sorted(
        ({"number": each, **each["next_charge"]} for each in page["items"] if each["next_charge"]),
        key=itemgetter("at"),
    )
    soon = [charge["amount"] for charge in charges if charge["at"] < visit.now + _MONTH_MS]
    return {
        "charges": charges[:_CHARGES_SHOWN],
        "month": sum(soon) if page["next_cursor"] is None else None,
    }
