"""Held numbers as CSV over HTTP: out as they are read, in as a job."""

from collections.abc import Iterator
from itertools import chain
from typing import Final

import msgspec

from dialplane.api.jobs import job_body
from dialplane.api.requests import Download, Request, Resource, answer, operation
from dialplane.api.shapes import Shape
from dialplane.domain.callers import Caller, Scope
from dialplane.domain.number_sheets import (
    BYTES_MAX,
    COLUMNS,
    IMPORT_COLUMNS,
    ROWS_MAX,
    exported,
)
from dialplane.domain.numbers import Provider, Status
from dialplane.domain.sheets import csv_line, read_sheet
from dialplane.operations import jobs as operations
from dialplane.operations.changes import Answer
from dialplane.operations.number_rows import RowRules
from dialplane.store import number_lists as store
from dialplane.store.database import Database
from dialplane.store.number_lists import NumberFilter
from dialplane.store.pages import PageRequest

CSV: Final = "text/csv"
_AT_ONCE: Final = 500


class SheetQuery(Shape):
    provider: Provider | None = None
    status: list[Status] = msgspec.field(default_factory=lambda: list(Status))


class NumberSheet(Resource):
    @operation(Scope.READ, SheetQuery)
    def on_get(self, request: Request) -> Download:
        query = request.query(SheetQuery)
        wanted = NumberFilter(
            statuses=frozenset(query.status), provider=query.provider, now=request.caller.now
        )
        lines = _pages(self.parts.database, request.caller, wanted)
        # The first page is read before the answer begins: what goes wrong can still be told.
        return Download(name="numbers.csv", chunks=chain([next(lines)], lines))

    @operation(Scope.WRITE)
    def on_post(self, request: Request) -> Answer:
        raw = request.file(CSV, limit_bytes=BYTES_MAX)
        sheet = read_sheet(raw, IMPORT_COLUMNS, rows_max=ROWS_MAX)
        rules = RowRules(policy=self.parts.policy, box=self.parts.box)
        return request.change(
            lambda db: answer(
                job_body(db, operations.begin_import(db, request.caller, sheet, rules))
            )
        )


def _pages(database: Database, caller: Caller, wanted: NumberFilter) -> Iterator[bytes]:
    """The file, a page of numbers at a time; no reading stays open between two of them."""
    header = csv_line(COLUMNS)
    request: PageRequest | None = PageRequest(limit=_AT_ONCE, descending=False)
    while request is not None:
        with database.reading() as db:
            page = store.list_page(db, caller.organization_id, wanted, request, reading=store.WHOLE)
        yield (header + "".join(csv_line(exported(each)) for each in page.items)).encode()
        header = ""
        request = page.next and PageRequest(limit=_AT_ONCE, descending=False, after=page.next)
