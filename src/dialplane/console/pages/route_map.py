"""The route map: what would happen to a call, each rule that was tried, drawn as a way."""

from typing import Any, Final

from dialplane.console.agents import agent_names
from dialplane.console.api import Refused
from dialplane.console.formats import instant_typed
from dialplane.console.replies import Reply, Shown
from dialplane.console.visits import Page, Visit, signed_in

SIMULATE: Final = "/x/v1/routing/simulate"
_LISTED: Final = 100


class RouteMap(Page):
    """Reading only, so the question stands in the address and can be passed on."""

    @signed_in
    def on_get(self, visit: Visit) -> Reply:
        names = ("called", "caller", "source_address", "at", "direction")
        asked = {name: visit.asked(name) for name in names}
        decision, refused = None, None
        if asked["called"]:
            try:
                decision = visit.api.post(SIMULATE, _scenario(asked))
            except Refused as problem:
                refused = problem
        facts = {
            "asked": asked,
            "decision": decision,
            "refused": refused,
            "names": agent_names(visit) | _places(visit) if decision else {},
        }
        status = refused.status if refused else 200
        return Shown(template="route_map.html", facts=facts, status=status)


def _places(visit: Visit) -> dict[str, str]:
    """What runtimes are called and where their targets are, by their ids."""
    names: dict[str, str] = {}
    for runtime in visit.api.get("/x/v1/runtimes", limit=_LISTED)["items"]:
        names[runtime["id"]] = runtime["name"]
        names |= {
            target["id"]: f"{runtime['name']} ({target['address']})"
            for target in runtime["targets"]
        }
    return names


def _scenario(asked: dict[str, str]) -> dict[str, Any]:
    scenario: dict[str, Any] = {"called": asked["called"], "caller": asked["caller"]}
    if asked["source_address"]:
        scenario["source_address"] = asked["source_address"]
    if asked["direction"] == "outbound":
        scenario["direction"] = "outbound"
    if asked["at"]:
        scenario["at"] = instant_typed(asked["at"]) or asked["at"]
    return scenario
