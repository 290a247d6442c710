"""What has happened, who is told of it, and what numbers cost."""

from typing import Any

import msgspec

from dialplane.client.models.model import Model, Page, hidden


class Resource(Model, frozen=True, kw_only=True):
    type: str
    id: str


class Actor(Model, frozen=True, kw_only=True):
    """Somebody's key, the operator, or time itself."""

    type: str
    key_id: str | None = None


class Change(Model, frozen=True, kw_only=True):
    """What a field was, and what it is."""

    before: Any = None
    after: Any = None


class Event(Model, frozen=True, kw_only=True):
    """Something that has happened; `position` counts without a gap."""

    id: str
    position: int
    type: str
    occurred_at: int
    resource: Resource
    actor: Actor | None = None
    request_id: str | None = None
    changes: dict[str, Change] = msgspec.field(default_factory=dict)
    data: dict[str, Any] | None = None
    hash: str = ""


class Webhook(Model, frozen=True, kw_only=True):
    """Who is told; no event types means all."""

    id: str
    url: str
    description: str | None = None
    event_types: tuple[str, ...] = ()
    enabled: bool = True
    created_at: int | None = None
    updated_at: int | None = None


class WebhookWithSecret(Webhook, frozen=True, kw_only=True):
    """A webhook with the secret it signs with, which is not printed by `repr`."""

    secret: str

    def __repr__(self) -> str:
        return hidden(self, "secret")


class CallWebhookKey(Model, frozen=True, kw_only=True):
    """What the webhooks of calls are signed with; not printed by `repr`."""

    key: str

    def __repr__(self) -> str:
        return hidden(self, "key")


class Delivery(Model, frozen=True, kw_only=True):
    """An event on its way to a webhook."""

    id: str
    event_id: str
    status: str
    attempts: int = 0
    created_at: int | None = None
    next_attempt_at: int | None = None
    last_attempt_at: int | None = None
    last_status_code: int | None = None
    last_error: str | None = None


class LedgerEntry(Model, frozen=True, kw_only=True):
    """What a number has cost; a negative amount was given back. Whole KRW."""

    id: str
    position: int
    organization_telephone_number_id: str
    number: str
    cause: str
    amount: int
    balance: int
    period_start: int | None = None
    period_end: int | None = None
    entered_at: int | None = None


class LedgerPage(Page[LedgerEntry], frozen=True, kw_only=True):
    """A page of entries, and the sum of all entries there are."""

    balance: int | None = None
