"""`dialplane lines`: the stock of lines that can be bought."""

import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from dialplane.cli.commands import command, group
from dialplane.cli.delivery import Delivery, preview_of, read, take_in
from dialplane.cli.faults import Refused
from dialplane.cli.known_settings import settings_in
from dialplane.cli.line_sheet import Problem
from dialplane.cli.opening import now, opened
from dialplane.cli.supplier import asked_supplier
from dialplane.cli.terminal import Report, instant, remark, table
from dialplane.domain.lines import Line, LineStatus, LineType
from dialplane.domain.stock import StockChange
from dialplane.domain.values import LIVE
from dialplane.foundations import secret_box_of
from dialplane.main import opened_supplier
from dialplane.operations import suppliers as operations
from dialplane.store import stock, suppliers
from dialplane.store.staging import Staging
from dialplane.store.stock import StockFilter

PROBLEMS_SHOWN = 20
LIST_MOST = 10_000

app = group("The stock of lines that can be bought.")


@command(app, "import")
def import_(
    file: Annotated[
        Path, typer.Argument(help="number,line_type,monthly_fee,sms_send,sms_recv in any order.")
    ],
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what would change.")
    ] = False,
) -> Report:
    """Take in a CSV of lines: all of it, or nothing when a single row is bad.

    Lines that are known get the new terms; who holds one holds it on, at the fee it was bought for.
    """
    with Staging() as staging:
        delivery = read(file, staging)
        if delivery.problem_count:
            return _bad(delivery)
        with opened() as database:
            change = preview_of(database, staging)
            if dry_run or change.nothing:
                return _good(delivery, change, taken_in=False)
            if not yes:
                remark(*_told(delivery, change))
                _ask()
            return _good(delivery, take_in(database, staging, now), taken_in=True)


@command(app, "search")
def search(
    *,
    line_type: Annotated[LineType | None, typer.Option("--type", help="Only these.")] = None,
    by_fee: Annotated[bool, typer.Option("--by-fee", help="The cheapest first.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=LIST_MOST, help="At most so many.")] = 50,
) -> Report:
    """Search lines you can buy, over the API."""
    # The operator's commands do without the SDK.
    searching = import_module("dialplane.cli.line_search")
    found: Report = searching.search(line_type=line_type, by_fee=by_fee, limit=limit)
    return found


@command(app, "list")
def list_(
    *,
    line_type: Annotated[LineType | None, typer.Option("--type", help="Only these.")] = None,
    status: Annotated[LineStatus | None, typer.Option(help="Only these.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=LIST_MOST, help="At most so many.")] = 50,
) -> Report:
    """List lines, whoever holds them, by number; and how many there are."""
    at = now()
    with opened() as database, database.snapshot() as db:
        wanted = StockFilter(line_type=line_type, status=status)
        found = stock.list_lines(db, LIVE, wanted, limit=limit, now=at)
        counts = stock.overview(db, LIVE, now=at)
    totals = {each: sum(n for (_, of), n in counts.items() if of is each) for each in LineStatus}
    if not counts:
        remark("The stock is empty. Next: dialplane lines import FILE.csv")
    else:
        remark(", ".join(f"{total:,} {each}" for each, total in totals.items()))
    headings = ("NUMBER", "TYPE", "#FEE", "SMS", "STATUS", "AVAILABLE FROM")
    rows = [_row(each) for each in found]
    return Report(
        facts={"lines": [_facts(each) for each in found], "totals": totals},
        told=[table(*headings, rows=rows)] if found else [],
    )


@command(app, "sync")
def sync(
    supplier: Annotated[str, typer.Argument(help="See `dialplane supplier list`.")],
    *,
    limit: Annotated[int, typer.Option(min=1, help="Ask for at most so many lines.")] = 10_000,
) -> Report:
    """Fill the stock with what a supplier has for sale, at fees by its price rule."""
    settings = settings_in()
    with opened(settings) as database:
        with database.reading() as db:
            known = suppliers.get_named(db, supplier)
        asked = opened_supplier(settings, secret_box_of(settings), known)
        with asked_supplier(known.name):
            done = operations.sync(
                database,
                known,
                asked.search(limit=limit),
                complete=asked.search_is_complete,
                now=now(),
            )
    rows = [(name, f"{count:,}") for name, count in asdict(done).items()]
    told: list[RenderableType] = [table("", "#LINES", rows=rows)]
    return Report(facts={"supplier": known.name, **asdict(done)}, told=told)


def _ask() -> None:
    if not sys.stdin.isatty():
        raise Refused(
            "Nothing was imported: there is nobody to ask.",
            "Add --yes to import, or --dry-run to look only.",
            "NOT_CONFIRMED",
        )
    typer.confirm("Import?", abort=True, err=True)


def _bad(delivery: Delivery) -> Report:
    shown = delivery.problems[:PROBLEMS_SHOWN]
    more = delivery.problem_count - len(shown)
    rows = [(each.row, each.column, each.value, each.reason) for each in shown]
    told: list[RenderableType] = [
        table("#ROW", "COLUMN", "VALUE", "WHAT IS WRONG", rows=rows),
        Text(f"... and {more:,} more." if more else ""),
        Text(f"{_problems(delivery)} in {delivery.file}; nothing was imported.", "red"),
    ]
    return Report(facts=_summary(delivery, StockChange(), taken_in=False), told=told, failed=True)


def _problems(delivery: Delivery) -> str:
    return "1 problem" if delivery.problem_count == 1 else f"{delivery.problem_count:,} problems"


def _good(delivery: Delivery, change: StockChange, *, taken_in: bool) -> Report:
    if taken_in:
        verdict = Text(f"Imported {change.new + change.updated:,} lines.", "green")
    elif change.nothing:
        verdict = Text("Nothing to import.")
    else:
        verdict = Text("A dry run: nothing was imported.")
    return Report(
        facts=_summary(delivery, change, taken_in=taken_in),
        told=[*_told(delivery, change), verdict],
    )


def _told(delivery: Delivery, change: StockChange) -> list[RenderableType]:
    rows = [(name, f"{count:,}") for name, count in asdict(change).items()]
    return [
        Text(f"{delivery.file}: {delivery.rows:,} lines", "bold"),
        table("", "#LINES", rows=rows),
    ]


def _summary(delivery: Delivery, change: StockChange, *, taken_in: bool) -> dict[str, object]:
    return {
        "file": str(delivery.file),
        "rows": delivery.rows,
        **asdict(change),
        "imported": taken_in,
        "problem_count": delivery.problem_count,
        "problems": [_problem(each) for each in delivery.problems],
    }


def _problem(problem: Problem) -> dict[str, object]:
    return {
        "row": problem.row,
        "column": problem.column,
        "value": problem.value,
        "reason": problem.reason,
    }


def _row(line: Line) -> tuple[object, ...]:
    ways = [word for word, able in (("send", line.sms_send), ("recv", line.sms_recv)) if able]
    return (
        line.number,
        line.line_type,
        f"{line.monthly_fee:,}",
        " ".join(ways),
        line.status,
        instant(line.available_from or None),
    )


def _facts(line: Line) -> dict[str, object]:
    return {
        "id": line.id,
        "number": line.number,
        "line_type": line.line_type,
        "monthly_fee": line.monthly_fee,
        "sms_send": line.sms_send,
        "sms_recv": line.sms_recv,
        "status": line.status,
        "available_from": line.available_from,
    }
