"""Working off jobs, in small transactions; any number of workers may, and die at any line.

A preview is the real thing, thrown away: each row is carried out in a transaction that is rolled
back. When a row is applied, its result is written in the transaction of its change.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from dialplane.domain.callers import Caller, Scope
from dialplane.domain.errors import (
    DomainError,
    KeyInactive,
    NotFound,
    NumberAlreadyHeld,
    PreconditionFailed,
    Unavailable,
)
from dialplane.domain.frozen import dataclass
from dialplane.domain.jobs import Job, JobRow, JobStatus, RowBroken, RowState
from dialplane.domain.journal import Author, Happening
from dialplane.domain.values import SECOND_MS, Millis
from dialplane.logs import log
from dialplane.operations.ids import new_id
from dialplane.operations.job_results import done, refused, rehearsed, repeated
from dialplane.operations.jobs import author_of, lapse, pass_on
from dialplane.operations.number_rows import RowRules, carry_out
from dialplane.operations.rehearsing import rehearse
from dialplane.operations.transactions import in_transaction
from dialplane.store import job_rows, jobs, keys, organizations
from dialplane.store.database import Database, Reader, Rehearsal, Writer
from dialplane.store.job_rows import RowFilter
from dialplane.store.jobs import Lease

LEASE_MS: Final = 60 * SECOND_MS
ROWS_AT_A_TURN: Final = 200
"""After so many the job goes behind others that wait."""
BATCH: Final = 50

_OVERTAKEN: Final = (PreconditionFailed, NumberAlreadyHeld)
"""What the preview did not see somebody else has done since."""


class _LeaseLostError(Exception):
    """Somebody else works on the job, or it was cancelled: nothing of this transaction counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """Where jobs are worked off."""

    database: Database
    rules: RowRules
    clock: Callable[[], Millis]


def work(shop: Workshop, *, stopping: Callable[[], bool] = lambda: False) -> bool:
    """Give one job a turn; False when there is none to work on."""
    now = shop.clock()
    with shop.database.writing() as db:
        jobs.forget(db, now=now)
        lease = jobs.take(db, token=new_id(now), now=now, until=now + LEASE_MS)
        if lease is None:
            lapse(db, now=now)
            return False
    try:
        _turn(shop, lease, stopping)
    except _LeaseLostError:
        log.info("job taken over or ended", job_id=lease.job.id)
    else:
        with shop.database.writing() as db:
            jobs.let_go(db, lease, now=shop.clock())
    return True


def _turn(shop: Workshop, lease: Lease, stopping: Callable[[], bool]) -> None:
    job = lease.job
    state = Job.WORKS_ON[job.status]
    settle = _preview if job.status is JobStatus.PREVIEWING else _apply
    for _ in range(ROWS_AT_A_TURN // BATCH):
        with shop.database.reading() as db:
            caller = _caller_of(db, job, now=shop.clock())
            wanted = RowFilter(job_id=job.id, state=state)
            rows = job_rows.next_in(db, job.organization_id, wanted, limit=BATCH)
        if caller is None or not rows:
            _end_stage(shop, lease, caller)
            return
        if stopping():
            return
        settle(shop, lease, rows)


def _caller_of(db: Reader, job: Job, *, now: Millis) -> Caller | None:
    """Whom the job acts for; None when the key works no more."""
    try:
        key = keys.get(db, job.organization_id, job.key_id)
    except NotFound:
        return None
    if not key.works_at(now) or Scope.WRITE not in key.scopes:
        return None
    organization = organizations.get(db, job.organization_id)
    return Caller(
        key_id=key.id,
        organization_id=organization.id,
        realm=organization.realm,
        mode=key.mode,
        scopes=key.scopes,
        now=now + organization.clock_offset_ms,
        clock_offset_ms=organization.clock_offset_ms,
        request_id=job.request_id,
    )


def _end_stage(shop: Workshop, lease: Lease, caller: Caller | None) -> None:
    def end(db: Writer) -> None:
        now = shop.clock()
        _hold(db, lease, now)
        job = jobs.get_locked(db, lease.job.organization_id, lease.job.id)
        offset_ms = organizations.get(db, job.organization_id).clock_offset_ms
        author: Author = author_of(job, at=now + offset_ms)
        if caller is None:
            job_rows.skip_rest(db, job.organization_id, job.id, now=now)
            failed = job.failed(KeyInactive.code, now=now)
            pass_on(db, author, Happening.JOB_FAILED, before=job, after=failed)
        elif job.status is JobStatus.PREVIEWING:
            pass_on(db, author, Happening.JOB_PREVIEWED, before=job, after=job.previewed(now=now))
        else:
            pass_on(db, author, Happening.JOB_FINISHED, before=job, after=job.finished(now=now))

    in_transaction(shop.database.writing, end)


def _hold(db: Writer, lease: Lease, now: Millis) -> None:
    if not jobs.hold(db, lease, until=now + LEASE_MS):
        raise _LeaseLostError


def _preview(shop: Workshop, lease: Lease, rows: list[JobRow]) -> None:
    judged = [_judged(shop, lease.job, row) for row in rows]

    def keep(db: Writer) -> None:
        _hold(db, lease, shop.clock())
        for row in judged:
            first = None if row.subject is None else job_rows.first_about(db, row)
            _settle(db, lease, row if first is None else repeated(row, first))

    in_transaction(shop.database.writing, keep)


def _judged(shop: Workshop, job: Job, row: JobRow) -> JobRow:
    """The row with what it would do, and what that would mean for calls."""

    def judge() -> JobRow:
        return in_transaction(
            shop.database.rehearsing, lambda db: _rehearse(db, shop=shop, job=job, row=row)
        )

    return _or_why_not(shop, row, judge)


def _or_why_not(shop: Workshop, row: JobRow, carry: Callable[[], JobRow]) -> JobRow:
    """The row as `carry` answers it, or with why it could not be carried out."""
    try:
        return carry()
    except (Unavailable, _LeaseLostError):
        raise
    except DomainError as error:
        overtaken = row.state is RowState.READY and isinstance(error, _OVERTAKEN)
        state = RowState.CONFLICT if overtaken else RowState.REFUSED
        return refused(row, error, state, now=shop.clock())
    except Exception:
        # One row that breaks us must not keep the others from their turn for ever.
        log.exception("row broken", job_id=row.job_id, row=row.row_no)
        return refused(row, RowBroken(), RowState.REFUSED, now=shop.clock())


def _rehearse(db: Rehearsal, *, shop: Workshop, job: Job, row: JobRow) -> JobRow:
    caller = _require_caller(db, job, shop)
    carried, seen = rehearse(db, caller, lambda db: carry_out(db, caller, row, shop.rules))
    return rehearsed(row, carried, seen, rules=shop.rules, now=shop.clock())


def _apply(shop: Workshop, lease: Lease, rows: list[JobRow]) -> None:
    writing = shop.database.writing
    for row in rows:
        apply = partial(_apply_row, shop=shop, lease=lease, row=row)
        result = _or_why_not(shop, row, partial(in_transaction, writing, apply))
        if result.state in (RowState.REFUSED, RowState.CONFLICT):
            in_transaction(writing, partial(_keep, shop=shop, lease=lease, row=result))


def _apply_row(db: Writer, *, shop: Workshop, lease: Lease, row: JobRow) -> JobRow:
    _hold(db, lease, shop.clock())
    caller = _require_caller(db, lease.job, shop)
    carried = carry_out(db, caller, row, shop.rules)
    result = done(row, carried, shop.rules, now=shop.clock())
    _settle(db, lease, result)
    return result


def _keep(db: Writer, *, shop: Workshop, lease: Lease, row: JobRow) -> None:
    _hold(db, lease, shop.clock())
    _settle(db, lease, row)


def _require_caller(db: Reader, job: Job, shop: Workshop) -> Caller:
    caller = _caller_of(db, job, now=shop.clock())
    if caller is None:
        raise _LeaseLostError  # the next turn finds the key gone and ends the job
    return caller


def _settle(db: Writer, lease: Lease, row: JobRow) -> None:
    if not job_rows.settle(db, row, seen=Job.WORKS_ON[lease.job.status]):
        raise _LeaseLostError
