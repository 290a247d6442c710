"""`dialplane calls`: calls in and out, over the API."""

from pathlib import Path
from typing import Annotated, Any

import typer

from dialplane.cli import call_counts
from dialplane.cli.asking import DryRun, Limit, Yes, asked, confirmed, gathered, moment, trying
from dialplane.cli.commands import command, group
from dialplane.cli.finding import mapping
from dialplane.cli.json_files import json_in
from dialplane.cli.showing import done, facts_of, listed, outcome, who, whole
from dialplane.cli.terminal import Report, facts_table, instant, table
from dialplane.client.models.calls import Call
from dialplane.client.models.routing import CallReplay
from dialplane.domain.calls import CallStatus

app = group("Calls: which there were, placing one, and why one went where it went.")

CallArgument = Annotated[str, typer.Argument(metavar="CALL", help="Its id; see `calls list`.")]
COLUMNS = ("ANSWERED", "#SECONDS", "TYPE", "FROM", "TO", "STATUS", "REASON", "AGENT", "ID")


@command(app, "list")
def list_(
    *,
    status: Annotated[list[CallStatus] | None, typer.Option(help="Only these; repeat it.")] = None,
    from_: Annotated[
        list[str] | None, typer.Option("--from", help="Only from these numbers.")
    ] = None,
    to: Annotated[list[str] | None, typer.Option(help="Only to these numbers.")] = None,
    since: Annotated[str | None, typer.Option(metavar="TIME", help="Not before.")] = None,
    limit: Limit = 50,
) -> Report:
    """List calls, newest first."""
    only: Any = {"status": status, "call_from": from_, "call_to": to}
    given = {name: value for name, value in only.items() if value}
    if since is not None:
        given["start_at_after"] = moment(since)
    with asked() as client:
        found = gathered(client.calls.list(limit=min(limit, 100), **given), limit)
    return listed(found, COLUMNS, _row, none="No calls. `dialplane numbers refusals` tells why.")


def _row(each: Call) -> tuple[object, ...]:
    lasted = (
        None
        if each.start_at is None or each.end_at is None
        else f"{(each.end_at - each.start_at) / 1000:.0f}"
    )
    return (
        instant(each.start_at),
        lasted,
        each.call_type,
        each.from_number,
        each.to_number,
        each.status,
        each.disconnection_reason,
        who(each.agent),
        each.id,
    )


@command(app, "show")
def show(call: CallArgument) -> Report:
    """Tell everything about a call, what was said included."""
    with asked() as client:
        return whole(client.calls.get(call))


@command(app, "place")
def place(
    from_: Annotated[str, typer.Argument(metavar="FROM", help="A number you hold.")],
    to: Annotated[str, typer.Argument(help="Whom to call.")],
    *,
    agent: Annotated[str | None, typer.Option(metavar="AGENT[@VERSION]", help="Who talks.")] = None,
    more: Annotated[
        Path | None,
        typer.Option(
            "--with",
            metavar="FILE",
            help="dynamic_variables, metadata and presentation_number as JSON; - is stdin.",
        ),
    ] = None,
    yes: Yes = False,
) -> Report:
    """Let an agent call somebody."""
    fields: Any = {} if more is None else json_in(more)
    with asked() as client:
        if agent is not None:
            fields["agent"] = mapping(client, agent)
        confirmed([facts_table({"from": from_, "to": to})], f"Call {to}?", yes=yes)
        return whole(client.calls.place(from_, to, **fields))


@command(app, "hang-up")
def hang_up(call: CallArgument, *, dry_run: DryRun = False) -> Report:
    """End a call."""
    with asked() as client:
        return done(trying(client, dry_run=dry_run).calls.hang_up(call))


@command(app, "replay")
def replay(call: CallArgument) -> Report:
    """Tell why a call went where it went, and whether the same one would today."""
    with asked() as client:
        return _replayed(client.calls.replay(call))


def _replayed(found: CallReplay) -> Report:
    rows = [(step.verdict, step.rule, step.text) for step in found.recorded.trace]
    facts = {
        "then": found.recorded.target_uri,
        "today": outcome(found.today),
        "the same": "yes" if found.same else "no",
    }
    told = [table("", "RULE", "WHY", rows=rows), facts_table(facts)]
    return Report(facts=facts_of(found), told=told)


call_counts.add_to(app)
