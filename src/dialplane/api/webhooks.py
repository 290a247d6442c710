"""Webhooks over HTTP, for keys of scope `admin`."""

from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from dialplane.api.lists import ListQuery, ListRequest
from dialplane.api.requests import Request, Resource, answer, operation
from dialplane.api.shapes import Shape
from dialplane.domain.callers import Scope
from dialplane.domain.errors import FieldProblem, Invalid
from dialplane.domain.journal import Happening
from dialplane.domain.keys import OVERLAP_DEFAULT_MS, OVERLAP_MAX_MS
from dialplane.domain.values import UNCHANGED
from dialplane.domain.webhooks import Delivery, DeliveryId, DeliveryStatus, Webhook, WebhookId
from dialplane.operations import webhooks as operations
from dialplane.operations.changes import Answer
from dialplane.operations.webhooks import WebhookChange
from dialplane.store import webhooks as store
from dialplane.store.database import Writer

_HTTP = r"^https?://[^\s{}#?@]+(\?[^\s{}#@]*)?\Z"
Url = Annotated[str, Meta(pattern=_HTTP, max_length=2048)]
Description = Annotated[str, Meta(max_length=200)]


class NewWebhookBody(Shape):
    url: Url
    description: Description | None = None
    event_types: list[Happening] = msgspec.field(default_factory=list)
    enabled: bool = True

    def to_change(self) -> WebhookChange:
        return WebhookChange(
            url=self.url,
            description=self.description,
            happenings=frozenset(self.event_types),
            enabled=self.enabled,
        )


class WebhookChangeBody(Shape):
    url: Url | UnsetType = UNSET
    description: Description | UnsetType | None = UNSET
    event_types: list[Happening] | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET

    def broken_rules(self) -> Iterator[FieldProblem]:
        if all(getattr(self, name) is UNSET for name in self.__struct_fields__):
            yield FieldProblem("body", "empty_change")

    def to_change(self) -> WebhookChange:
        types = self.event_types
        return WebhookChange(
            url=UNCHANGED if self.url is UNSET else self.url,
            description=UNCHANGED if self.description is UNSET else self.description,
            happenings=UNCHANGED if types is UNSET else frozenset(types),
            enabled=UNCHANGED if self.enabled is UNSET else self.enabled,
        )


class SecretRotationBody(Shape):
    overlap_ms: Annotated[int, Meta(ge=0, le=OVERLAP_MAX_MS)] = OVERLAP_DEFAULT_MS


class DeliveryQuery(ListQuery):
    status: DeliveryStatus | None = None


def _body_of(webhook: Webhook) -> dict[str, object]:
    return webhook.told() | {
        "created_at": webhook.created_at,
        "updated_at": webhook.updated_at,
    }


def _delivery_body(delivery: Delivery) -> dict[str, object]:
    return {
        "id": delivery.id,
        "event_id": delivery.entry_id,
        "status": delivery.status,
        "attempts": delivery.attempts,
        "created_at": delivery.created_at,
        "next_attempt_at": delivery.next_attempt_at,
        "last_attempt_at": delivery.last_attempt_at,
        "last_status_code": delivery.last_status_code,
        "last_error": delivery.last_error,
    }


def _shown_once(webhook: Webhook, secret: str) -> Answer:
    return answer(_body_of(webhook) | {"secret": secret}, tag=webhook.tag)


class WebhookResource(Resource):
    """What the paths of webhooks share."""

    def _id(self, request: Request, webhook_id: str) -> WebhookId:
        return WebhookId(request.path_id("webhook_id", webhook_id))

    def _new_secret(self) -> tuple[str, str]:
        secret = operations.new_secret()
        return secret, self.parts.box.seal(secret, operations.SECRET_PURPOSE)

    def _refuse_http(self, url: str | UnsetType) -> None:
        if url is UNSET or self.parts.allow_private_webhooks:
            return
        if not url.startswith("https://"):
            raise Invalid.one("url", "not_https")


class Webhooks(WebhookResource):
    @operation(Scope.ADMIN, ListQuery)
    def on_get(self, request: Request) -> Answer:
        listing = ListRequest(
            "webhooks", request.query(ListQuery), request.caller, self.parts.cursors
        )
        with self.parts.database.snapshot() as db:
            page = store.list_page(db, request.caller.organization_id, listing.page)
        return listing.answer(page, _body_of)

    @operation(Scope.ADMIN)
    def on_post(self, request: Request) -> Answer:
        body = request.body(NewWebhookBody)
        self._refuse_http(body.url)
        secret, sealed = self._new_secret()
        return request.change(
            lambda db: _shown_once(
                operations.create(db, request.caller, body.to_change(), sealed_secret=sealed),
                secret,
            )
        )


class OneWebhook(WebhookResource):
    @operation(Scope.ADMIN)
    def on_get(self, request: Request, webhook_id: str) -> Answer:
        wanted = self._id(request, webhook_id)
        with self.parts.database.reading() as db:
            webhook = store.get(db, request.caller.organization_id, wanted)
        return answer(_body_of(webhook), tag=webhook.tag)

    @operation(Scope.ADMIN)
    def on_patch(self, request: Request, webhook_id: str) -> Answer:
        wanted = self._id(request, webhook_id)
        body = request.body(WebhookChangeBody)
        self._refuse_http(body.url)

        def change(db: Writer) -> Answer:
            webhook = operations.change(db, request.caller, wanted, body.to_change())
            return answer(_body_of(webhook), tag=webhook.tag)

        return request.change(change)

    @operation(Scope.ADMIN)
    def on_delete(self, request: Request, webhook_id: str) -> Answer:
        wanted = self._id(request, webhook_id)
        return request.change(
            lambda db: answer(
                {"id": operations.delete(db, request.caller, wanted).id, "deleted": True}
            )
        )


class WebhookSecret(WebhookResource):
    @operation(Scope.ADMIN)
    def on_post(self, request: Request, webhook_id: str) -> Answer:
        wanted = self._id(request, webhook_id)
        overlap_ms = request.body_or_default(SecretRotationBody).overlap_ms
        secret, sealed = self._new_secret()
        return request.change(
            lambda db: _shown_once(
                operations.rotate(
                    db, request.caller, wanted, sealed_secret=sealed, overlap_ms=overlap_ms
                ),
                secret,
            )
        )


class Deliveries(WebhookResource):
    @operation(Scope.ADMIN, DeliveryQuery)
    def on_get(self, request: Request, webhook_id: str) -> Answer:
        wanted = self._id(request, webhook_id)
        query = request.query(DeliveryQuery)
        name = f"deliveries of {wanted}"
        listing = ListRequest(name, query, request.caller, self.parts.cursors)
        with self.parts.database.snapshot() as db:
            webhook = store.get(db, request.caller.organization_id, wanted)
            page = store.deliveries_page(db, webhook, query.status, listing.page)
        return listing.answer(page, _delivery_body)


class Redelivery(WebhookResource):
    @operation(Scope.ADMIN)
    def on_post(self, request: Request, webhook_id: str, delivery_id: str) -> Answer:
        wanted = self._id(request, webhook_id)
        delivery = DeliveryId(request.path_id("delivery_id", delivery_id))
        request.body_or_default(Shape)
        return request.change(
            lambda db: answer(
                _delivery_body(operations.redeliver(db, request.caller, wanted, delivery))
            )
        )
