"""One number: what is set, what it costs, and what has happened to it."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from dialplane.console.agents import SEARCH, agent_names
from dialplane.console.replies import Elsewhere, Reply, Shown
from dialplane.console.visits import Page, Visit, signed_in
from dialplane.domain.values import Millis

NUMBERS: Final = "/v3/organization-telephone-numbers"
_SAME_DIGITS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A point in the life of a number."""

    name: str
    at: Millis
    coming: bool


def number_facts(visit: Visit, number_id: UUID, tab: str) -> dict[str, Any]:
    """What the head of every page about a number shows."""
    told = visit.api.read(f"{NUMBERS}/{number_id}")
    return {"number": told.json, "tag": told.tag, "tab": tab}


def address_of(number_id: UUID) -> str:
    return f"/console/numbers/{number_id}"


class Number(Page):
    @signed_in
    def on_get(self, visit: Visit, number_id: UUID) -> Reply:
        facts = number_facts(visit, number_id, "overview")
        number = facts["number"]
        charge = _next_charge(visit, number)
        facts |= {
            "next_charge": charge,
            "moments": _moments(number, charge, visit.now),
            "names": agent_names(visit, number["inbound_agent"], number["outbound_agent"]),
            "refusals": visit.api.get(f"/x/v1/numbers/{number_id}/refusals")["items"],
        }
        return Shown(template="number.html", facts=facts)


class NumberMemo(Page):
    @signed_in
    def on_post(self, visit: Visit, number_id: UUID) -> Reply:
        memo = visit.form.exactly("memo") or None
        visit.api.patch(f"{NUMBERS}/{number_id}", {"memo": memo}, visit.conditions)
        return Elsewhere(address_of(number_id), done="memo")


def _next_charge(visit: Visit, number: dict[str, Any]) -> dict[str, int] | None:
    alike = visit.api.get(SEARCH, q=number["number"], limit=_SAME_DIGITS)["items"]
    charges = [each["next_charge"] for each in alike if each["id"] == number["id"]]
    return charges[0] if charges else None


def _moments(number: dict[str, Any], charge: dict[str, int] | None, now: Millis) -> list[Moment]:
    bought = "bought" if number["provider"] == "vox" else "registered"
    known = [
        (bought, number["created_at"]),
        ("started", number["start_at"] if number["start_at"] != number["created_at"] else None),
        ("cancel_requested", number["cancel_requested_at"]),
        ("charged", charge and charge["at"]),
        ("ended", number["end_at"]),
    ]
    moments = [Moment(name=name, at=at, coming=at > now) for name, at in known if at is not None]
    return sorted(moments, key=lambda moment: moment.at)
