"""What has happened, what it cost, and who is told."""

from collections.abc import Sequence
from typing import Final, Literal, Unpack

from dialplane.client.grouping import Following, Group, Listing, M, Operation
from dialplane.client.groups.filters import Sorted
from dialplane.client.models.events import (
    CallWebhookKey,
    Delivery,
    Event,
    LedgerEntry,
    LedgerPage,
    Webhook,
    WebhookWithSecret,
)
from dialplane.client.models.model import Deleted, Page
from dialplane.client.pages import NextStep, following_positions
from dialplane.client.wire import (
    Cached,
    Call,
    Guarded,
    Reading,
    Writing,
    at,
    delete,
    get,
    patch,
    post,
)

LEDGER: Final = "/x/v1/ledger"
WEBHOOK: Final = "/x/v1/webhooks/{webhook_id}"
DELIVERIES: Final = WEBHOOK + "/deliveries"


class Feed(Reading, total=False):
    """`after` is the position of the last event you have seen."""

    after: int
    type: str
    resource_id: str


class EventFilters(Feed, Sorted, total=False):
    pass


class OfNumber(Reading, total=False):
    organization_telephone_number_id: str


class LedgerFilters(OfNumber, Sorted, total=False):
    pass


class NewWebhook(Writing, total=False):
    """Without event types it hears of everything."""

    description: str | None
    event_types: Sequence[str]
    enabled: bool


class WebhookChange(Guarded, total=False):
    url: str
    description: str | None
    event_types: Sequence[str]
    enabled: bool


class SecretRotation(Guarded, total=False):
    """`overlap_ms` is how long the old secret signs along."""

    overlap_ms: int


class DeliveryFilters(Sorted, total=False):
    status: Literal["pending", "delivered", "dead"]


class Events(Group[M]):
    """The journal, as a feed and as a trail."""

    @Listing
    def list(self, **filters: Unpack[EventFilters]) -> Call[Page[Event]]:
        """What has happened, oldest first."""
        return get(Page[Event], at("/x/v1/events"), filters)

    @Following
    def follow(
        self, *, every_s: float = 2.0, **feed: Unpack[Feed]
    ) -> tuple[Call[Page[Event]], NextStep]:
        """The same without an end: once all are told, it is asked again and again."""
        return get(Page[Event], at("/x/v1/events"), feed), following_positions(every_s)


class Ledger(Group[M]):
    """What numbers cost, in whole KRW."""

    @Listing
    def list(self, **filters: Unpack[LedgerFilters]) -> Call[Page[LedgerEntry]]:
        return get(LedgerPage, at(LEDGER), filters)

    @Operation
    def page(self, **filters: Unpack[LedgerFilters]) -> Call[LedgerPage]:
        """One page of it, with the balance."""
        return get(LedgerPage, at(LEDGER), filters)

    @Operation
    def csv(self, **filters: Unpack[OfNumber]) -> Call[str]:
        """All of it as CSV with a header row."""
        return get(str, at("/x/v1/ledger.csv"), filters)


class Webhooks(Group[M]):
    """Who is told of events. `dialplane.client.webhooks.verify` reads what they are sent."""

    @Listing
    def list(self, **filters: Unpack[Sorted]) -> Call[Page[Webhook]]:
        return get(Page[Webhook], at("/x/v1/webhooks"), filters)

    @Operation
    def get(self, webhook_id: str, **options: Unpack[Cached]) -> Call[Webhook]:
        return get(Webhook, at(WEBHOOK, webhook_id), options)

    @Operation
    def create(self, url: str, **fields: Unpack[NewWebhook]) -> Call[WebhookWithSecret]:
        """The secret is in this answer only."""
        return post(WebhookWithSecret, at("/x/v1/webhooks"), {"url": url, **fields})

    @Operation
    def update(self, webhook_id: str, **fields: Unpack[WebhookChange]) -> Call[Webhook]:
        return patch(Webhook, at(WEBHOOK, webhook_id), fields)

    @Operation
    def delete(self, webhook_id: str, **options: Unpack[Guarded]) -> Call[Deleted]:
        return delete(Deleted, at(WEBHOOK, webhook_id), options)

    @Operation
    def rotate_secret(
        self, webhook_id: str, **fields: Unpack[SecretRotation]
    ) -> Call[WebhookWithSecret]:
        """A new secret; the old one signs along for a day unless `overlap_ms` says otherwise."""
        return post(WebhookWithSecret, at(f"{WEBHOOK}/rotate-secret", webhook_id), fields)

    @Listing
    def deliveries(
        self, webhook_id: str, **filters: Unpack[DeliveryFilters]
    ) -> Call[Page[Delivery]]:
        """What it was sent, newest first, and how that went."""
        return get(Page[Delivery], at(DELIVERIES, webhook_id), filters)

    @Operation
    def redeliver(
        self, webhook_id: str, delivery_id: str, **options: Unpack[Writing]
    ) -> Call[Delivery]:
        place = at(f"{DELIVERIES}/{{delivery_id}}/redeliver", webhook_id, delivery_id)
        return post(Delivery, place, options)

    @Operation
    def call_key(self, **options: Unpack[Reading]) -> Call[CallWebhookKey]:
        """What the webhooks of calls, which agents name, are signed with."""
        return get(CallWebhookKey, at("/x/v1/call-webhook-key"), options)
