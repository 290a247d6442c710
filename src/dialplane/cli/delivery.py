"""A file of lines on its way into the stock: read whole, looked at, then taken in at once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from dialplane.cli.line_sheet import LineSheet, Problem, Unreadable
from dialplane.cli.progress import Bar, progress_bar
from dialplane.domain.stock import LineTerms, StockChange
from dialplane.domain.values import LIVE, Millis
from dialplane.operations import stock as operations
from dialplane.store.database import Database
from dialplane.store.staging import Staging

PROBLEMS_KEPT: Final = 1_000
"""More than anybody mends by hand; beyond them they are only counted."""

STAGED_AT_ONCE: Final = 2_000


@dataclass(slots=True, kw_only=True)
class Delivery:
    """What is in the file: good rows, and what is wrong with the others."""

    file: Path
    rows: int = 0
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0

    def complain(self, *problems: Problem) -> None:
        self.problem_count += len(problems)
        self.problems += problems[: PROBLEMS_KEPT - len(self.problems)]


def read(file: Path, staging: Staging) -> Delivery:
    """Read the file into the staging, and tell all that is wrong with it."""
    delivery = Delivery(file=file)
    with file.open("rb") as raw, progress_bar("Reading", file.stat().st_size) as bar:
        try:
            sheet = LineSheet(raw)
            _stage(sheet, staging, delivery, bar)
        except Unreadable as unreadable:
            delivery.complain(unreadable.problem)
    for each in staging.repeated():
        reason = f"the number is in row {each.first_row} already"
        delivery.complain(Problem(row=each.row, column="number", value=each.number, reason=reason))
    if not delivery.rows and not delivery.problem_count:
        delivery.complain(Problem(row=1, reason="there are no lines below the column names"))
    delivery.problems.sort(key=lambda problem: problem.row)
    return delivery


def _stage(sheet: LineSheet, staging: Staging, delivery: Delivery, bar: Bar) -> None:
    good: list[tuple[int, LineTerms]] = []
    for row_no, found in sheet:
        delivery.rows += 1
        if isinstance(found, LineTerms):
            good.append((row_no, found))
        else:
            delivery.complain(*found)
        if len(good) == STAGED_AT_ONCE:
            staging.add(good)
            good.clear()
            bar.reach(sheet.bytes_read)
    staging.add(good)


def preview_of(database: Database, staging: Staging) -> StockChange:
    """What taking it in would change."""
    change = StockChange()
    with database.snapshot() as db, progress_bar("Comparing", staging.count) as bar:
        for lines in staging.batches(operations.BATCH):
            change += operations.preview(db, LIVE, lines)
            bar.reach(change.total)
    return change


def take_in(database: Database, staging: Staging, clock: Callable[[], Millis]) -> StockChange:
    """Take all of it in, in one transaction; answers what that changed in the end."""
    change = StockChange()
    with database.writing() as db, progress_bar("Importing", staging.count) as bar:
        for lines in staging.batches(operations.BATCH):
            change += operations.take_in(db, LIVE, lines, now=clock())
            bar.reach(change.total)
        operations.note_import(db, change, now=clock())
    return change
