"""`dialplane ledger`: what numbers cost, over the API."""

import sys
from typing import Annotated, Any

import typer

from dialplane.cli.asking import Limit, asked, gathered
from dialplane.cli.commands import command, group
from dialplane.cli.finding import find_number
from dialplane.cli.showing import listed
from dialplane.cli.terminal import Report, instant, json_wanted, remark
from dialplane.client import Dialplane
from dialplane.client.models.events import LedgerEntry

app = group("What numbers cost, in whole won.")

Of = Annotated[str | None, typer.Option("--number", help="Only of this number.")]


@command(app, "list")
def list_(*, number: Of = None, limit: Limit = 50) -> Report:
    """List charges, newest first, and what they come to."""
    with asked() as client:
        only = _only(client, number)
        balance = client.ledger.page(limit=1).balance
        pages = client.ledger.list(sort_order="desc", limit=min(limit, 100), **only)
        found = gathered(pages, limit)
    remark(f"All charges come to {balance or 0:,} won.")
    columns = ("WHEN", "NUMBER", "FOR", "#WON", "#BALANCE", "FROM", "TO")
    shown = listed(found, columns, _row, none="Nothing was charged yet.")
    return Report(facts={**shown.facts, "balance": balance}, told=shown.told)


def _row(each: LedgerEntry) -> tuple[object, ...]:
    return (
        instant(each.entered_at),
        each.number,
        each.cause,
        f"{each.amount:,}",
        f"{each.balance:,}",
        instant(each.period_start),
        instant(each.period_end),
    )


@command(app, "export")
def export(*, number: Of = None) -> Report | None:
    """Print all charges as CSV."""
    with asked() as client:
        text = client.ledger.csv(**_only(client, number))
    if json_wanted():
        return Report(facts={"csv": text}, told=[])
    sys.stdout.write(text)
    return None


def _only(client: Dialplane, number: str | None) -> Any:
    if number is None:
        return {}
    return {"organization_telephone_number_id": find_number(client, number).id}
