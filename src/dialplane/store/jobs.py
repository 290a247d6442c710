"""Jobs in SQL, and who of several workers is at work on which."""

from dataclasses import fields
from typing import Final, LiteralString

from dialplane.domain.errors import NotFound
from dialplane.domain.frozen import dataclass
from dialplane.domain.jobs import Job, JobId, JobKind, JobStatus
from dialplane.domain.values import Millis, OrganizationId
from dialplane.store.database import Reader, Row, Writer
from dialplane.store.pages import Listing, Page, PageRequest, page


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One worker's claim on one job; whoever's token stands in the row works on it."""

    job: Job
    token: str


def get(db: Reader, organization_id: OrganizationId, job_id: JobId) -> Job:
    return _found(db.one_or_none(_BY_ID, organization_id=organization_id, id=job_id))


def get_locked(db: Writer, organization_id: OrganizationId, job_id: JobId) -> Job:
    """Read a job that is about to change; whoever works on it waits."""
    return _found(db.locked(_BY_ID, organization_id=organization_id, id=job_id))


_BY_ID: Final = "SELECT * FROM jobs WHERE organization_id = :organization_id AND id = :id"


def list_page(db: Reader, organization_id: OrganizationId, request: PageRequest) -> Page[Job]:
    rows, total, following = page(
        db,
        Listing(
            columns="*",
            matching="FROM jobs WHERE organization_id = :organization_id",
            sort="created_at",
        ),
        request,
        organization_id=organization_id,
    )
    return Page(items=[_job(row) for row in rows], total_count=total, next=following)


def count_unended(db: Reader, organization_id: OrganizationId) -> int:
    row = db.one_or_none(
        "SELECT count(*) AS total FROM jobs"
        " WHERE organization_id = :organization_id AND ended_at IS NULL",
        organization_id=organization_id,
    )
    return row["total"] if row else 0


def add(db: Writer, job: Job) -> Job:
    return _found(db.returning(_INSERT, **_columns(job)))


def save(db: Writer, job: Job) -> Job:
    """Write back what may change of a job read with `get_locked`."""
    return _found(db.returning(_UPDATE, **_columns(job)))


def take(db: Writer, *, token: str, now: Millis, until: Millis) -> Lease | None:
    """Claim a job nobody works on, or whose worker has not been heard of for too long."""
    waiting = db.one_or_none(
        """
        SELECT id FROM jobs
         WHERE status IN ('previewing', 'applying') AND leased_until <= :now
         ORDER BY leased_until, id LIMIT 1
        """,
        now=now,
    )
    if waiting is None:
        return None
    row = db.returning(
        """
        UPDATE jobs SET lease_token = :token, leased_until = :until
         WHERE id = :id AND status IN ('previewing', 'applying') AND leased_until <= :now
        RETURNING *
        """,
        token=token,
        until=until,
        id=waiting["id"],
        now=now,
    )
    return None if row is None else Lease(job=_job(row), token=token)


def hold(db: Writer, lease: Lease, *, until: Millis) -> bool:
    """Go on holding a lease, in a transaction that does some of the work.

    False when somebody else has the job by now, or when it is no longer at the same stage.
    """
    job = lease.job
    held = db.run(
        """
        UPDATE jobs SET leased_until = :until
         WHERE organization_id = :organization_id AND id = :id
           AND lease_token = :token AND status = :status
        """,
        until=until,
        organization_id=job.organization_id,
        id=job.id,
        token=lease.token,
        status=job.status,
    )
    return held == 1


def let_go(db: Writer, lease: Lease, *, now: Millis) -> None:
    """Let anybody have the job at once, behind those that wait for longer."""
    db.run(
        "UPDATE jobs SET lease_token = NULL, leased_until = :now"
        " WHERE organization_id = :organization_id AND id = :id AND lease_token = :token",
        now=now,
        organization_id=lease.job.organization_id,
        id=lease.job.id,
        token=lease.token,
    )


def find_unconfirmed(db: Reader, *, before: Millis, limit: int) -> list[Job]:
    """Jobs of anybody whose preview was finished by then and never applied, the oldest first."""
    rows = db.all(
        "SELECT * FROM jobs WHERE status = 'previewed' AND updated_at <= :before"
        " ORDER BY updated_at LIMIT :limit",
        before=before,
        limit=limit,
    )
    return [_job(row) for row in rows]


def forget(db: Writer, *, now: Millis) -> int:
    """Drop jobs, with their rows, whose time to be kept is over; answers how many."""
    return db.run("DELETE FROM jobs WHERE kept_until <= :now", now=now)


_NAMES: Final = tuple(field.name for field in fields(Job))
_CHANGING: Final = ("status", "failure", "key_id", "request_id", "updated_at", "ended_at")
_INSERT: Final[LiteralString] = (
    "INSERT INTO jobs (" + ", ".join(_NAMES) + ")"
    " VALUES (" + ", ".join(":" + name for name in _NAMES) + ") RETURNING *"
)
_UPDATE: Final[LiteralString] = (
    "UPDATE jobs SET " + ", ".join(name + " = :" + name for name in _CHANGING)
    + " WHERE organization_id = :organization_id AND id = :id RETURNING *"
)  # fmt: skip


def _columns(job: Job) -> dict[str, object]:
    return {name: getattr(job, name) for name in _NAMES}


def _found(row: Row | None) -> Job:
    if row is None:
        raise NotFound
    return _job(row)


def _job(row: Row) -> Job:
    told = {name: row[name] for name in _NAMES}
    return Job(**told | {"kind": JobKind(row["kind"]), "status": JobStatus(row["status"])})
