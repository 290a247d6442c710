"""Who may call a number, who else answers, and how many calls it takes."""

from typing import Any, Final
from uuid import UUID

from dialplane.console.agents import agents_to_choose, present
from dialplane.console.api import Refused
from dialplane.console.forms import Form
from dialplane.console.pages.number import address_of, number_facts
from dialplane.console.replies import Elsewhere, Reply, Shown
from dialplane.console.visits import Page, Visit, signed_in

_LISTED: Final = 100
_SPARE_ROWS: Final = 2


class NumberRouting(Page):
    @signed_in
    def on_get(self, visit: Visit, number_id: UUID) -> Reply:
        return _shown(visit, number_id)

    @signed_in
    def on_post(self, visit: Visit, number_id: UUID) -> Reply:
        change = _change(visit.form)
        try:
            visit.api.patch(f"/x/v1/numbers/{number_id}/routing", change, visit.conditions)
        except Refused as refused:
            return _shown(visit, number_id, refused)
        return Elsewhere(f"{address_of(number_id)}/routing", done="routing")


def _shown(visit: Visit, number_id: UUID, refused: Refused | None = None) -> Reply:
    facts = number_facts(visit, number_id, "routing")
    told = visit.api.read(f"/x/v1/numbers/{number_id}/routing")
    routing = told.json if refused is None else told.json | _change(visit.form)
    facts |= {
        "routing": routing,
        "routing_tag": told.tag,
        "choice": agents_to_choose(visit, _agents_in(routing)),
        "runtimes": _runtimes(visit, routing),
        "allow": visit.asked("allow"),
        "spare": range(_SPARE_ROWS),
        "refused": refused,
    }
    status = refused.status if refused else 200
    return Shown(template="number_routing.html", facts=facts, status=status)


def _agents_in(routing: dict[str, Any]) -> list[str]:
    rows = [*routing["inbound_split"], *routing["fallbacks"]]
    return [row["agent"]["agent_id"] for row in rows if row.get("agent")]


def _runtimes(visit: Visit, routing: dict[str, Any]) -> list[dict[str, Any]]:
    """The latest, and those that are chosen already."""
    listed: list[dict[str, Any]] = visit.api.get("/x/v1/runtimes", limit=_LISTED)["items"]
    there = {each["id"] for each in listed}
    chosen = [row.get("runtime_id") for row in routing["fallbacks"]]
    return listed + present(visit, "/x/v1/runtimes", [id_ for id_ in chosen if id_ not in there])


def _change(form: Form) -> dict[str, Any]:
    """What one of the forms of the page asks for."""
    return _PARTS.get(form.text("part"), _sources)(form)


def _sources(form: Form) -> dict[str, Any]:
    return {
        "allowed_sources": form.lines("allowed_sources"),
        "inbound_auth": "source_and_digest" if form.ticked("digest") else "source",
    }


def _limits(form: Form) -> dict[str, Any]:
    names = ("concurrent_calls", "calls_per_second")
    return {"limits": {name: _count(form.text(name)) for name in names}}


def _count(text: str) -> int | str | None:
    """What is no number goes to the API as it is, which says so."""
    return int(text) if text.isdecimal() else text or None


def _split(form: Form) -> dict[str, Any]:
    rows = zip(form.texts("label"), form.texts("weight"), form.texts("arm"), strict=False)
    return {
        "inbound_split": [
            {"label": label, "weight": _count(weight) or 0, "agent": _mapping(arm)}
            for label, weight, arm in rows
            if label or arm
        ]
    }


def _mapping(text: str) -> dict[str, str]:
    agent_id, _, version = text.partition(":")
    return {"agent_id": agent_id, "agent_version": version or "production"}


def _fallbacks(form: Form) -> dict[str, Any]:
    rows = zip(form.texts("way"), form.texts("place"), strict=False)
    return {"fallbacks": [_fallback(way, place) for way, place in rows if way]}


def _fallback(way: str, place: str) -> dict[str, Any]:
    kind, _, rest = way.partition(":")
    told: dict[str, dict[str, Any]] = {
        "agent": {"agent": _mapping(rest)},
        "runtime": {"runtime_id": rest},
        "sip": {"uri": place},
    }
    return {"type": kind, **told.get(kind, {"number": place})}


_PARTS: Final = {
    "sources": _sources,
    "limits": _limits,
    "split": _split,
    "fallbacks": _fallbacks,
}
