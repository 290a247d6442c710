"""Telling an agent's own webhook of its calls: queued where a call changes, signed when sent."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from dialplane.domain.call_messages import (
    CallMessage,
    CallNews,
    WebhookVersion,
    body_of,
    is_news,
    news_of,
)
from dialplane.domain.calls import Call, CallChange
from dialplane.domain.values import Millis, OrganizationId
from dialplane.domain.webhooks import DeliveryId
from dialplane.operations.agent_data import webhooks_of_each
from dialplane.operations.ids import new_id
from dialplane.store import call_messages, calls
from dialplane.store.agents import Taker
from dialplane.store.database import Writer
from dialplane.store.secret_box import SecretBox

Step = tuple[Call, Call, Millis]
"""What a call was, what it is, and since when."""
_KEY_PURPOSE: Final = "call webhooks of "


def save(db: Writer, before: Call, after: Call, *, at: Millis) -> None:
    """Write a call that has changed, and queue what its agent's webhook should know of it."""
    calls.save(db, before, after)
    _queue_each(db, [(before, after, [(before, after, at)])])


def queue_each(db: Writer, changes: Iterable[CallChange]) -> None:
    """Queue what the webhooks of agents should know of these changes, each piece of news once."""
    _queue_each(db, [(change.before, change.after, change.steps()) for change in changes])


def _queue_each(db: Writer, changes: Iterable[tuple[Call, Call, Iterable[Step]]]) -> None:
    telling = [
        (taker, steps)
        for before, after, steps in changes
        if is_news(before, after) and (taker := _taker(after))
    ]
    takers = {taker for taker, _ in telling}
    webhooks = dict(zip(takers, webhooks_of_each(db, takers), strict=True))
    messages = [
        message for taker, steps in telling for message in _messages(steps, webhooks[taker])
    ]
    call_messages.queue_each(db, messages)


def _taker(call: Call) -> Taker | None:
    """Which version of which agent takes a call."""
    if call.agent is None:
        return None
    selector = call.agent_version or call.agent.agent_version
    return call.organization_id, call.agent.agent_id, selector


def _messages(steps: Iterable[Step], webhooks: dict[str, Any]) -> Iterator[CallMessage]:
    url = webhooks.get("callDataWebhookUrl")
    if not url:
        return
    version = WebhookVersion(webhooks["webhookVersion"] or WebhookVersion.V2)
    for before, after, at in steps:
        for news in news_of(before, after, version):
            yield _message(after, news, version, url=url, at=at)


def _message(
    call: Call, news: CallNews, version: WebhookVersion, *, url: str, at: Millis
) -> CallMessage:
    body = body_of(call, news, version, at)
    return CallMessage(
        id=DeliveryId(new_id(at)),
        organization_id=call.organization_id,
        created_at=at,
        next_attempt_at=at,
        call_id=call.id,
        news=news,
        url=url,
        body=json.dumps(body, ensure_ascii=False, separators=(",", ":")),
    )


def signing_key(box: SecretBox, organization_id: OrganizationId) -> str:
    """What an organization checks the signatures of its agents' webhooks with."""
    return "whk_" + box.signing_key(_KEY_PURPOSE + organization_id).hex()
