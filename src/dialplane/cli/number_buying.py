"""Buying numbers and giving them up: what it costs and what comes of it, before it is done."""

from typing import Annotated, Any

import typer
from rich.text import Text

from dialplane.cli.asking import DryRun, NumberArgument, Yes, asked, confirmed, moment, trying
from dialplane.cli.commands import command
from dialplane.cli.finding import find_line, find_number
from dialplane.cli.showing import done, one
from dialplane.cli.terminal import Report, facts_table, instant
from dialplane.client.models.dry_runs import DryRun as Trial
from dialplane.client.models.numbers import Cancellation, Line, Number


def add_to(app: typer.Typer) -> None:
    command(app, "buy")(buy)
    command(app, "cancel")(cancel)
    command(app, "revoke-cancel")(revoke_cancel)


def buy(
    line: Annotated[
        str, typer.Argument(metavar="LINE", help="Its number or its id; see `lines search`.")
    ],
    *,
    memo: Annotated[str | None, typer.Option(help="A note.")] = None,
    start_at: Annotated[
        str | None, typer.Option(metavar="TIME", help="When service starts; now if left out.")
    ] = None,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> Report:
    """Buy a line: it is yours, for its fee every month, until you cancel it."""
    start: dict[str, Any] = {} if start_at is None else {"start_at": moment(start_at)}
    note: dict[str, Any] = {} if memo is None else {"memo": memo}
    with asked() as client:
        found = find_line(client, line)
        if not dry_run:
            confirmed(_price(found, start_at), f"Buy {found.number}?", yes=yes)
        operations = trying(client, dry_run=dry_run)
        return done(operations.numbers.purchase(id=found.id, **note, **start))


def _price(line: Line, start_at: str | None) -> list[Any]:
    fee = "unknown" if line.monthly_fee is None else f"{line.monthly_fee:,} won a month"
    facts = {"number": line.number, "type": line.line_type, "fee": fee, "from": start_at or "now"}
    rule = "It is charged every month, until it is cancelled; a month begun is paid whole."
    return [facts_table(facts), Text(rule)]


def cancel(number: NumberArgument, *, yes: Yes = False, dry_run: DryRun = False) -> Report:
    """Give a number up: a bought one at the end of its paid month, one of your own at once."""
    with asked() as client:
        found = find_number(client, number)
        tried = client.dry_run.numbers.cancel(found.id)
        if dry_run:
            return done(tried)
        confirmed(_end(found, tried), f"Cancel {found.number}?", yes=yes)
        return _cancelled(client.numbers.cancel(found.id))


def _end(number: Number, tried: Trial) -> list[Any]:
    fields = tried.changes[0].fields if tried.changes else {}
    ends = fields["end_at"].after if "end_at" in fields else number.end_at
    facts = {"number": number.number, "memo": number.memo, "works until": instant(ends)}
    rule = (
        "Until then `dialplane numbers revoke-cancel` keeps it; then somebody else may buy it."
        if number.provider == "vox"
        else "It ends at once, and can be registered again."
    )
    return [facts_table(facts), Text(rule)]


def _cancelled(cancelled: Cancellation) -> Report:
    facts = {"number": cancelled.number, "works until": instant(cancelled.effective_at)}
    return one(cancelled, facts)


def revoke_cancel(number: NumberArgument, *, dry_run: DryRun = False) -> Report:
    """Keep a cancelled number after all; it is charged on."""
    with asked() as client:
        found = find_number(client, number)
        return done(trying(client, dry_run=dry_run).numbers.revoke_cancellation(found.id))
