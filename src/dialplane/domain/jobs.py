"""Work on many things that goes on after its request: previewed, applied, ended."""

from collections.abc import Mapping
from dataclasses import field, replace
from enum import StrEnum
from typing import ClassVar, Final, NewType

from dialplane.domain.errors import DomainError, Kind
from dialplane.domain.frozen import dataclass
from dialplane.domain.values import DAY_MS, KeyId, Millis, OrganizationId

JobId = NewType("JobId", str)

KEPT_MS: Final = 30 * DAY_MS
CONFIRMED_WITHIN_MS: Final = DAY_MS
"""A preview that nobody has applied by then is given up."""
UNENDED_JOBS_MAX: Final = 20


class JobKind(StrEnum):
    NUMBER_IMPORT = "number_import"


class JobStatus(StrEnum):
    PREVIEWING = "previewing"
    PREVIEWED = "previewed"
    APPLYING = "applying"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


ENDED: Final = frozenset({JobStatus.DONE, JobStatus.CANCELLED, JobStatus.FAILED})
WORKED_ON: Final = frozenset({JobStatus.PREVIEWING, JobStatus.APPLYING})


class RowState(StrEnum):
    """Where one row of a job stands."""

    WAITING = "waiting"
    READY = "ready"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    DONE = "done"
    CONFLICT = "conflict"
    SKIPPED = "skipped"


@dataclass(eq=False)
class TooManyJobs(DomainError):
    """Too many jobs have not ended; apply or cancel some first."""

    code = "TOO_MANY_JOBS"
    kind = Kind.CONFLICT
    limit: int


@dataclass(eq=False)
class JobNotReady(DomainError):
    """A job can be applied only once its preview is finished, and only unless it has ended."""

    code = "JOB_NOT_READY"
    kind = Kind.CONFLICT
    status: str


@dataclass(eq=False)
class JobEnded(DomainError):
    """This job has ended."""

    code = "JOB_ENDED"
    kind = Kind.CONFLICT
    status: str


@dataclass(eq=False)
class RowBroken(DomainError):
    """Something broke on our side; nothing of this row was done."""

    code = "INTERNAL_ERROR"
    kind = Kind.BROKEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job acts for the key that asked for its present stage, and for no longer than it works."""

    id: JobId
    organization_id: OrganizationId
    kind: JobKind
    status: JobStatus
    encoding: str
    key_id: KeyId
    request_id: str | None
    created_at: Millis
    updated_at: Millis
    kept_until: Millis
    ended_at: Millis | None = None
    failure: str | None = None

    WORKS_ON: ClassVar[Mapping[JobStatus, RowState]] = {
        JobStatus.PREVIEWING: RowState.WAITING,
        JobStatus.APPLYING: RowState.READY,
    }

    def told(self) -> dict[str, object]:
        """This job as its owner may be told in the journal."""
        return {
            "id": self.id,
            "kind": self.kind,
            "status": self.status,
            "failure": self.failure,
            "ended_at": self.ended_at,
        }

    def previewed(self, *, now: Millis) -> "Job":
        return replace(self, status=JobStatus.PREVIEWED, updated_at=now)

    def start(self, key_id: KeyId, request_id: str | None, *, now: Millis) -> "Job":
        """Begin to apply; told so again it stays as it is."""
        if self.status in (JobStatus.APPLYING, JobStatus.DONE):
            return self
        if self.status is not JobStatus.PREVIEWED:
            raise JobNotReady(self.status)
        return replace(
            self, status=JobStatus.APPLYING, key_id=key_id, request_id=request_id, updated_at=now
        )

    def cancel(self, *, now: Millis) -> "Job":
        """Stop; told so again it stays as it is."""
        if self.status is JobStatus.CANCELLED:
            return self
        if self.status in ENDED:
            raise JobEnded(self.status)
        return self._ended(JobStatus.CANCELLED, now)

    def finished(self, *, now: Millis) -> "Job":
        return self._ended(JobStatus.DONE, now)

    def failed(self, failure: str, *, now: Millis) -> "Job":
        return replace(self._ended(JobStatus.FAILED, now), failure=failure)

    def _ended(self, status: JobStatus, now: Millis) -> "Job":
        return replace(self, status=status, updated_at=now, ended_at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """What is wrong with one cell; `reason` and `facts` as in `FieldProblem`."""

    column: str
    reason: str
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """One row: what it asks for in its cells, and what has become or would become of it.

    `subject` is the canonical number it turned out to be about: one row of a job for each. `tag`
    is the number's at the preview; None for one that was not held then. `before` is the whole
    number as it was, without its password, which stands sealed beside it. The cell with a new
    password is empty in `cells`, and stands sealed beside them.
    """

    id: str
    job_id: JobId
    organization_id: OrganizationId
    row_no: int
    cells: dict[str, str]
    sealed_password_cell: str | None = field(default=None, repr=False)
    state: RowState = RowState.WAITING
    subject: str | None = None
    number_id: str | None = None
    action: str | None = None
    tag: str | None = None
    before: dict[str, object] | None = None
    changes: dict[str, dict[str, object]] = field(default_factory=dict)
    replaces_password: bool = False
    sealed_password_before: str | None = field(default=None, repr=False)
    routing: dict[str, object] | None = None
    code: str | None = None
    problems: tuple[RowProblem, ...] = ()
    settled_at: Millis | None = None
