"""`dialplane runtimes`: the SIP endpoints that answer for agents, over the API."""

from typing import Annotated, Any

import typer

from dialplane.cli.asking import DryRun, Limit, Yes, asked, confirmed, gathered, trying
from dialplane.cli.commands import command, group
from dialplane.cli.finding import runtime_id
from dialplane.cli.peer_health import A_DAY, Last, range_of, runtime_told
from dialplane.cli.showing import done, listed, whole
from dialplane.cli.terminal import Report
from dialplane.client.groups.runtimes import Target
from dialplane.client.models.runtimes import Runtime

app = group("Runtimes, which answer for agents.")

RuntimeArgument = Annotated[str, typer.Argument(metavar="RUNTIME", help="Its name or its id.")]
TARGET = "ADDRESS[,PRIORITY[,WEIGHT]]"
PARTS_MOST = 3


@command(app, "list")
def list_(*, limit: Limit = 50) -> Report:
    """List runtimes, and whether they answer pings."""
    with asked() as client:
        found = gathered(client.runtimes.list(limit=min(limit, 100)), limit)
    columns = ("NAME", "DEFAULT", "TARGETS", "ID")
    return listed(found, columns, _row, none="No runtimes. Next: dialplane runtimes create")


def _row(each: Runtime) -> tuple[object, ...]:
    targets = " ".join(f"{target.address} ({target.state})" for target in each.targets)
    return each.name, "*" * each.is_default, targets, each.id


@command(app, "show")
def show(runtime: RuntimeArgument) -> Report:
    """Tell everything about a runtime."""
    with asked() as client:
        return whole(client.runtimes.get(runtime_id(client, runtime)))


@command(app, "health")
def health(runtime: RuntimeArgument, *, last: Last = A_DAY) -> Report:
    """Tell whether a runtime and its targets answered the edge's pings, over time."""
    with asked() as client:
        return runtime_told(client.runtimes.health(runtime_id(client, runtime), **range_of(last)))


@command(app, "create")
def create(
    name: Annotated[str, typer.Argument(help="What to call it.")],
    target: Annotated[
        list[str], typer.Argument(metavar=f"{TARGET}...", help="Where its calls go.")
    ],
    *,
    default: Annotated[bool, typer.Option("--default", help="Make it the default one.")] = False,
    dry_run: DryRun = False,
) -> Report:
    """Name the SIP endpoints that answer; the first runtime is the default one."""
    fields: Any = {"is_default": True} if default else {}
    with asked() as client:
        operations = trying(client, dry_run=dry_run)
        return done(operations.runtimes.create(name, [*map(_target, target)], **fields))


@command(app, "update")
def update(
    runtime: RuntimeArgument,
    *,
    name: Annotated[str | None, typer.Option(help="Call it otherwise.")] = None,
    target: Annotated[
        list[str] | None, typer.Option(metavar=TARGET, help="All its targets anew; repeat it.")
    ] = None,
    default: Annotated[bool, typer.Option("--default", help="Make it the default one.")] = False,
    dry_run: DryRun = False,
) -> Report:
    """Change a runtime."""
    fields: Any = {"is_default": True} if default else {}
    fields |= {} if name is None else {"name": name}
    fields |= {} if target is None else {"targets": [*map(_target, target)]}
    if not fields:
        raise typer.BadParameter("say what: --name, --target or --default.")
    with asked() as client:
        operations = trying(client, dry_run=dry_run)
        return done(operations.runtimes.update(runtime_id(client, runtime), **fields))


@command(app, "delete")
def delete(runtime: RuntimeArgument, *, yes: Yes = False, dry_run: DryRun = False) -> Report:
    """Delete a runtime; one that agents name is kept."""
    with asked() as client:
        id_ = runtime_id(client, runtime)
        if not dry_run:
            confirmed([], f"Delete {runtime}?", yes=yes)
        return done(trying(client, dry_run=dry_run).runtimes.delete(id_))


def _target(text: str) -> Target:
    address, *order = text.split(",")
    if len(order) >= PARTS_MOST or not all(part.isdigit() for part in order):
        raise typer.BadParameter(f"{text!r} is not like sip:10.0.0.5:5060 or {TARGET}.")
    made: Target = {"address": address}
    if order:
        made["priority"] = int(order[0])
    if len(order) > 1:
        made["weight"] = int(order[1])
    return made
