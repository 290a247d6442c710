"""What has come of purchases from suppliers, whose outcome may be known only later."""

from typing import Annotated

import typer

from dialplane.cli.asking import Limit, asked, gathered
from dialplane.cli.commands import command
from dialplane.cli.showing import listed, whole
from dialplane.cli.terminal import Report, instant
from dialplane.client.models.numbers import Purchase


def add_to(app: typer.Typer) -> None:
    command(app, "purchases")(purchases)
    command(app, "purchase")(purchase)


def purchases(
    *,
    request: Annotated[
        str | None, typer.Option(metavar="ID", help="Only of the purchase with this request id.")
    ] = None,
    limit: Limit = 50,
) -> Report:
    """List purchases from suppliers, newest first; those of the stock are held at once."""
    with asked() as client:
        pages = client.purchases.list(request, limit=min(limit, 100))
        found = gathered(pages, limit)
    columns = ("WHEN", "NUMBER", "#FEE", "STATUS", "PROBLEM", "ID")
    return listed(found, columns, _row, none="Nothing was bought from a supplier.")


def _row(each: Purchase) -> tuple[object, ...]:
    fee = f"{each.monthly_fee or 0:,}"
    return instant(each.created_at), each.number, fee, each.status, each.problem, each.id


def purchase(
    purchase_id: Annotated[str, typer.Argument(metavar="PURCHASE", help="Its id.")],
) -> Report:
    """Tell what has come of a purchase."""
    with asked() as client:
        return whole(client.purchases.get(purchase_id))
