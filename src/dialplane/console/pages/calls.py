"""The calls of an organization, by number, agent, status, reason and time."""

from typing import Any, Final

from dialplane.console.agents import agents_to_choose
from dialplane.console.api import Refused
from dialplane.console.charts import chart_of
from dialplane.console.formats import instant_typed
from dialplane.console.pages.numbers import address_of
from dialplane.console.replies import Reply, Shown
from dialplane.console.visits import Page, Visit, signed_in
from dialplane.domain.calls import CallStatus
from dialplane.domain.disconnections import DisconnectionReason

PLACE: Final = "/console/calls"
_PAGE: Final = 25
_FILTERS: Final = (
    "call_from",
    "call_to",
    "agent_id",
    "status",
    "disconnection_reason",
    "start_at_after",
    "start_at_before",
)


class Calls(Page):
    @signed_in
    def on_get(self, visit: Visit) -> Reply:
        chosen = {name: visit.asked(name) for name in _FILTERS}
        wanted = _wanted(chosen)
        page, refused = None, None
        try:
            page = visit.api.get("/v3/calls", cursor=visit.asked("cursor"), limit=_PAGE, **wanted)
        except Refused as problem:
            refused = problem
        choice = agents_to_choose(visit, [chosen["agent_id"], *_agents_in(page)])
        facts = {
            "page": page,
            **_drawn(visit, wanted, refused),
            "chosen": _as_fields_take_it(chosen),
            "choice": choice,
            "kept": chosen,
            "statuses": list(CallStatus),
            "reasons": list(DisconnectionReason),
            "paging_address": address_of(PLACE, **chosen),
            "refused": refused,
        }
        return Shown(template="calls.html", facts=facts, status=refused.status if refused else 200)


def _drawn(visit: Visit, wanted: dict[str, Any], refused: Refused | None) -> dict[str, Any]:
    """The chart of the same calls; a list may be longer than a chart."""
    chart, not_drawn = None, None
    if refused is None:
        try:
            chart = chart_of(visit, wanted)
        except Refused as problem:
            not_drawn = problem.faults[0].reason if problem.faults else problem.message
    return {"chart": chart, "not_drawn": not_drawn}


def _agents_in(page: dict[str, Any] | None) -> list[str]:
    calls = page["items"] if page else []
    return [call["agent"]["agent_id"] for call in calls if call["agent"]]


def _wanted(chosen: dict[str, str]) -> dict[str, Any]:
    """Instants are typed in Seoul; what is none goes to the API as it is, which says so."""
    times = {
        name: instant_typed(text) or text
        for name, text in chosen.items()
        if name.startswith("start_at_") and text
    }
    return {**chosen, **times}


def _as_fields_take_it(chosen: dict[str, str]) -> dict[str, str]:
    """A field for an instant holds instants only."""
    return {
        name: text if not name.startswith("start_at_") or instant_typed(text) else ""
        for name, text in chosen.items()
    }
