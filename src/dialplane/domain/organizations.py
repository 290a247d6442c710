"""Tenants; a sandbox is an organization beside its live one, with its own realm and clock."""

from dialplane.domain.callers import Mode
from dialplane.domain.frozen import dataclass
from dialplane.domain.values import Millis, OrganizationId


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    id: OrganizationId
    name: str
    realm: str
    created_at: Millis
    sandbox_of: OrganizationId | None = None
    clock_offset_ms: Millis = 0

    @property
    def mode(self) -> Mode:
        return Mode.LIVE if self.sandbox_of is None else Mode.TEST
