"""API keys: making one, putting a new one in its place, and ending one."""

from typing import Any, Final
from uuid import UUID

from dialplane.console.api import Refused
from dialplane.console.formats import instant_typed
from dialplane.console.forms import Form
from dialplane.console.replies import Elsewhere, Reply, Shown
from dialplane.console.visits import Page, Visit, signed_in
from dialplane.domain.callers import Scope
from dialplane.domain.values import DAY_MS

PLACE: Final = "/console/keys"
KEYS: Final = "/x/v1/keys"
OVERLAP_DAYS: Final = (0, 1, 7, 30)
_PAGE: Final = 25


def overlap_chosen(form: Form) -> dict[str, int]:
    days = form.text("overlap_days")
    return {"overlap_ms": int(days) * DAY_MS} if days.isdecimal() else {}


class Keys(Page):
    @signed_in
    def on_get(self, visit: Visit) -> Reply:
        return _listed(visit)

    @signed_in
    def on_post(self, visit: Visit) -> Reply:
        try:
            made = visit.api.post(KEYS, _order(visit.form), visit.changes_only)
        except Refused as refused:
            return _listed(visit, refused)
        return Shown(template="secret.html", facts=_once(made, "key_made", PLACE))


class Key(Page):
    @signed_in
    def on_get(self, visit: Visit, key_id: UUID) -> Reply:
        facts = {
            "key": visit.api.get(f"{KEYS}/{key_id}"),
            "own": visit.api.get("/x/v1/whoami")["key"]["id"] == str(key_id),
            "overlaps": OVERLAP_DAYS,
        }
        return Shown(template="key.html", facts=facts)


class KeyRotation(Page):
    @signed_in
    def on_post(self, visit: Visit, key_id: UUID) -> Reply:
        order = overlap_chosen(visit.form)
        made = visit.api.post(f"{KEYS}/{key_id}/rotate", order, visit.changes_only)
        return Shown(template="secret.html", facts=_once(made, "key_rotated", PLACE))


class KeyRevocation(Page):
    @signed_in
    def on_post(self, visit: Visit, key_id: UUID) -> Reply:
        visit.api.delete(f"{KEYS}/{key_id}", visit.changes_only)
        return Elsewhere(PLACE, done="key_revoked")


def _once(made: dict[str, Any], what: str, back: str) -> dict[str, Any]:
    return {"what": what, "name": made["name"], "secret": made["token"], "back": back}


def _order(form: Form) -> dict[str, Any]:
    order: dict[str, Any] = {"name": form.text("name"), "scopes": form.texts("scope")}
    if form.text("expires_at"):
        order["expires_at"] = instant_typed(form.text("expires_at")) or form.text("expires_at")
    return order


def _listed(visit: Visit, refused: Refused | None = None) -> Reply:
    facts = {
        "page": visit.api.get(KEYS, cursor=visit.asked("cursor"), limit=_PAGE),
        "scopes": list(Scope),
        "form": visit.form,
        "paging_address": f"{PLACE}?",
        "refused": refused,
    }
    return Shown(template="keys.html", facts=facts, status=refused.status if refused else 200)
