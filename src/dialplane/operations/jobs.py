"""What can be done with jobs: begin an import, apply it, cancel it."""

from typing import Final

from dialplane.domain.callers import Caller
from dialplane.domain.jobs import (
    CONFIRMED_WITHIN_MS,
    KEPT_MS,
    UNENDED_JOBS_MAX,
    Job,
    JobId,
    JobKind,
    JobRow,
    JobStatus,
    TooManyJobs,
)
from dialplane.domain.journal import Actor, ActorKind, Author, Change, Happening
from dialplane.domain.sheets import Sheet
from dialplane.domain.values import Millis
from dialplane.operations import journal
from dialplane.operations.ids import new_id
from dialplane.operations.number_rows import RowRules
from dialplane.store import job_rows, jobs, organizations
from dialplane.store.database import Writer

# One turn of a worker; each organization waits for its journal meanwhile.
LAPSED_AT_ONCE: Final = 20


def begin_import(db: Writer, caller: Caller, sheet: Sheet, rules: RowRules) -> Job:
    """Keep what a file asks for; nothing of it is done yet.

    Raises:
        TooManyJobs: of those of the organization that have not ended.
    """
    db.serialize(f"jobs {caller.organization_id}")
    if jobs.count_unended(db, caller.organization_id) >= UNENDED_JOBS_MAX:
        raise TooManyJobs(UNENDED_JOBS_MAX)
    job = jobs.add(db, _begun(caller, sheet))
    for first in range(0, len(sheet.rows), job_rows.BATCH):
        batch = sheet.rows[first : first + job_rows.BATCH]
        job_rows.add(db, [_row(job, line_no, rules.sealed(cells)) for line_no, cells in batch])
    journal.enter(db, caller, _change(Happening.JOB_CREATED, None, job))
    return job


def _row(job: Job, line_no: int, sealed: tuple[dict[str, str], str | None]) -> JobRow:
    cells, sealed_password = sealed
    return JobRow(
        id=new_id(job.created_at),
        job_id=job.id,
        organization_id=job.organization_id,
        row_no=line_no,
        cells=cells,
        sealed_password_cell=sealed_password,
    )


def _begun(caller: Caller, sheet: Sheet) -> Job:
    now = caller.real_now
    return Job(
        id=JobId(new_id(now)),
        organization_id=caller.organization_id,
        kind=JobKind.NUMBER_IMPORT,
        status=JobStatus.PREVIEWING,
        encoding=sheet.encoding,
        key_id=caller.key_id,
        request_id=caller.request_id,
        created_at=now,
        updated_at=now,
        kept_until=now + KEPT_MS,
    )


def start(db: Writer, caller: Caller, job_id: JobId) -> Job:
    """Let a previewed job change what it said.

    Raises:
        NotFound, JobNotReady.
    """
    job = jobs.get_locked(db, caller.organization_id, job_id)
    started = job.start(caller.key_id, caller.request_id, now=caller.real_now)
    if started is not job:
        jobs.save(db, started)
        journal.enter(db, caller, _change(Happening.JOB_STARTED, job, started))
    return started


def cancel(db: Writer, caller: Caller, job_id: JobId) -> Job:
    """Stop a job; what it has done stays done.

    Raises:
        NotFound, JobEnded.
    """
    job = jobs.get_locked(db, caller.organization_id, job_id)
    cancelled = job.cancel(now=caller.real_now)
    if cancelled is not job:
        jobs.save(db, cancelled)
        job_rows.skip_rest(db, job.organization_id, job.id, now=caller.real_now)
        journal.enter(db, caller, _change(Happening.JOB_CANCELLED, job, cancelled))
    return cancelled


def lapse(db: Writer, *, now: Millis) -> None:
    """Give up previews that nobody has confirmed for a day."""
    before = now - CONFIRMED_WITHIN_MS
    for seen in jobs.find_unconfirmed(db, before=before, limit=LAPSED_AT_ONCE):
        job = jobs.get_locked(db, seen.organization_id, seen.id)
        if job.status is JobStatus.PREVIEWED:
            cancelled = jobs.save(db, job.cancel(now=now))
            job_rows.skip_rest(db, job.organization_id, job.id, now=now)
            offset_ms = organizations.get(db, job.organization_id).clock_offset_ms
            change = _change(Happening.JOB_CANCELLED, job, cancelled)
            journal.enter_time(db, job.organization_id, now + offset_ms, change)


def pass_on(db: Writer, author: Author, happening: Happening, *, before: Job, after: Job) -> None:
    """Write down that a job has come to its next stage by itself."""
    jobs.save(db, after)
    journal.enter_by(db, after.organization_id, author, _change(happening, before, after))


def author_of(job: Job, *, at: int) -> Author:
    actor = Actor(kind=ActorKind.KEY, key_id=job.key_id)
    return Author(actor=actor, at=at, request_id=job.request_id)


def _change(happening: Happening, before: Job | None, after: Job) -> Change:
    told = None if before is None else before.told()
    return Change(happening=happening, resource_id=after.id, before=told, after=after.told())
