"""`dialplane audit`: whether the journal is still what it was when it was written."""

from dialplane.cli.commands import command, group
from dialplane.cli.opening import opened
from dialplane.cli.terminal import Report, remark, table
from dialplane.operations import journal
from dialplane.store import organizations

app = group("The journal of what has happened, and whether it is whole.")


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
