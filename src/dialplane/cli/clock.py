"""`dialplane clock`: the clock of the sandbox, over the API."""

from typing import Annotated, Any

import typer

from dialplane.cli.asking import DryRun, asked, moment, trying
from dialplane.cli.commands import command, group
from dialplane.cli.durations import span
from dialplane.cli.showing import done, one
from dialplane.cli.terminal import Report, instant
from dialplane.client.models.keys import TestClock

app = group("The clock of the sandbox, which test keys can move ahead.")


@command(app, "show")
def show() -> Report:
    """Tell what time it is in the sandbox."""
    with asked() as client:
        return _told(client.test_clock.get())


@command(app, "advance")
def advance(
    by: Annotated[int | None, typer.Argument(parser=span, metavar="[31d]", help="How far.")] = None,
    *,
    to: Annotated[str | None, typer.Option(metavar="TIME", help="Or where to.")] = None,
    dry_run: DryRun = False,
) -> Report:
    """Let time pass there, and everything that comes with it; never back."""
    if (by is None) == (to is None):
        raise typer.BadParameter("say how far, or --to a time.")
    fields: Any = {"by_ms": by} if to is None else {"to": moment(to)}
    with asked() as client:
        return done(trying(client, dry_run=dry_run).test_clock.advance(**fields), _told)


def _told(clock: TestClock) -> Report:
    days = clock.offset_ms / 86_400_000
    return one(clock, {"now": instant(clock.now), "ahead": f"{days:,.1f} days"})
