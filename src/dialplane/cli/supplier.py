"""`dialplane supplier`: whom numbers are bought from."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Final

import typer

from dialplane.cli.commands import command, group
from dialplane.cli.faults import Refused
from dialplane.cli.known_settings import settings_in
from dialplane.cli.opening import now, opened
from dialplane.cli.terminal import Report, facts_table, remark, table
from dialplane.domain.suppliers import PriceRule, SupplierKind
from dialplane.foundations import secret_box_of
from dialplane.main import opened_supplier
from dialplane.operations import suppliers as operations
from dialplane.operations.suppliers import NewSupplier
from dialplane.store import suppliers
from dialplane.store.secret_box import FOR_SUPPLIERS
from dialplane.suppliers.simulated.server import serve_until_stopped
from dialplane.suppliers.supplier import SupplierFailure
from dialplane.suppliers.telnyx.supplier import URL as TELNYX_URL

NAME_MOST_CHARS: Final = 100

app = group("Suppliers: numbers are bought from them and given back to them.")

NameArgument = Annotated[str, typer.Argument(help="How you call it.")]
PriceOption = Annotated[
    tuple[str, str, int, int],
    typer.Option(
        metavar="CURRENCY KRW PERCENT STEP",
        help="What it asks for, how many KRW one of these is, what is put on top, and to a multiple"
        " of what fees are rounded up.",
    ),
]


@contextmanager
def asked_supplier(name: str) -> Iterator[None]:
    """Say what a supplier did not do, in words for the operator."""
    try:
        yield
    except SupplierFailure as failure:
        helps = "Try again." if failure.retry_helps else "Run `dialplane supplier check`."
        raise Refused(
            f"{name}: {type(failure).__name__} ({failure}).", helps, "SUPPLIER_FAILED"
        ) from failure


@command(app, "add")
def add(
    name: NameArgument,
    kind: Annotated[SupplierKind, typer.Argument(help="Which company it is.")],
    token_file: Annotated[Path, typer.Argument(help="What opens the account; - is stdin.")],
    *,
    url: Annotated[str, typer.Option(help="Where it is asked, if not where it always is.")] = "",
    price: PriceOption = ("KRW", "1", 0, 1),
) -> Report:
    """Take a supplier on; a fee is the cost times the rate, plus the margin, rounded up."""
    if not 0 < len(name.strip()) <= NAME_MOST_CHARS:
        raise typer.BadParameter(f"the name needs 1 to {NAME_MOST_CHARS} characters.")
    settings = settings_in()
    box = secret_box_of(settings)
    asked = NewSupplier(
        name=name.strip(),
        kind=kind,
        url=_url(kind, url),
        prices=_prices(*price),
        sealed_token=box.seal(_token(token_file), FOR_SUPPLIERS),
    )
    with opened(settings) as database, database.writing() as db:
        made = operations.add(db, asked, now=now())
    remark(f"Next: dialplane supplier check {made.name}; dialplane lines sync {made.name}")
    told = {"id": made.id, **made.told()}
    return Report(facts={"supplier": told}, told=[facts_table(told)])


@command(app, "list")
def list_() -> Report:
    """List suppliers; never their tokens."""
    with opened() as database, database.reading() as db:
        found = suppliers.list_all(db)
    told = [{"id": each.id, **each.told()} for each in found]
    if not found:
        remark("No suppliers: the stock is what you import. Next: dialplane supplier add")
    columns = ("NAME", "KIND", "URL", "CURRENCY", "#KRW", "#MARGIN %", "#ROUND TO")
    rows = [tuple(each.told().values()) for each in found]
    return Report(facts={"suppliers": told}, told=[table(*columns, rows=rows)] if found else [])


@command(app, "check")
def check(name: Annotated[str, typer.Argument(help="See `dialplane supplier list`.")]) -> Report:
    """Ask a supplier whether the account can be used; nothing is bought."""
    settings = settings_in()
    with opened(settings) as database, database.reading() as db:
        known = suppliers.get_named(db, name)
    with asked_supplier(name):
        opened_supplier(settings, secret_box_of(settings), known).check()
    return Report(facts={"supplier": name, "usable": True}, told=[f"{name} can be used."])


@command(app, "remove")
def remove(name: Annotated[str, typer.Argument(help="See `dialplane supplier list`.")]) -> Report:
    """Let a supplier go of whom no number is held any more; its lines leave the stock."""
    with opened() as database, database.writing() as db:
        operations.remove(db, name, now=now())
    return Report(facts={"removed": name}, told=[f"Removed {name}."])


@command(app, "simulate")
def simulate(
    *,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="0 takes a free one.")] = 0,
    lines: Annotated[int, typer.Option(min=0, help="How many lines it has for sale.")] = 1_000,
) -> Report:
    """Be a supplier until stopped, on this machine only; `POST /faults` tells it how to fail.

    It prints where it is; its token is the word `simulated`.
    """
    serve_until_stopped(port, lines, ready=lambda url: print(url, flush=True))
    return Report(facts={"stopped": True}, told=[])


def _url(kind: SupplierKind, url: str) -> str:
    if not url and kind is SupplierKind.TELNYX:
        return TELNYX_URL
    if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise typer.BadParameter("--url has to be https, or http on this machine.")
    return url


def _prices(currency: str, won: str, margin_percent: int, round_to: int) -> PriceRule:
    try:
        won_per_unit = Decimal(won)
    except InvalidOperation as wrong:
        raise typer.BadParameter("--price begins with a currency and a decimal number.") from wrong
    if not won_per_unit.is_finite() or won_per_unit <= 0 or margin_percent < 0 or round_to < 1:
        raise typer.BadParameter("rates and steps are above 0, margins not below it.")
    return PriceRule(
        currency=currency.upper(),
        won_per_unit=won_per_unit,
        margin_percent=margin_percent,
        round_to=round_to,
    )


def _token(file: Path) -> str:
    """From a file or stdin: arguments are for everybody on the machine to read."""
    text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    token = text.strip()
    if not token.isascii() or not token.isprintable() or not token:
        raise typer.BadParameter("the token is empty or holds characters no token has.")
    return token
