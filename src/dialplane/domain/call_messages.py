"""What an agent's own webhook is told of its calls, in the two versions vox.ai's clients know.

Names and places follow the vendor's pages on webhooks: in version 1 everything stands in the call,
in version 2 length and cost come with `call_analyzed` only.
"""

import hmac
from collections.abc import Iterator
from dataclasses import field
from enum import StrEnum
from typing import Any

from dialplane.domain.calls import Call, CallId, CallStatus
from dialplane.domain.frozen import dataclass
from dialplane.domain.values import SECOND_MS, Millis
from dialplane.domain.webhooks import Sending


class CallNews(StrEnum):
    STARTED = "call_started"
    ENDED = "call_ended"
    ANALYZED = "call_analyzed"


class WebhookVersion(StrEnum):
    V1 = "v1"
    V2 = "v2"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMessage(Sending):
    """One piece of news of a call on its way to the agent's webhook."""

    call_id: CallId
    news: CallNews
    url: str = field(repr=False)
    body: str = field(repr=False)


def is_news(before: Call, after: Call) -> bool:
    """Whether some version of a webhook is told of this."""
    answered = before.answered_at is None and after.answered_at is not None
    return answered or (before.ending is None and after.ending is not None)


def news_of(before: Call, after: Call, version: WebhookVersion) -> Iterator[CallNews]:
    """What is new about a call, in the order in which it should be told."""
    if before.answered_at is None and after.answered_at is not None:
        yield CallNews.STARTED
    if before.ending is None and after.ending is not None:
        yield CallNews.ENDED
        if version is WebhookVersion.V2 and after.status is CallStatus.ENDED:
            yield CallNews.ANALYZED


def body_of(call: Call, news: CallNews, version: WebhookVersion, at: Millis) -> dict[str, Any]:
    if version is WebhookVersion.V1:
        return {"event": news, "call": _first_version(call, news)}
    return {"event": news, "webhook_version": version, "call": _second_version(call, news, at)}


def _duration_ms(call: Call) -> Millis:
    if call.answered_at is None or call.end_at is None:
        return 0
    return call.end_at - call.answered_at


def _first_version(call: Call, news: CallNews) -> dict[str, Any]:
    told: dict[str, Any] = {
        "call_id": call.id,
        "agent_id": call.agent.agent_id if call.agent else None,
        "call_type": call.call_type,
        "call_from": call.from_number,
        "call_to": call.to_number,
        "start_timestamp": call.answered_at,
        "metadata": call.metadata,
        "dynamic_variables": call.dynamic_variables,
    }
    if news is CallNews.STARTED:
        return told
    duration_ms = _duration_ms(call)
    return told | {
        "end_timestamp": call.end_at,
        "duration_ms": duration_ms,
        "disconnection_reason": call.disconnection_reason,
        "transcript": None,
        "transcript_with_tool_calls": None,
        "call_cost": {
            "total_credits_used": 0,
            "duration_seconds": duration_ms // SECOND_MS,
        },
    }


def _second_version(call: Call, news: CallNews, at: Millis) -> dict[str, Any]:
    told: dict[str, Any] = {
        "call_id": call.id,
        "agent": _agent(call),
        "call_type": call.call_type,
        "from_number": call.from_number,
        "to_number": call.to_number,
        "dynamic_variables": call.dynamic_variables,
        "metadata": call.metadata,
        "start_at": call.answered_at,
        "occurred_at": at,
        "call_status": call.status,
        "opt_out_sensitive_data_storage": call.opt_out_sensitive_data_storage,
    }
    if news is CallNews.STARTED:
        return told
    told |= {"end_at": call.end_at, "disconnection_reason": call.disconnection_reason}
    if news is CallNews.ANALYZED:
        told |= {"call_analysis": None, "call_cost": None, "duration_ms": _duration_ms(call)}
    return told


def _agent(call: Call) -> dict[str, Any] | None:
    if call.agent is None:
        return None
    return {"agent_id": call.agent.agent_id, "agent_version": call.agent.agent_version}


def call_signature(key: str, body: bytes, at_s: int) -> dict[str, str]:
    """The headers that prove a call's webhook ours: HMAC-SHA256 in hex over `timestamp.body`."""
    signed = f"{at_s}.".encode() + body
    return {
        "x-webhook-timestamp": str(at_s),
        "x-webhook-signature": hmac.digest(key.encode(), signed, "sha256").hex(),
    }
