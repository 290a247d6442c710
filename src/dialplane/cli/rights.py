"""`dialplane rights`: how many calls an organization may have, and which numbers it may show."""

from typing import Annotated

import typer

from dialplane.cli.commands import command, group
from dialplane.cli.opening import now, opened
from dialplane.cli.org import find
from dialplane.cli.terminal import Report, facts_table
from dialplane.operations import calling_rights as operations
from dialplane.operations.calling_rights import Limits
from dialplane.store import calling_rights
from dialplane.store.database import Reader

app = group("What an organization may do with calls.")

Org = Annotated[str, typer.Argument(help="Id or name of the organization.")]
Number = Annotated[str, typer.Argument(help="The number callees are shown, in any spelling.")]


@command(app, "show")
def show(org: Org) -> Report:
    """Show the limits of an organization and the numbers it may present."""
    with opened() as database, database.reading() as db:
        return _report(db, org)


@command(app, "limit")
def limit(
    org: Org,
    *,
    concurrent: Annotated[int | None, typer.Option(min=0, help="Calls at once.")] = None,
    per_second: Annotated[int | None, typer.Option(min=0, help="New calls a second.")] = None,
) -> Report:
    """Limit the calls of an organization from the next one on; what is left out is unlimited."""
    with opened() as database, database.writing() as db:
        organization = find(db, org)
        limits = Limits(concurrent_calls=concurrent, calls_per_second=per_second)
        operations.set_limits(db, organization.id, limits, now=now())
        return _report(db, org)


@command(app, "present")
def present(
    org: Org,
    number: Number,
    *,
    no_more: Annotated[bool, typer.Option("--no-more", help="Take the approval back.")] = False,
) -> Report:
    """Let an organization show callees this number instead of its own."""
    with opened() as database, database.writing() as db:
        organization = find(db, org)
        if no_more:
            operations.withdraw_presentation(db, organization.id, number, now=now())
        else:
            operations.approve_presentation(db, organization.id, number, now=now())
        return _report(db, org)


def _report(db: Reader, org: str) -> Report:
    organization = find(db, org)
    concurrent_calls, calls_per_second = calling_rights.limits(db, organization.id)
    facts = {
        "organization_id": organization.id,
        "concurrent_calls": concurrent_calls,
        "calls_per_second": calls_per_second,
        "presentation_numbers": calling_rights.presentable(db, organization.id),
    }
    told = {
        "organization": organization.name,
        "calls at once": "no limit" if concurrent_calls is None else concurrent_calls,
        "calls a second": "no limit" if calls_per_second is None else calls_per_second,
        "may present": ", ".join(calling_rights.presentable(db, organization.id)) or "none",
    }
    return Report(facts=facts, told=[facts_table(told)])
