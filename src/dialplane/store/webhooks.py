"""Webhooks and what is on its way to them, in SQL."""

from dataclasses import fields
from typing import Final, LiteralString

from dialplane.domain.errors import NotFound
from dialplane.domain.journal import Happening
from dialplane.domain.values import Millis, OrganizationId
from dialplane.domain.webhooks import Delivery, DeliveryId, DeliveryStatus, Webhook, WebhookId
from dialplane.store import sendings
from dialplane.store.database import Reader, Row, Writer
from dialplane.store.pages import Listing, Page, PageRequest, page

_BY_ID: Final = "SELECT * FROM webhooks WHERE organization_id = :organization_id AND id = :id"


def get(db: Reader, organization_id: OrganizationId, webhook_id: WebhookId) -> Webhook:
    return _found(db.one_or_none(_BY_ID, organization_id=organization_id, id=webhook_id))


def get_locked(db: Writer, organization_id: OrganizationId, webhook_id: WebhookId) -> Webhook:
    return _found(db.locked(_BY_ID, organization_id=organization_id, id=webhook_id))


def list_page(db: Reader, organization_id: OrganizationId, request: PageRequest) -> Page[Webhook]:
    rows, total, following = page(
        db,
        Listing(
            columns="*",
            matching="FROM webhooks WHERE organization_id = :organization_id",
            sort="created_at",
        ),
        request,
        organization_id=organization_id,
    )
    return Page(items=[_webhook(row) for row in rows], total_count=total, next=following)


def add(db: Writer, webhook: Webhook) -> Webhook:
    names = ", ".join(_COLUMNS)
    values = ", ".join(":" + name for name in _COLUMNS)
    return _found(
        db.returning(
            f"INSERT INTO webhooks ({names}) VALUES ({values}) RETURNING *", **_columns(webhook)
        )
    )


def save(db: Writer, webhook: Webhook) -> Webhook:
    """Write back what may change of a webhook read with `get_locked`."""
    changes = ", ".join(f"{name} = :{name}" for name in _MUTABLE)
    return _found(
        db.returning(
            f"UPDATE webhooks SET {changes}, revision = revision + 1"
            " WHERE organization_id = :organization_id AND id = :id RETURNING *",
            **_columns(webhook),
        )
    )


def remove(db: Writer, webhook: Webhook) -> None:
    """Remove a webhook with everything that was on its way there."""
    db.run(
        "DELETE FROM webhooks WHERE organization_id = :organization_id AND id = :id",
        organization_id=webhook.organization_id,
        id=webhook.id,
    )


def behind(db: Reader, *, limit: int) -> list[Webhook]:
    """Webhooks of every organization with events that are not queued for them yet."""
    rows = db.all(
        """
        SELECT webhooks.* FROM webhooks
          JOIN journal_heads ON journal_heads.organization_id = webhooks.organization_id
         WHERE enabled = 1 AND webhooks.position < journal_heads.position
         ORDER BY webhooks.id LIMIT :limit
        """,
        limit=limit,
    )
    return [_webhook(row) for row in rows]


def move(db: Writer, webhook: Webhook, *, position: int) -> None:
    """Note how far a webhook's events are queued; not a revision, nobody sees it."""
    db.run(
        "UPDATE webhooks SET position = :position"
        " WHERE organization_id = :organization_id AND id = :id",
        position=position,
        organization_id=webhook.organization_id,
        id=webhook.id,
    )


def begin_after_journal(db: Writer, webhook: Webhook) -> None:
    """Let a webhook hear of what comes after this transaction, and of nothing in it."""
    db.send_last(
        webhook.organization_id,
        """
        UPDATE webhooks SET position = (
            SELECT position FROM journal_heads WHERE organization_id = :organization_id
        ) WHERE organization_id = :organization_id AND id = :id
        """,
        organization_id=webhook.organization_id,
        id=webhook.id,
    )


def queue(db: Writer, delivery: Delivery) -> None:
    """Queue an event once, however often it is asked."""
    db.run(_QUEUE, **sendings.columns(delivery))


def due(db: Reader, *, now: Millis, limit: int) -> list[Delivery]:
    return [_delivery(row) for row in sendings.due(db, _DELIVERIES, now=now, limit=limit)]


def take(db: Writer, delivery: Delivery, *, until: Millis) -> Delivery | None:
    row = sendings.take(db, _DELIVERIES, delivery, until=until)
    return None if row is None else _delivery(row)


def settle(db: Writer, delivery: Delivery, *, claimed_until: Millis) -> None:
    sendings.settle(db, _DELIVERIES, delivery, claimed_until=claimed_until)


def save_delivery(db: Writer, delivery: Delivery) -> None:
    """Write back a delivery read with `get_delivery_locked`."""
    names = (*sendings.STATE, "organization_id", "id")
    db.run(_SAVE, **{name: getattr(delivery, name) for name in names})


def get_delivery_locked(
    db: Writer, organization_id: OrganizationId, webhook_id: WebhookId, delivery_id: DeliveryId
) -> Delivery:
    row = db.locked(
        """
        SELECT * FROM deliveries
         WHERE organization_id = :organization_id AND webhook_id = :webhook_id AND id = :id
        """,
        organization_id=organization_id,
        webhook_id=webhook_id,
        id=delivery_id,
    )
    if row is None:
        raise NotFound
    return _delivery(row)


def deliveries_page(
    db: Reader, webhook: Webhook, status: DeliveryStatus | None, request: PageRequest
) -> Page[Delivery]:
    matching: LiteralString = (
        "FROM deliveries WHERE organization_id = :organization_id AND webhook_id = :webhook_id"
    )
    if status is not None:
        matching += " AND status = :status"
    rows, total, following = page(
        db,
        Listing(columns="*", matching=matching, sort="created_at"),
        request,
        organization_id=webhook.organization_id,
        webhook_id=webhook.id,
        status=status,
    )
    return Page(items=[_delivery(row) for row in rows], total_count=total, next=following)


_COLUMNS: Final = tuple(field.name for field in fields(Webhook))
_MUTABLE: Final = (
    "url", "description", "happenings", "enabled", "sealed_secret", "sealed_old_secret",
    "old_secret_until", "updated_at",
)  # fmt: skip
_DELIVERIES: Final[LiteralString] = "deliveries"
_QUEUE: Final = sendings.insert_text(_DELIVERIES, Delivery, "webhook_id, entry_id")
_SAVE: Final = sendings.save_text(_DELIVERIES)


def _columns(webhook: Webhook) -> dict[str, object]:
    columns = {name: getattr(webhook, name) for name in _COLUMNS}
    happenings = " ".join(sorted(webhook.happenings))
    return columns | {"happenings": happenings, "enabled": int(webhook.enabled)}


def _found(row: Row | None) -> Webhook:
    if row is None:
        raise NotFound
    return _webhook(row)


def _webhook(row: Row) -> Webhook:
    told = {name: row[name] for name in _COLUMNS}
    happenings = frozenset(Happening(word) for word in row["happenings"].split())
    return Webhook(**{**told, "happenings": happenings, "enabled": bool(row["enabled"])})


def _delivery(row: Row) -> Delivery:
    told = {field.name: row[field.name] for field in fields(Delivery)}
    return Delivery(**{**told, "status": DeliveryStatus(row["status"])})
