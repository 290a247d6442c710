"""What can be done with webhooks, and the work of telling them."""

import secrets
from dataclasses import replace
from typing import Final

from dialplane.domain.callers import Caller
from dialplane.domain.frozen import dataclass
from dialplane.domain.journal import Change, Entry, Happening, differences
from dialplane.domain.rehearsals import Difference
from dialplane.domain.values import UNCHANGED, Millis, Unchanged, chosen
from dialplane.domain.webhooks import Delivery, DeliveryId, DeliveryStatus, Webhook, WebhookId
from dialplane.operations import journal as entering
from dialplane.operations.ids import new_id
from dialplane.store import journal, webhooks
from dialplane.store.database import Database, Writer

SECRET_PURPOSE: Final = "webhook secret"  # noqa: S105  # the name of a purpose, not a secret
BATCH: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookChange:
    url: str | Unchanged = UNCHANGED
    description: str | Unchanged | None = UNCHANGED
    happenings: frozenset[Happening] | Unchanged = UNCHANGED
    enabled: bool | Unchanged = UNCHANGED


def new_secret() -> str:
    return "whsec_" + secrets.token_urlsafe(32)


def create(db: Writer, caller: Caller, asked: WebhookChange, *, sealed_secret: str) -> Webhook:
    """Begin to tell somebody of events, from now on."""
    webhook = Webhook(
        id=WebhookId(new_id(caller.now)),
        organization_id=caller.organization_id,
        url=chosen(asked.url, ""),
        description=chosen(asked.description, None),
        happenings=chosen(asked.happenings, frozenset()),
        enabled=chosen(asked.enabled, kept=True),
        position=0,
        created_at=caller.now,
        updated_at=caller.now,
        sealed_secret=sealed_secret,
    )
    made = webhooks.add(db, webhook)
    _enter(db, caller, Happening.WEBHOOK_CREATED, before=None, after=made)
    webhooks.begin_after_journal(db, made)
    return made


def change(db: Writer, caller: Caller, webhook_id: WebhookId, asked: WebhookChange) -> Webhook:
    """Change where and of what is told; switched off, it is told nothing of that time later.

    Raises:
        NotFound, PreconditionFailed.
    """
    old = _about_to_change(db, caller, webhook_id)
    new = replace(
        old,
        url=chosen(asked.url, old.url),
        description=chosen(asked.description, old.description),
        happenings=chosen(asked.happenings, old.happenings),
        enabled=chosen(asked.enabled, old.enabled),
        updated_at=caller.now,
    )
    if new.enabled and not old.enabled:
        position = journal.head(db, caller.organization_id).position
        webhooks.move(db, old, position=position)
    saved = webhooks.save(db, new)
    _enter(db, caller, Happening.WEBHOOK_UPDATED, before=old, after=saved)
    return saved


def rotate(
    db: Writer, caller: Caller, webhook_id: WebhookId, *, sealed_secret: str, overlap_ms: Millis
) -> Webhook:
    """Sign with a new secret, and for `overlap_ms` with the old one beside it.

    Raises:
        NotFound, PreconditionFailed.
    """
    old = _about_to_change(db, caller, webhook_id)
    rotated = old.rotate(sealed_secret, overlap_ms=overlap_ms, now=caller.now)
    saved = webhooks.save(db, rotated)
    _enter(db, caller, Happening.WEBHOOK_ROTATED, before=old, after=saved)
    return saved


def delete(db: Writer, caller: Caller, webhook_id: WebhookId) -> Webhook:
    """Stop telling, at once, also of what was on its way.

    Raises:
        NotFound, PreconditionFailed.
    """
    old = _about_to_change(db, caller, webhook_id)
    webhooks.remove(db, old)
    _enter(db, caller, Happening.WEBHOOK_DELETED, before=old, after=None)
    return old


def redeliver(
    db: Writer, caller: Caller, webhook_id: WebhookId, delivery_id: DeliveryId
) -> Delivery:
    """Tell once more, whatever became of it.

    Raises:
        NotFound.
    """
    organization_id = caller.organization_id
    old = webhooks.get_delivery_locked(db, organization_id, webhook_id, delivery_id)
    again = old.again(now=caller.now - caller.clock_offset_ms)
    webhooks.save_delivery(db, again)
    entering.mention(
        db,
        Difference(
            resource="delivery",
            resource_id=old.id,
            fields=differences(_told(old), _told(again)),
        ),
    )
    return again


def _told(delivery: Delivery) -> dict[str, object]:
    return {"status": delivery.status, "next_attempt_at": delivery.next_attempt_at}


def queue_all(database: Database, *, now: Millis) -> int:
    """Queue every event for every webhook that wants it; answers how many were looked at."""
    with database.reading() as db:
        behind = webhooks.behind(db, limit=BATCH)
    return sum(_queue(database, webhook, now) for webhook in behind)


def _queue(database: Database, seen: Webhook, now: Millis) -> int:
    with database.writing() as db:
        webhook = webhooks.get_locked(db, seen.organization_id, seen.id)
        entries = journal.entries_after(db, webhook.organization_id, webhook.position, limit=BATCH)
        for entry in entries:
            if webhook.wants(entry.happening):
                webhooks.queue(db, _delivery_of(webhook, entry, now))
        if entries:
            webhooks.move(db, webhook, position=entries[-1].position)
        return len(entries)


def _delivery_of(webhook: Webhook, entry: Entry, now: Millis) -> Delivery:
    return Delivery(
        id=DeliveryId(new_id(now)),
        organization_id=webhook.organization_id,
        webhook_id=webhook.id,
        entry_id=entry.id,
        status=DeliveryStatus.PENDING,
        attempts=0,
        created_at=now,
        next_attempt_at=now,
    )


def _about_to_change(db: Writer, caller: Caller, webhook_id: WebhookId) -> Webhook:
    webhook = webhooks.get_locked(db, caller.organization_id, webhook_id)
    caller.precondition.require(webhook.tag)
    return webhook


def _enter(
    db: Writer,
    caller: Caller,
    happening: Happening,
    *,
    before: Webhook | None,
    after: Webhook | None,
) -> None:
    about = after or before
    entering.enter(
        db,
        caller,
        Change(
            happening=happening,
            resource_id="" if about is None else about.id,
            before=None if before is None else before.told(),
            after=None if after is None else after.told(),
        ),
    )
