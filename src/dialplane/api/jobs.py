"""Jobs over HTTP: how far they are, what their rows would do or did, and how to take it back."""

from collections.abc import Iterator
from itertools import chain

from dialplane.api.errors import message_of
from dialplane.api.lists import ListQuery, ListRequest, SortOrder
from dialplane.api.requests import Download, Request, Resource, answer, operation
from dialplane.api.shapes import Shape
from dialplane.api.wording import reason_text
from dialplane.domain.callers import Scope
from dialplane.domain.errors import FieldProblem
from dialplane.domain.jobs import Job, JobId, JobRow, RowState
from dialplane.domain.languages import Language
from dialplane.domain.number_sheets import COLUMNS
from dialplane.domain.sheets import csv_line
from dialplane.operations import jobs as operations
from dialplane.operations import undo_files
from dialplane.operations.changes import Answer
from dialplane.store import job_rows
from dialplane.store import jobs as store
from dialplane.store.database import Reader
from dialplane.store.job_rows import RowFilter


class RowQuery(ListQuery):
    sort_order: SortOrder = "asc"
    state: RowState | None = None


def job_body(db: Reader, job: Job) -> dict[str, object]:
    counts = job_rows.counts(db, job.organization_id, job.id)
    each = {state.value: counts.get(state, 0) for state in RowState}
    return {
        "id": job.id,
        "kind": job.kind,
        "status": job.status,
        "failure": job.failure,
        "encoding": job.encoding,
        "rows": {"total": sum(each.values()), **each},
        "key_id": job.key_id,
        "created_at": job.created_at,
        "updated_at": job.updated_at,
        "ended_at": job.ended_at,
        "kept_until": job.kept_until,
    }


def _row_body(row: JobRow, language: Language) -> dict[str, object]:
    return {
        "row": row.row_no,
        "number": row.cells.get("number"),
        "organization_telephone_number_id": row.number_id,
        "action": row.action,
        "state": row.state,
        "changes": row.changes,
        "replaces_auth_password": row.replaces_password,
        "routing": row.routing,
        "code": row.code,
        "message": None if row.code is None else message_of(row.code, language),
        "problems": [
            {
                "column": each.column,
                "reason": reason_text(FieldProblem(each.column, each.reason, each.facts), language),
            }
            for each in row.problems
        ],
        "settled_at": row.settled_at,
    }


class JobResource(Resource):
    """What the paths of jobs share."""

    def _id(self, request: Request, job_id: str) -> JobId:
        return JobId(request.path_id("job_id", job_id))


class Jobs(Resource):
    @operation(Scope.READ, ListQuery)
    def on_get(self, request: Request) -> Answer:
        query = request.query(ListQuery)
        listing = ListRequest("jobs", query, request.caller, self.parts.cursors)
        with self.parts.database.snapshot() as db:
            page = store.list_page(db, request.caller.organization_id, listing.page)
            return listing.answer(page, lambda job: job_body(db, job))


class OneJob(JobResource):
    @operation(Scope.READ)
    def on_get(self, request: Request, job_id: str) -> Answer:
        wanted = self._id(request, job_id)
        with self.parts.database.snapshot() as db:
            job = store.get(db, request.caller.organization_id, wanted)
            return answer(job_body(db, job))


class JobRows(JobResource):
    @operation(Scope.READ, RowQuery)
    def on_get(self, request: Request, job_id: str) -> Answer:
        wanted = self._id(request, job_id)
        query = request.query(RowQuery)
        listing = ListRequest(f"rows of {wanted}", query, request.caller, self.parts.cursors)
        with self.parts.database.snapshot() as db:
            job = store.get(db, request.caller.organization_id, wanted)
            rows = RowFilter(job_id=job.id, state=query.state)
            page = job_rows.list_page(db, job.organization_id, rows, listing.page)
        return listing.answer(page, lambda row: _row_body(row, request.language))


class JobApply(JobResource):
    @operation(Scope.WRITE)
    def on_post(self, request: Request, job_id: str) -> Answer:
        wanted = self._id(request, job_id)
        request.body_or_default(Shape)
        return request.change(
            lambda db: answer(job_body(db, operations.start(db, request.caller, wanted)))
        )


class JobCancel(JobResource):
    @operation(Scope.WRITE)
    def on_post(self, request: Request, job_id: str) -> Answer:
        wanted = self._id(request, job_id)
        request.body_or_default(Shape)
        return request.change(
            lambda db: answer(job_body(db, operations.cancel(db, request.caller, wanted)))
        )


class JobUndo(JobResource):
    @operation(Scope.READ)
    def on_get(self, request: Request, job_id: str) -> Download:
        wanted = self._id(request, job_id)
        with self.parts.database.reading() as db:
            job = store.get(db, request.caller.organization_id, wanted)
        lines = undo_files.lines(self.parts.database, job)
        return Download(name="undo.csv", chunks=_lines_of(lines))


def _lines_of(rows: Iterator[dict[str, str]]) -> Iterator[bytes]:
    header = csv_line(COLUMNS)
    lines = (csv_line([row.get(column, "") for column in COLUMNS]) for row in rows)
    return (line.encode() for line in chain([header], lines))
