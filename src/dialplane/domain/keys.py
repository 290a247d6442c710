"""API keys as we keep them: by hash only, with scopes and a life of their own."""

from dataclasses import replace

from dialplane.domain.callers import Mode, Scope
from dialplane.domain.errors import KeyInactive
from dialplane.domain.frozen import dataclass
from dialplane.domain.values import DAY_MS, KeyId, Millis, OrganizationId

PREFIXES = {Mode.LIVE: "dp_live_", Mode.TEST: "dp_test_"}
OVERLAP_DEFAULT_MS = DAY_MS
OVERLAP_MAX_MS = 30 * DAY_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """`prefix` is the part of the token that may be shown again, to tell keys apart."""

    id: KeyId
    organization_id: OrganizationId
    name: str
    mode: Mode
    scopes: frozenset[Scope]
    prefix: str
    created_at: Millis
    expires_at: Millis | None = None
    last_used_at: Millis | None = None
    revoked_at: Millis | None = None

    def works_at(self, now: Millis) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def require_working(self, now: Millis) -> None:
        if not self.works_at(now):
            raise KeyInactive

    def revoke(self, *, now: Millis) -> "ApiKey":
        return self if self.revoked_at is not None else replace(self, revoked_at=now)

    def retire(self, *, at: Millis) -> "ApiKey":
        """Let a rotated key work until `at`, never longer than it would have anyway."""
        return replace(self, expires_at=at if self.expires_at is None else min(self.expires_at, at))

    def told(self) -> dict[str, object]:
        return {
            "id": self.id,
            "name": self.name,
            "mode": self.mode,
            "scopes": [scope for scope in Scope if scope in self.scopes],
            "expires_at": self.expires_at,
            "revoked_at": self.revoked_at,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """What is asked for when a key is made."""

    name: str
    mode: Mode
    scopes: frozenset[Scope]
    expires_at: Millis | None = None
