"""What can go wrong, as classes: by code where there is one, by status otherwise.

`except Conflict` catches every 409, `except NumberUnavailable` one of them.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

import msgspec

from dialplane.client.models.model import Http


class FieldProblem(msgspec.Struct, frozen=True, kw_only=True):
    """A field that was wrong; its name has dots, `inbound_agent.agent_id`."""

    field: str
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}"


class DialplaneError(Exception):
    """Whatever this client raises about a request."""


class NoAnswer(DialplaneError):
    """Nobody answered. Unless it was never sent, a change may have happened all the same."""

    never_sent = False


class NotReached(NoAnswer):
    """There is no connection to the server, so nothing has happened."""

    never_sent = True


class TimedOut(NoAnswer):
    """The answer did not come in time."""


class UnreadableAnswer(DialplaneError):
    """What came back is not what the contract says; perhaps it is another server."""


class NotModified(DialplaneError):
    """It is still what the ETag says; only raised when you gave an ETag instead of a model."""


class ApiError(DialplaneError):
    """The server refused; `details` holds what the code leaves open."""

    status: ClassVar[int | None] = None
    code: ClassVar[str | None] = None

    def __init__(self, told: "Refusal", http: Http) -> None:
        fields = "; ".join(map(str, told.problems))
        super().__init__(" ".join(filter(None, [told.code, "-", told.message, fields])))
        self.http = http
        self.told = told

    @property
    def http_status(self) -> int:
        return self.http.status or 0

    @property
    def error_code(self) -> str:
        """The stable code; programs go by it."""
        return self.told.code

    @property
    def message(self) -> str:
        """For people, in the language asked for."""
        return self.told.message

    @property
    def details(self) -> Mapping[str, Any]:
        return self.told.details

    @property
    def problems(self) -> tuple[FieldProblem, ...]:
        """Every wrong field."""
        return self.told.problems

    @property
    def request_id(self) -> str | None:
        """What to name when asking the operator about it."""
        return self.http.request_id

    @property
    def retry_after_s(self) -> float | None:
        """After how long it may be tried again, if the server said so."""
        return self.told.retry_after_s


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """The error of an answer, read."""

    code: str = ""
    message: str = ""
    details: dict[str, Any] = {}
    problems: tuple[FieldProblem, ...] = ()
    retry_after_s: float | None = None


class BadRequest(ApiError):
    status = 400


class ValidationFailed(BadRequest):
    """`problems` names every wrong field."""

    code = "VALIDATION_ERROR"


class Unauthorized(ApiError):
    """No key, an unknown one, or one that has ended."""

    status = 401
    code = "UNAUTHORIZED"


class Forbidden(ApiError):
    """`details["required_scope"]` tells what the key lacks."""

    status = 403
    code = "FORBIDDEN"


class NotFound(ApiError):
    """It is not there, or not yours."""

    status = 404
    code = "NOT_FOUND"


class MethodNotAllowed(ApiError):
    status = 405
    code = "METHOD_NOT_ALLOWED"


class Conflict(ApiError):
    status = 409


class NumberUnavailable(Conflict):
    """Somebody else was faster."""

    code = "NUMBER_UNAVAILABLE"


class NumberAlreadyHeld(Conflict):
    code = "NUMBER_ALREADY_HELD"


class NumberExpired(Conflict):
    code = "NUMBER_EXPIRED"


class ProviderMismatch(Conflict):
    """Bought numbers and brought ones are different in this."""

    code = "PROVIDER_MISMATCH"


class CancellationNotPending(Conflict):
    code = "CANCELLATION_NOT_PENDING"


class AgentInUse(Conflict):
    code = "AGENT_IN_USE"


class RuntimeInUse(Conflict):
    code = "RUNTIME_IN_USE"


class KeyInactive(Conflict):
    code = "KEY_INACTIVE"


class SandboxOnly(Conflict):
    """Only a test key can do this."""

    code = "SANDBOX_ONLY"


class IdempotencyKeyReused(Conflict):
    """The key stands for another request already."""

    code = "IDEMPOTENCY_KEY_REUSED"


class IdempotencyInProgress(Conflict):
    """The first request with this key is still being worked on."""

    code = "IDEMPOTENCY_IN_PROGRESS"


class RevisionConflict(Conflict):
    """Somebody else has changed it; read it again. Comes as 412 for `if_match`, else as 409."""

    code = "REVISION_CONFLICT"


class TooManyJobs(Conflict):
    """Apply or cancel some of those that have not ended."""

    code = "TOO_MANY_JOBS"


class JobNotReady(Conflict):
    """Its preview is not finished, or it has ended."""

    code = "JOB_NOT_READY"


class JobEnded(Conflict):
    code = "JOB_ENDED"


class PayloadTooLarge(ApiError):
    status = 413
    code = "PAYLOAD_TOO_LARGE"


class UnsupportedMediaType(ApiError):
    status = 415
    code = "UNSUPPORTED_MEDIA_TYPE"


class RateLimited(ApiError):
    status = 429
    code = "RATE_LIMITED"


class ServerFailed(ApiError):
    """A fault of the server; `request_id` leads its operator to the reason."""

    status = 500
    code = "INTERNAL_ERROR"


class Unavailable(ServerFailed):
    status = 503
    code = "UNAVAILABLE"


def _every(kind: type[ApiError]) -> list[type[ApiError]]:
    return [kind, *(below for each in kind.__subclasses__() for below in _every(each))]


_KINDS: Final = _every(ApiError)
BY_CODE: Final = {kind.code: kind for kind in _KINDS if kind.code}
# Of several with the same status the most general one comes first, and stays.
BY_STATUS: Final = {kind.status: kind for kind in reversed(_KINDS) if kind.status}
_BROKEN_FROM: Final = 500


def kind_of(status: int, code: str) -> type[ApiError]:
    """A code nobody knew when this was written is still an error of its status."""
    if code in BY_CODE:
        return BY_CODE[code]
    return BY_STATUS.get(status) or (ServerFailed if status >= _BROKEN_FROM else ApiError)
