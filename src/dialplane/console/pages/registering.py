"""Bringing a number along that is reached over a SIP trunk of one's own."""

from typing import Any, Final
from uuid import UUID

from dialplane.console.api import Refused
from dialplane.console.pages.number import address_of
from dialplane.console.replies import Elsewhere, Reply, Shown
from dialplane.console.visits import Page, Visit, signed_in
from dialplane.domain.digits import read_digits

REGISTER: Final = "/v3/telephone-numbers/register"


class Registration(Page):
    @signed_in
    def on_get(self, visit: Visit) -> Reply:
        return _shown(visit)

    @signed_in
    def on_post(self, visit: Visit) -> Reply:
        form = visit.form
        typed = form.text("number")
        wanted: dict[str, Any] = {
            "number": read_digits(typed).domestic or typed,
            "address": form.text("address"),
            "auth_username": form.text("auth_username") or None,
            "auth_password": form.exactly("auth_password") or None,
            "memo": form.exactly("memo") or None,
        }
        try:
            held = visit.api.post(REGISTER, wanted, visit.changes_only)
        except Refused as refused:
            return _shown(visit, refused)
        return Elsewhere(f"{address_of(UUID(held['id']))}/sip", done="registered")


def _shown(visit: Visit, refused: Refused | None = None) -> Reply:
    facts = {"form": visit.form, "refused": refused}
    status = refused.status if refused else 200
    return Shown(template="registration.html", facts=facts, status=status)
