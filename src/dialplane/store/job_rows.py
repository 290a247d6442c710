"""The rows of jobs in SQL."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any, Final, LiteralString

from dialplane.domain.frozen import dataclass
from dialplane.domain.jobs import JobId, JobRow, RowProblem, RowState
from dialplane.domain.values import Millis, OrganizationId
from dialplane.store.database import Reader, Row, Writer
from dialplane.store.pages import Listing, Page, PageRequest, page

BATCH: Final = 100
"""Rows of one statement; with seven parameters each it stays far below every engine's limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFilter:
    """Rows of one job in one state, or in any."""

    job_id: JobId
    state: RowState | None = None


def add(db: Writer, rows: Sequence[JobRow]) -> None:
    """Add rows that wait, at most `BATCH` of them."""
    values: dict[str, object] = {}
    for at, row in enumerate(rows):
        values[f"i{at}"] = row.id
        values[f"o{at}"] = row.organization_id
        values[f"j{at}"] = row.job_id
        values[f"n{at}"] = row.row_no
        values[f"c{at}"] = _text(row.cells)
        values[f"p{at}"] = row.sealed_password_cell
        values[f"s{at}"] = row.state
    places = ", ".join(
        f"(:i{at}, :o{at}, :j{at}, :n{at}, :c{at}, :p{at}, :s{at})" for at in range(len(rows))
    )
    db.run(_INSERT + places, **values)


_INSERT: Final[LiteralString] = (
    "INSERT INTO job_rows (id, organization_id, job_id, row_no, cells, sealed_password_cell, state)"
    " VALUES "
)


def counts(db: Reader, organization_id: OrganizationId, job_id: JobId) -> dict[RowState, int]:
    """How many rows of a job are in each state."""
    rows = db.all(
        "SELECT state, count(*) AS total FROM job_rows"
        " WHERE organization_id = :organization_id AND job_id = :job_id GROUP BY state",
        organization_id=organization_id,
        job_id=job_id,
    )
    return {RowState(row["state"]): row["total"] for row in rows}


def list_page(
    db: Reader, organization_id: OrganizationId, wanted: RowFilter, request: PageRequest
) -> Page[JobRow]:
    matching: LiteralString = (
        "FROM job_rows WHERE organization_id = :organization_id AND job_id = :job_id"
    )
    if wanted.state is not None:
        matching += " AND state = :state"
    rows, total, following = page(
        db,
        Listing(columns="*", matching=matching, sort="row_no"),
        request,
        organization_id=organization_id,
        job_id=wanted.job_id,
        state=wanted.state,
    )
    return Page(items=[_row(row) for row in rows], total_count=total, next=following)


def next_in(
    db: Reader, organization_id: OrganizationId, wanted: RowFilter, *, limit: int
) -> list[JobRow]:
    """The first rows in a state, in the order of the file."""
    rows = db.all(
        """
        SELECT * FROM job_rows
         WHERE organization_id = :organization_id AND job_id = :job_id AND state = :state
         ORDER BY row_no LIMIT :limit
        """,
        organization_id=organization_id,
        job_id=wanted.job_id,
        state=wanted.state,
        limit=limit,
    )
    return [_row(row) for row in rows]


def first_about(db: Reader, row: JobRow) -> int | None:
    """The earlier row of the same job that is about the same number."""
    found = db.one_or_none(
        """
        SELECT row_no FROM job_rows
         WHERE organization_id = :organization_id AND job_id = :job_id AND subject = :subject
           AND row_no < :row_no AND state IN ('ready', 'unchanged')
         ORDER BY row_no LIMIT 1
        """,
        organization_id=row.organization_id,
        job_id=row.job_id,
        subject=row.subject,
        row_no=row.row_no,
    )
    return None if found is None else found["row_no"]


def password_before(
    db: Reader, organization_id: OrganizationId, job_id: JobId, row_no: int
) -> str | None:
    """The sealed password a row has replaced, if it is still kept."""
    row = db.one_or_none(
        """
        SELECT sealed_password_before FROM job_rows
         WHERE organization_id = :organization_id AND job_id = :job_id AND row_no = :row_no
           AND state = 'done'
        """,
        organization_id=organization_id,
        job_id=job_id,
        row_no=row_no,
    )
    return None if row is None else row["sealed_password_before"]


def settle(db: Writer, row: JobRow, *, seen: RowState) -> bool:
    """Write what has become of a row that was in state `seen`; once only."""
    settled = db.run(_SETTLE, **_columns(row), seen=seen)
    return settled == 1


def skip_rest(db: Writer, organization_id: OrganizationId, job_id: JobId, *, now: Millis) -> None:
    """Nothing will become of the rows that have not been carried out."""
    db.run(
        """
        UPDATE job_rows SET state = 'skipped', settled_at = :now
         WHERE organization_id = :organization_id AND job_id = :job_id
           AND state IN ('waiting', 'ready')
        """,
        now=now,
        organization_id=organization_id,
        job_id=job_id,
    )


_NAMES: Final = tuple(field.name for field in fields(JobRow))
_JSON: Final = frozenset({"cells", "before", "changes", "routing", "problems"})
_ASKED: Final = frozenset(
    {"id", "job_id", "organization_id", "row_no", "cells", "sealed_password_cell"}
)
_SETTLED: Final = tuple(name for name in _NAMES if name not in _ASKED)
_SETTLE: Final[LiteralString] = (
    "UPDATE job_rows SET " + ", ".join(name + " = :" + name for name in _SETTLED)
    + " WHERE organization_id = :organization_id AND job_id = :job_id AND id = :id"
    " AND state = :seen"
)  # fmt: skip


def _columns(row: JobRow) -> dict[str, object]:
    told: dict[str, Any] = {name: getattr(row, name) for name in (*_SETTLED, "id", "job_id")}
    told["organization_id"] = row.organization_id
    told["problems"] = [asdict(problem) for problem in row.problems]
    told["replaces_password"] = int(row.replaces_password)
    return {name: _text(value) if name in _JSON else value for name, value in told.items()}


def _text(value: object) -> str | None:
    if value is None:
        return None
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _row(row: Row) -> JobRow:
    told: dict[str, Any] = {
        name: json.loads(row[name]) if name in _JSON and row[name] is not None else row[name]
        for name in _NAMES
    }
    told["state"] = RowState(row["state"])
    told["changes"] = told["changes"] or {}
    told["replaces_password"] = bool(row["replaces_password"])
    told["problems"] = tuple(_problem(each) for each in told["problems"] or ())
    return JobRow(**told)


def _problem(told: Mapping[str, Any]) -> RowProblem:
    return RowProblem(**told)
