"""`dialplane purchases`: what was to be bought from suppliers, and where it stands."""

from typing import Annotated

import typer

from dialplane.cli.commands import command, group
from dialplane.cli.opening import opened
from dialplane.cli.terminal import Report, instant, remark, table
from dialplane.domain.purchases import Purchase, PurchaseState
from dialplane.store import purchases

app = group("Purchases from suppliers, and where they stand.")


@command(app, "list")
def list_(
    *,
    state: Annotated[
        list[PurchaseState] | None, typer.Option(help="Only these; repeat it for several.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50,
) -> Report:
    """List purchases of all organizations, the newest first.

    `buying` and `returning` are looked after by the worker; nothing has to be done.
    """
    with opened() as database, database.reading() as db:
        found = purchases.list_states(db, frozenset(state or PurchaseState), limit=limit)
    if not found:
        remark("No purchases.")
    columns = ("NUMBER", "STATE", "PROBLEM", "#LOOKS", "NEXT LOOK", "BEGUN", "ID")
    return Report(
        facts={"purchases": [_told(each) for each in found]},
        told=[table(*columns, rows=[_row(each) for each in found])] if found else [],
    )


def _row(purchase: Purchase) -> tuple[object, ...]:
    return (
        purchase.number,
        purchase.state,
        purchase.problem,
        purchase.looks,
        purchase.next_look_at and instant(purchase.next_look_at),
        instant(purchase.created_at),
        purchase.id,
    )


def _told(purchase: Purchase) -> dict[str, object]:
    return {
        "id": purchase.id,
        "organization_id": purchase.organization_id,
        "number": purchase.number,
        "state": purchase.state,
        "problem": purchase.problem,
        "number_id": purchase.number_id,
        "handle": purchase.handle,
        "looks": purchase.looks,
        "next_look_at": purchase.next_look_at,
        "created_at": purchase.created_at,
    }
