"""Who is told of events: where to, signed how, and how long it is tried."""

import hmac
from dataclasses import field, replace
from enum import StrEnum
from typing import Final, NewType, Self

from dialplane.domain.frozen import dataclass
from dialplane.domain.journal import EntryId, Happening
from dialplane.domain.values import DAY_MS, SECOND_MS, Millis, OrganizationId

WebhookId = NewType("WebhookId", str)
DeliveryId = NewType("DeliveryId", str)

GIVEN_UP_AFTER_MS: Final = 3 * DAY_MS
_PAUSES_MS: Final = tuple(
    pause * SECOND_MS for pause in (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """`happenings` empty means all; `position` is how far its events have been queued.

    During a rotation `sealed_old_secret` signs beside the new one until `old_secret_until`.
    """

    id: WebhookId
    organization_id: OrganizationId
    url: str
    description: str | None
    happenings: frozenset[Happening]
    enabled: bool
    position: int
    created_at: Millis
    updated_at: Millis
    sealed_secret: str = field(repr=False)
    sealed_old_secret: str | None = field(default=None, repr=False)
    old_secret_until: Millis | None = None
    revision: int = 1

    @property
    def tag(self) -> str:
        return str(self.revision)

    def wants(self, happening: Happening) -> bool:
        return not self.happenings or happening in self.happenings

    def rotate(self, sealed_secret: str, *, overlap_ms: Millis, now: Millis) -> "Webhook":
        return replace(
            self,
            sealed_secret=sealed_secret,
            sealed_old_secret=self.sealed_secret,
            old_secret_until=now + overlap_ms,
            updated_at=now,
        )

    def sealed_secrets(self, now: Millis) -> tuple[str, ...]:
        """What signs now: the secret, and the one before it while they overlap."""
        if self.sealed_old_secret is None or (self.old_secret_until or 0) <= now:
            return (self.sealed_secret,)
        return (self.sealed_secret, self.sealed_old_secret)

    def told(self) -> dict[str, object]:
        return {
            "id": self.id,
            "url": self.url,
            "description": self.description,
            "event_types": sorted(self.happenings),
            "enabled": self.enabled,
        }


class DeliveryStatus(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """Something on its way to somebody; `next_attempt_at` is set while it is pending."""

    id: DeliveryId
    organization_id: OrganizationId
    status: DeliveryStatus = DeliveryStatus.PENDING
    attempts: int = 0
    created_at: Millis
    next_attempt_at: Millis | None
    last_attempt_at: Millis | None = None
    last_status_code: int | None = None
    last_error: str | None = None

    def delivered(self, status_code: int, *, now: Millis) -> Self:
        return replace(
            self,
            status=DeliveryStatus.DELIVERED,
            next_attempt_at=None,
            last_attempt_at=now,
            last_status_code=status_code,
            last_error=None,
        )

    def failed(self, status_code: int | None, error: str, *, now: Millis, jitter: float) -> Self:
        """Book the next attempt, or give up after three days; `jitter` is from 0 up to 1."""
        again_at = now + pause_ms(self.attempts, jitter)
        dead = again_at > self.created_at + GIVEN_UP_AFTER_MS
        return replace(
            self,
            status=DeliveryStatus.DEAD if dead else DeliveryStatus.PENDING,
            next_attempt_at=None if dead else again_at,
            last_attempt_at=now,
            last_status_code=status_code,
            last_error=error,
        )

    def again(self, *, now: Millis) -> Self:
        """Begin anew, with three days of its own."""
        return replace(
            self,
            status=DeliveryStatus.PENDING,
            attempts=0,
            created_at=now,
            next_attempt_at=now,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery(Sending):
    """One event on its way to one webhook."""

    webhook_id: WebhookId
    entry_id: EntryId


def pause_ms(attempts: int, jitter: float) -> Millis:
    """How long to wait after so many attempts: longer each time, and never in step with others."""
    pause = _PAUSES_MS[min(max(attempts, 1), len(_PAUSES_MS)) - 1]
    return round(pause * (0.75 + jitter / 2))


def signature(secrets: tuple[str, ...], body: bytes, at_s: int) -> str:
    """`t=...,v1=...`: HMAC-SHA256 in hex over `t.body`, once for each secret that signs."""
    signed = f"{at_s}.".encode() + body
    parts = (hmac.digest(secret.encode(), signed, "sha256").hex() for secret in secrets)
    return ",".join((f"t={at_s}", *(f"v1={part}" for part in parts)))
