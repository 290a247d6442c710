"""Giving a number up and taking that back; what happens then is said before the click."""

from typing import Any
from uuid import UUID

from dialplane.console.pages.number import NUMBERS, address_of, number_facts
from dialplane.console.replies import Elsewhere, Reply, Shown
from dialplane.console.visits import Page, Visit, signed_in


class NumberEnd(Page):
    @signed_in
    def on_get(self, visit: Visit, number_id: UUID) -> Reply:
        facts = number_facts(visit, number_id, "overview")
        # The API is asked what would happen, so what is promised here is what it would do.
        rehearsed = visit.api.rehearse("DELETE", f"{NUMBERS}/{number_id}")
        facts |= {
            "effective_at": _after(rehearsed, "end_at") or facts["number"]["end_at"] or visit.now,
            "unanswered": [each for each in rehearsed["routing"] if each["differs"]],
        }
        return Shown(template="number_end.html", facts=facts)

    @signed_in
    def on_post(self, visit: Visit, number_id: UUID) -> Reply:
        visit.api.delete(f"{NUMBERS}/{number_id}", visit.conditions)
        return Elsewhere(address_of(number_id), done="cancelled")


class NumberEndRevoked(Page):
    @signed_in
    def on_post(self, visit: Visit, number_id: UUID) -> Reply:
        visit.api.post(f"{NUMBERS}/{number_id}/revoke-cancel", None, visit.conditions)
        return Elsewhere(address_of(number_id), done="revoked")


def _after(rehearsed: dict[str, Any], field: str) -> Any:
    for change in rehearsed["changes"]:
        if field in change["fields"]:
            return change["fields"][field]["after"]
    return None
