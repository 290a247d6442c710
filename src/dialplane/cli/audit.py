"""`dialplane audit`: whether the journal is still what it was when it was written."""

from typing import Annotated

import typer

from dialplane.cli.commands import command, group
from dialplane.cli.opening import opened
from dialplane.cli.org import find
from dialplane.cli.terminal import Report, instant, remark, table
from dialplane.domain.journal import Entry
from dialplane.operations import journal
from dialplane.store import organizations
from dialplane.store.journal import entries_after

app = group("The journal of what has happened, and whether it is whole.")


@command(app, "list")
def list_(
    *,
    org: Annotated[
        str | None,
        typer.Option(
            "--org", metavar="ID_OR_NAME", help="Whose; what belongs to nobody if left out."
        ),
    ] = None,
    after: Annotated[int, typer.Option(min=0, help="Go on behind this position.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 100,
) -> Report:
    """List who did what, the oldest first: the journal of an organization, or your own."""
    with opened() as database, database.reading() as db:
        whose = organizations.OPERATORS_OWN if org is None else find(db, org).id
        found = entries_after(db, whose, after, limit=limit)
    rows = [
        (each.position, instant(each.occurred_at), _who(each), each.happening, each.resource_id)
        for each in found
    ]
    return Report(
        facts={"events": [each.told() for each in found]},
        told=[table("#POSITION", "AT", "WHO", "WHAT", "RESOURCE", rows=rows)],
    )


def _who(entry: Entry) -> str:
    return entry.actor.key_id or entry.actor.kind


@command(app, "verify")
def verify() -> Report:
    """Walk the chain of every organization, and tell what was changed or is missing."""
    with opened() as database:
        with database.reading() as db:
            every = organizations.list_all(db)
        found = [(each, problem) for each in every for problem in journal.breaks(database, each.id)]
    facts = {
        "organizations": len(every),
        "breaks": [{"organization_id": each.id, "break": problem} for each, problem in found],
    }
    if not found:
        remark(f"The journals of {len(every)} organizations are whole, sandboxes included.")
        return Report(facts=facts, told=[])
    rows = [(each.id, each.name, problem) for each, problem in found]
    return Report(facts=facts, told=[table("ID", "ORGANIZATION", "BREAK", rows=rows)], failed=True)
