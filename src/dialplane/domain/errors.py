"""Everything a caller should hear about; each class is named for what happened.

The docstring is the English message, the dataclass fields become the details.
"""

import dataclasses
from dataclasses import fields
from enum import Enum
from typing import ClassVar

from dialplane.domain.frozen import dataclass
from dialplane.domain.values import NumberId


class Kind(Enum):
    """The families a transport has an answer for."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    WRONG_METHOD = "wrong_method"
    CONFLICT = "conflict"
    STALE = "stale"
    TOO_LARGE = "too_large"
    WRONG_MEDIA = "wrong_media"
    LIMITED = "limited"
    UNAVAILABLE = "unavailable"
    BROKEN = "broken"


# eq=False keeps identity hashing, which `raise ... from` and tracebacks rely on.
@dataclass(eq=False)
class DomainError(Exception):
    """Something a caller should hear about."""

    code: ClassVar[str]
    kind: ClassVar[Kind]

    @property
    def details(self) -> dict[str, object]:
        told = ((each.name, getattr(self, each.name)) for each in fields(self))
        return {name: value for name, value in told if value is not None}

    @classmethod
    def message(cls) -> str:
        return " ".join((cls.__doc__ or "").split())


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing wrong with one field of a request.

    `reason` names an entry of the transport's catalogue of reasons, `facts` fill its blanks.
    """

    field: str
    reason: str
    facts: dict[str, object] = dataclasses.field(default_factory=dict)


@dataclass(eq=False)
class Invalid(DomainError):
    """The request is not valid."""

    code = "VALIDATION_ERROR"
    kind = Kind.INVALID
    problems: list[FieldProblem] = dataclasses.field(default_factory=list)
    allowed_query_parameters: list[str] | None = None

    @classmethod
    def one(cls, name: str, reason: str, **facts: object) -> "Invalid":
        return cls([FieldProblem(name, reason, facts)])


@dataclass(eq=False)
class Unauthorized(DomainError):
    """A valid organization API key is needed."""

    code = "UNAUTHORIZED"
    kind = Kind.UNAUTHENTICATED


@dataclass(eq=False)
class Forbidden(DomainError):
    """The API key does not have the scope this operation needs."""

    code = "FORBIDDEN"
    kind = Kind.FORBIDDEN
    required_scope: str


@dataclass(eq=False)
class NotFound(DomainError):
    """There is no such resource."""

    code = "NOT_FOUND"
    kind = Kind.NOT_FOUND


@dataclass(eq=False)
class NumberUnavailable(DomainError):
    """This line is not for sale, or somebody else was faster."""

    code = "NUMBER_UNAVAILABLE"
    kind = Kind.CONFLICT


@dataclass(eq=False)
class NumberAlreadyHeld(DomainError):
    """This number is already held."""

    code = "NUMBER_ALREADY_HELD"
    kind = Kind.CONFLICT
    organization_telephone_number_id: NumberId | None = None


@dataclass(eq=False)
class NumberExpired(DomainError):
    """The service of this number has ended; it takes no more changes."""

    code = "NUMBER_EXPIRED"
    kind = Kind.CONFLICT


@dataclass(eq=False)
class ProviderMismatch(DomainError):
    """This operation does not exist for numbers of this provider."""

    code = "PROVIDER_MISMATCH"
    kind = Kind.CONFLICT
    provider: str


@dataclass(eq=False)
class CancellationNotPending(DomainError):
    """No cancellation is pending for this number."""

    code = "CANCELLATION_NOT_PENDING"
    kind = Kind.CONFLICT


@dataclass(eq=False)
class AgentInUse(DomainError):
    """Numbers still map this agent."""

    code = "AGENT_IN_USE"
    kind = Kind.CONFLICT
    organization_telephone_number_ids: list[NumberId]


@dataclass(eq=False)
class RevisionConflict(DomainError):
    """The resource has changed since the revision this request was made for."""

    code = "REVISION_CONFLICT"
    kind = Kind.CONFLICT
    field: str | None = None


@dataclass(eq=False)
class PreconditionFailed(DomainError):
    """The resource has changed since the ETag in If-Match was read."""

    code = "REVISION_CONFLICT"
    kind = Kind.STALE


@dataclass(eq=False)
class IdempotencyKeyReused(DomainError):
    """This Idempotency-Key was used with another request."""

    code = "IDEMPOTENCY_KEY_REUSED"
    kind = Kind.CONFLICT


@dataclass(eq=False)
class IdempotencyInProgress(DomainError):
    """A request with this Idempotency-Key is still being worked on."""

    code = "IDEMPOTENCY_IN_PROGRESS"
    kind = Kind.CONFLICT


@dataclass(eq=False)
class SandboxOnly(DomainError):
    """This exists in the sandbox only; use a test key."""

    code = "SANDBOX_ONLY"
    kind = Kind.CONFLICT


@dataclass(eq=False)
class KeyInactive(DomainError):
    """This API key is revoked or has expired."""

    code = "KEY_INACTIVE"
    kind = Kind.CONFLICT


@dataclass(eq=False)
class RateLimited(DomainError):
    """Too many requests."""

    code = "RATE_LIMITED"
    kind = Kind.LIMITED
    retry_after_ms: int


@dataclass(eq=False)
class Unavailable(DomainError):
    """The database cannot be reached right now; try again."""

    code = "UNAVAILABLE"
    kind = Kind.UNAVAILABLE
