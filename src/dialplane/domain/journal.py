"""What has happened, as it is kept for good: told to customers as events, to auditors as a trail.

Entries are chained: each carries a hash over its predecessor's, so that a changed, missing or
slipped-in entry shows.
"""

from enum import StrEnum
from hashlib import sha256
from typing import Any, Final, NewType

from dialplane.domain.frozen import dataclass
from dialplane.domain.values import KeyId, Millis, OrganizationId

EntryId = NewType("EntryId", str)
Told = dict[str, Any]
"""A resource as it may be told to its owner: plain values, no secret."""

ORIGIN: Final = "0" * 64
"""What the first entry of an organization is chained to."""


class Happening(StrEnum):
    """Everything that is ever entered; named `resource.what_happened`."""

    NUMBER_PURCHASED = "number.purchased"
    NUMBER_REGISTERED = "number.registered"
    NUMBER_ACTIVATED = "number.activated"
    NUMBER_UPDATED = "number.updated"
    NUMBER_MAPPING_CHANGED = "number.mapping_changed"
    NUMBER_CANCEL_REQUESTED = "number.cancel_requested"
    NUMBER_CANCELLATION_REVOKED = "number.cancellation_revoked"
    NUMBER_EXPIRED = "number.expired"
    NUMBER_ROUTING_CHANGED = "number.routing_changed"
    TRUNK_CHANGED = "trunk.changed"
    AGENT_CREATED = "agent.created"
    AGENT_UPDATED = "agent.updated"
    AGENT_VERSION_CREATED = "agent.version_created"
    AGENT_VERSION_PUBLISHED = "agent.version_published"
    AGENT_DELETED = "agent.deleted"
    AGENT_RUNTIME_CHANGED = "agent.runtime_changed"
    RUNTIME_CREATED = "runtime.created"
    RUNTIME_UPDATED = "runtime.updated"
    RUNTIME_DELETED = "runtime.deleted"
    KEY_CREATED = "key.created"
    KEY_ROTATED = "key.rotated"
    KEY_REVOKED = "key.revoked"
    CLOCK_ADVANCED = "test_clock.advanced"
    ORGANIZATION_CREATED = "organization.created"
    ORGANIZATION_LIMITS_CHANGED = "organization.limits_changed"
    ORGANIZATION_PRESENTATION_CHANGED = "organization.presentation_changed"
    CARRIER_ADDED = "carrier.added"
    CARRIER_REMOVED = "carrier.removed"
    SUPPLIER_ADDED = "supplier.added"
    SUPPLIER_SYNCED = "supplier.synced"
    SUPPLIER_REMOVED = "supplier.removed"
    LINES_IMPORTED = "stock.lines_imported"
    WEBHOOK_CREATED = "webhook.created"
    WEBHOOK_UPDATED = "webhook.updated"
    WEBHOOK_ROTATED = "webhook.rotated"
    WEBHOOK_DELETED = "webhook.deleted"
    JOB_CREATED = "job.created"
    JOB_PREVIEWED = "job.previewed"
    JOB_STARTED = "job.started"
    JOB_FINISHED = "job.finished"
    JOB_CANCELLED = "job.cancelled"
    JOB_FAILED = "job.failed"


class ActorKind(StrEnum):
    KEY = "key"
    OPERATOR = "operator"
    TIME = "time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who did it: somebody's key, the operator of the installation, or time itself."""

    kind: ActorKind
    key_id: KeyId | None = None


TIME: Final = Actor(kind=ActorKind.TIME)
OPERATOR: Final = Actor(kind=ActorKind.OPERATOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who is writing, when, and in answer to which request."""

    actor: Actor
    at: Millis
    request_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happened to one resource; `before` is None as it begins, `after` as it ends."""

    happening: Happening
    resource_id: str
    before: Told | None = None
    after: Told | None = None

    @property
    def resource(self) -> str:
        return self.happening.partition(".")[0]


def differences(before: Told | None, after: Told | None) -> dict[str, Told]:
    """Field by field, what was and what is; only the fields that differ."""
    then, now = before or {}, after or {}
    return {
        field: {"before": then.get(field), "after": now.get(field)}
        for field in sorted(then.keys() | now.keys())
        if then.get(field) != now.get(field)
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened; `position` and `hash` are given to it as it is entered."""

    id: EntryId
    organization_id: OrganizationId
    happening: Happening
    occurred_at: Millis
    actor: Actor
    resource_id: str
    request_id: str | None = None
    before: Told | None = None
    after: Told | None = None
    position: int = 0
    hash: str = ""

    @property
    def resource(self) -> str:
        return self.happening.partition(".")[0]

    @property
    def changes(self) -> dict[str, Told]:
        """Field by field, what was and what is; only the fields that differ."""
        return differences(self.before, self.after)

    def told(self) -> Told:
        """This entry as an event, the same in the feed and in a webhook."""
        return {
            "id": self.id,
            "position": self.position,
            "type": self.happening,
            "occurred_at": self.occurred_at,
            "resource": {"type": self.resource, "id": self.resource_id},
            "actor": {"type": self.actor.kind, "key_id": self.actor.key_id},
            "request_id": self.request_id,
            "changes": self.changes,
            "data": self.after,
            "hash": self.hash,
        }


def chained(previous_hash: str, position: int, own_text: str) -> str:
    """The hash of an entry behind another one."""
    return sha256(f'["{previous_hash}",{position},{own_text}'.encode()).hexdigest()
