"""Who is asking, and what their key lets them do."""

from enum import StrEnum
from typing import NamedTuple

from dialplane.domain.errors import Forbidden, PreconditionFailed, SandboxOnly
from dialplane.domain.frozen import dataclass
from dialplane.domain.values import KeyId, Millis, OrganizationId


class Scope(StrEnum):
    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


class Mode(StrEnum):
    """Whether a key acts on the live numbers or in the organization's sandbox."""

    LIVE = "live"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Precondition:
    """What If-Match allows; `None` allows everything, as does the tag `*`."""

    tags: frozenset[str] | None = None

    def require(self, tag: str) -> None:
        if self.tags is not None and tag not in self.tags and "*" not in self.tags:
            raise PreconditionFailed


ANY_REVISION = Precondition()


class Arrival(NamedTuple):
    """A request as it came in: when, in milliseconds, under which id, and what it insists on."""

    now: Millis
    request_id: str | None = None
    precondition: Precondition = ANY_REVISION


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The key of one request, the instant it arrived, and what it insists on.

    `now` is the time the clock of the caller's organization shows, in milliseconds: the real
    time, plus `clock_offset_ms` in a sandbox.
    """

    key_id: KeyId
    organization_id: OrganizationId
    realm: str
    mode: Mode
    scopes: frozenset[Scope]
    now: Millis
    clock_offset_ms: Millis = 0
    precondition: Precondition = ANY_REVISION
    request_id: str | None = None

    @property
    def real_now(self) -> Millis:
        """What a sandbox may not hurry: a retry that moves its clock is still a retry."""
        return self.now - self.clock_offset_ms

    def require(self, scope: Scope) -> None:
        if scope not in self.scopes:
            raise Forbidden(scope)

    def require_sandbox(self) -> None:
        if self.mode is not Mode.TEST:
            raise SandboxOnly
