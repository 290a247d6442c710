"""The SIP trunk of a number: its settings, and an examination of the peer behind it."""

from typing import Any
from uuid import UUID

from dialplane.console.api import Refused
from dialplane.console.health import health_of, span_chosen
from dialplane.console.pages.number import NUMBERS, address_of, number_facts
from dialplane.console.replies import Elsewhere, Reply, Shown
from dialplane.console.visits import Page, Visit, signed_in


class Sip(Page):
    @signed_in
    def on_get(self, visit: Visit, number_id: UUID) -> Reply:
        return _shown(visit, number_id)

    @signed_in
    def on_post(self, visit: Visit, number_id: UUID) -> Reply:
        try:
            visit.api.patch(f"{NUMBERS}/{number_id}/sip", _change(visit), visit.conditions)
        except Refused as refused:
            return _shown(visit, number_id, refused=refused)
        return Elsewhere(f"{address_of(number_id)}/sip", done="sip")


class SipCheck(Page):
    @signed_in
    def on_post(self, visit: Visit, number_id: UUID) -> Reply:
        facts = number_facts(visit, number_id, "sip")
        trunk_id = facts["number"]["inbound_trunk_id"]
        try:
            report = visit.api.post(f"/x/v1/trunks/{trunk_id}/check")
        except Refused as refused:
            return _shown(visit, number_id, refused=refused)
        return _shown(visit, number_id, report=report)


def _change(visit: Visit) -> dict[str, Any]:
    """Login and password are left alone unless they were typed or taken away."""
    form = visit.form
    change: dict[str, Any] = {"address": form.text("address") or None}
    if form.ticked("without_login"):
        return change | {"auth_username": None}
    if form.text("auth_username"):
        change["auth_username"] = form.text("auth_username")
    if form.exactly("auth_password"):
        change["auth_password"] = form.exactly("auth_password")
    return change


def _shown(
    visit: Visit,
    number_id: UUID,
    *,
    refused: Refused | None = None,
    report: dict[str, Any] | None = None,
) -> Reply:
    facts = number_facts(visit, number_id, "sip")
    trunk_id = facts["number"]["inbound_trunk_id"]
    facts |= {
        "refused": refused,
        "report": report,
        "form": visit.form,
        "chosen_span": span_chosen(visit),
        "known": health_of(visit, f"/x/v1/trunks/{trunk_id}") if trunk_id else None,
    }
    return Shown(template="sip.html", facts=facts, status=refused.status if refused else 200)
