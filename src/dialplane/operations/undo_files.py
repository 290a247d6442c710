"""The rows that take a job back, read as they are asked for."""

from collections.abc import Iterator
from typing import Final

from dialplane.domain.jobs import Job, JobRow, RowState
from dialplane.domain.number_sheets import KEPT, undone
from dialplane.domain.sheets import safe_cell
from dialplane.store import job_rows
from dialplane.store.database import Database
from dialplane.store.job_rows import RowFilter
from dialplane.store.pages import PageRequest

_AT_ONCE: Final = 500


def lines(database: Database, job: Job) -> Iterator[dict[str, str]]:
    """A row for each that is done, the last one first: what came later is taken back earlier."""
    request: PageRequest | None = PageRequest(limit=_AT_ONCE, descending=True)
    wanted = RowFilter(job_id=job.id, state=RowState.DONE)
    while request is not None:
        with database.reading() as db:
            page = job_rows.list_page(db, job.organization_id, wanted, request)
        yield from (_line(row) for row in page.items)
        request = page.next and PageRequest(limit=_AT_ONCE, descending=True, after=page.next)


def _line(row: JobRow) -> dict[str, str]:
    trunk_changed = row.replaces_password or bool({"address", "auth_username"} & set(row.changes))
    keeps = row.sealed_password_before is not None and (trunk_changed or "status" in row.changes)
    kept = f"{KEPT}{row.job_id}:{row.row_no}" if keeps else None
    cells = undone(row.before, row.changes, kept_password=kept)
    told = row.before or {name: each["after"] for name, each in row.changes.items()}
    named = {"number": safe_cell(told["number"])}
    if cells.get("action") != "register":
        named["id"] = str(row.number_id)
    return {**named, **cells}
