"""Webhooks: where events are sent, and what has become of each delivery."""

from typing import Any, Final
from uuid import UUID

from dialplane.console.api import Refused
from dialplane.console.forms import Form
from dialplane.console.pages.keys import OVERLAP_DAYS, overlap_chosen
from dialplane.console.pages.numbers import address_of
from dialplane.console.replies import Elsewhere, Reply, Shown
from dialplane.console.visits import Page, Visit, signed_in
from dialplane.domain.journal import Happening

PLACE: Final = "/console/webhooks"
WEBHOOKS: Final = "/x/v1/webhooks"
_STATUSES: Final = ("pending", "delivered", "dead")
_PAGE: Final = 25


class Webhooks(Page):
    @signed_in
    def on_get(self, visit: Visit) -> Reply:
        return _listed(visit)

    @signed_in
    def on_post(self, visit: Visit) -> Reply:
        try:
            made = visit.api.post(WEBHOOKS, _order(visit.form), visit.changes_only)
        except Refused as refused:
            return _listed(visit, refused)
        return Shown(template="secret.html", facts=_once(made, "webhook_made"))


class Webhook(Page):
    @signed_in
    def on_get(self, visit: Visit, webhook_id: UUID) -> Reply:
        return _shown(visit, webhook_id)

    @signed_in
    def on_post(self, visit: Visit, webhook_id: UUID) -> Reply:
        change = _order(visit.form) | {"enabled": visit.form.ticked("enabled")}
        try:
            visit.api.patch(f"{WEBHOOKS}/{webhook_id}", change, visit.conditions)
        except Refused as refused:
            return _shown(visit, webhook_id, refused)
        return Elsewhere(f"{PLACE}/{webhook_id}", done="webhook")


class WebhookSecret(Page):
    @signed_in
    def on_post(self, visit: Visit, webhook_id: UUID) -> Reply:
        order = overlap_chosen(visit.form)
        path = f"{WEBHOOKS}/{webhook_id}/rotate-secret"
        made = visit.api.post(path, order, visit.conditions)
        return Shown(template="secret.html", facts=_once(made, "webhook_rotated"))


class WebhookEnd(Page):
    @signed_in
    def on_post(self, visit: Visit, webhook_id: UUID) -> Reply:
        visit.api.delete(f"{WEBHOOKS}/{webhook_id}", visit.changes_only)
        return Elsewhere(PLACE, done="webhook_deleted")


class Redelivery(Page):
    @signed_in
    def on_post(self, visit: Visit, webhook_id: UUID, delivery_id: UUID) -> Reply:
        path = f"{WEBHOOKS}/{webhook_id}/deliveries/{delivery_id}/redeliver"
        visit.api.post(path, None, visit.changes_only)
        return Elsewhere(f"{PLACE}/{webhook_id}", done="redelivered")


def _once(made: dict[str, Any], what: str) -> dict[str, Any]:
    back = f"{PLACE}/{made['id']}"
    return {"what": what, "name": made["url"], "secret": made["secret"], "back": back}


def _order(form: Form) -> dict[str, Any]:
    return {
        "url": form.text("url"),
        "description": form.text("description") or None,
        "event_types": form.texts("event_type"),
    }


def _listed(visit: Visit, refused: Refused | None = None) -> Reply:
    facts = {
        "page": visit.api.get(WEBHOOKS, cursor=visit.asked("cursor"), limit=_PAGE),
        "event_types": list(Happening),
        "form": visit.form,
        "paging_address": f"{PLACE}?",
        "refused": refused,
    }
    return Shown(template="webhooks.html", facts=facts, status=refused.status if refused else 200)


def _shown(visit: Visit, webhook_id: UUID, refused: Refused | None = None) -> Reply:
    told = visit.api.read(f"{WEBHOOKS}/{webhook_id}")
    status = visit.asked("status") if visit.asked("status") in _STATUSES else ""
    deliveries = visit.api.get(
        f"{WEBHOOKS}/{webhook_id}/deliveries",
        status=status,
        cursor=visit.asked("cursor"),
        limit=_PAGE,
    )
    facts = {
        "webhook": told.json if refused is None else told.json | _order(visit.form),
        "tag": told.tag,
        "page": deliveries,
        "status": status,
        "statuses": _STATUSES,
        "event_types": list(Happening),
        "overlaps": OVERLAP_DAYS,
        "paging_address": address_of(f"{PLACE}/{webhook_id}", status=status),
        "refused": refused,
    }
    return Shown(template="webhook.html", facts=facts, status=refused.status if refused else 200)
