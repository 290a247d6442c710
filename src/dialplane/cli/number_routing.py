"""Who may call a number, who shares its calls, and why calls to it were refused."""

from pathlib import Path
from typing import Annotated, Any

import typer

from dialplane.cli.asking import DryRun, NumberArgument, asked, gathered, trying
from dialplane.cli.commands import command
from dialplane.cli.faults import Refused
from dialplane.cli.finding import find_number
from dialplane.cli.json_files import json_in
from dialplane.cli.peer_health import A_DAY, Last, range_of, trunk_told
from dialplane.cli.showing import done, listed, whole
from dialplane.cli.terminal import Report, facts_table, instant, table
from dialplane.client import Dialplane
from dialplane.client.models.routing import RefusedAttempt
from dialplane.client.models.runtimes import TrunkReport

REFUSALS_MOST = 20
REFUSAL_COLUMNS = ("LAST", "#TIMES", "REASON", "FROM", "CALLED", "CALLER", "MEANT, PERHAPS")


def add_to(app: typer.Typer) -> None:
    command(app, "routing")(routing)
    command(app, "set-routing")(set_routing)
    command(app, "refusals")(refusals)
    command(app, "check")(check)
    command(app, "health")(health)


def routing(number: NumberArgument) -> Report:
    """Tell who may call, who shares the calls, who answers instead, and the limits."""
    with asked() as client:
        return whole(client.numbers.routing(find_number(client, number).id))


def set_routing(
    number: NumberArgument,
    *,
    source: Annotated[
        list[str] | None, typer.Option(metavar="NETWORK", help="Who may call, too; repeat it.")
    ] = None,
    concurrent: Annotated[
        str | None, typer.Option(metavar="N", help="Calls at once; none for no limit.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="FILE", help="All of it as JSON, as `routing --json` has it."
        ),
    ] = None,
    dry_run: DryRun = False,
) -> Report:
    """Set it, from the next call on; what is left out keeps its value, lists are replaced."""
    fields: dict[str, Any] = json_in(file) if file else {}
    fields.pop("organization_telephone_number_id", None)  # `routing --json` tells it
    if source is not None:
        fields["allowed_sources"] = source
    if concurrent is not None:
        fields.setdefault("limits", {})["concurrent_calls"] = _limit(concurrent)
    if not fields:
        raise typer.BadParameter("say what: --source, --concurrent or --from.")
    with asked() as client:
        found = find_number(client, number)
        return done(trying(client, dry_run=dry_run).numbers.set_routing(found.id, **fields))


def _limit(text: str) -> int | None:
    if text == "none":
        return None
    if not text.isdigit():
        raise typer.BadParameter(f"{text!r} is neither a number nor none.")
    return int(text)


def refusals(
    number: Annotated[
        str | None,
        typer.Argument(metavar="[NUMBER]", help="Only to this one; all numbers if left out."),
    ] = None,
    *,
    unknown: Annotated[
        bool, typer.Option("--unknown", help="From your trunks to numbers you do not hold.")
    ] = False,
) -> Report:
    """Tell which calls were turned away lately, and which number was meant, perhaps."""
    with asked() as client:
        if unknown:
            found = gathered(client.routing.refusals(), REFUSALS_MOST)
        elif number is None:
            found = gathered(client.routing.recent_refusals(), REFUSALS_MOST)
        else:
            held = find_number(client, number)
            found = gathered(client.numbers.refusals(held.id), REFUSALS_MOST)
    return listed(found, REFUSAL_COLUMNS, _row, none="No call was turned away.")


def _row(each: RefusedAttempt) -> tuple[object, ...]:
    meant = " ".join(f"{miss.number} ({miss.reason})" for miss in each.near_misses)
    reason = f"{each.reason} ({each.sip_code})"
    return (
        instant(each.last_at),
        each.times,
        reason,
        each.source_address,
        each.called,
        each.caller,
        meant,
    )


def check(number: NumberArgument) -> Report:
    """Examine the trunk behind a number, step by step, and tell what to do; no call is placed."""
    with asked() as client:
        return _examined(client.trunks.check(_trunk_of(client, number)))


def health(number: NumberArgument, *, last: Last = A_DAY) -> Report:
    """Tell whether the trunk behind a number answered the edge's pings, over time."""
    with asked() as client:
        return trunk_told(client.trunks.health(_trunk_of(client, number), **range_of(last)))


def _trunk_of(client: Dialplane, number: str) -> str:
    found = find_number(client, number)
    if found.inbound_trunk_id is None:
        raise Refused(
            f"{found.number} has no trunk.", "`dialplane numbers sip` sets one.", "NO_TRUNK"
        )
    return found.inbound_trunk_id


def _examined(report: TrunkReport) -> Report:
    rows = [(step.verdict, step.step, step.found, step.fix) for step in report.steps]
    facts = {"address": report.address, "verdict": report.verdict}
    shown = whole(report)
    return Report(
        facts=shown.facts,
        told=[table("", "STEP", "FOUND", "WHAT TO DO", rows=rows), "", facts_table(facts)],
        failed=report.verdict == "fail",
    )
