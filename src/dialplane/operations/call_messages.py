"""Telling an agent's own webhook of its calls: queued where a call changes, signed when sent."""

import json
from typing import Any, Final

from dialplane.domain.call_messages import CallMessage, WebhookVersion, body_of, news_of
from dialplane.domain.calls import Call
from dialplane.domain.values import Millis, OrganizationId
from dialplane.domain.webhooks import DeliveryId
from dialplane.operations.agent_data import data_of
from dialplane.operations.ids import new_id
from dialplane.store import call_messages, calls
from dialplane.store.database import Writer
from dialplane.store.secret_box import SecretBox

_KEY_PURPOSE: Final = "call webhooks of "


def save(db: Writer, before: Call, after: Call, *, at: Millis) -> None:
    """Write a call that has changed, and queue what its agent's webhook should know of it."""
    calls.save(db, after)
    settings = _settings(db, after)
    if settings is None:
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


def _settings(db: Writer, call: Call) -> dict[str, Any] | None:
    """The webhook of the version that took the call, if it has one."""
    if call.agent is None:
        return None
    data = data_of(db, call.organization_id, call.agent, version=call.agent_version)
    settings: dict[str, Any] | None = None if data is None else data.get("webhookSettings")
    return settings if settings and settings.get("callDataWebhookUrl") else None
