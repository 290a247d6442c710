"""Telling an agent's own webhook of its calls: queued where a call changes, signed when sent."""

import json
from typing import Any, Final

from dialplane.domain.call_messages import CallMessage, WebhookVersion, body_of, news_of
from dialplane.domain.calls import Call
from dialplane.domain.values import Millis, OrganizationId
from dialplane.domain.webhooks import DeliveryId
from dialplane.operations.agent_data import webhooks_of
from dialplane.operations.ids import new_id
from dialplane.store import call_messages, calls
from dialplane.store.database import Writer
from dialplane.store.secret_box import SecretBox

_KEY_PURPOSE: Final = "call webhooks of "


def save(db: Writer, before: Call, after: Call, *, at: Millis) -> None:
    """Write a call that has changed, and queue what its agent's webhook should know of it."""
    calls.save(db, after)
    queue(db, before, after, at=at, settings=settings_of(db, after))


def settings_of(db: Writer, call: Call) -> dict[str, Any]:
    """The webhooks of the agent of a call."""
    if call.agent is None:
        return {}
    return webhooks_of(db, call.organization_id, call.agent, call.agent_version)


def queue(db: Writer, before: Call, after: Call, *, at: Millis, settings: dict[str, Any]) -> None:
    if not settings.get("callDataWebhookUrl"):
        return
    version = WebhookVersion(settings["webhookVersion"] or WebhookVersion.V2)
    for news in news_of(before, after, version):
        body = body_of(after, news, version, at)
        message = CallMessage(
            id=DeliveryId(new_id(at)),
            organization_id=after.organization_id,
            created_at=at,
            next_attempt_at=at,
            call_id=after.id,
            news=news,
            url=settings["callDataWebhookUrl"],
            body=json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        )
        call_messages.queue(db, message)


def signing_key(box: SecretBox, organization_id: OrganizationId) -> str:
    """What an organization checks the signatures of its agents' webhooks with."""
    return "whk_" + box.signing_key(_KEY_PURPOSE + organization_id).hex()
