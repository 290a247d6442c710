"""`dialplane org`: organizations, the tenants."""

from typing import Annotated

import typer

from dialplane.cli.commands import command, group
from dialplane.cli.faults import Refused
from dialplane.cli.opening import now, opened
from dialplane.cli.terminal import Report, facts_table, instant, remark, table
from dialplane.domain.organizations import Organization
from dialplane.operations import organizations as operations
from dialplane.store import organizations
from dialplane.store.database import Reader

NAME_MOST_CHARS = 100

app = group("Organizations: the tenants.")


@command(app, "create")
def create(name: Annotated[str, typer.Argument(help="How people call it.")]) -> Report:
    """Make an organization."""
    name = name.strip()
    if not 0 < len(name) <= NAME_MOST_CHARS:
        raise typer.BadParameter(f"the name needs 1 to {NAME_MOST_CHARS} characters.")
    with opened() as database, database.writing() as db:
        made = operations.create(db, name, now=now())
    remark(f"Next: dialplane key create --org {made.id} --name backend")
    return Report(facts={"organization": told(made)}, told=[facts_table(_told_to_people(made))])


@command(app, "list")
def list_() -> Report:
    """List all organizations."""
    with opened() as database, database.reading() as db:
        found = organizations.list_live(db)
    if not found:
        remark("No organizations yet. Next: dialplane org create NAME")
    rows = [(each.id, each.name, instant(each.created_at)) for each in found]
    return Report(
        facts={"organizations": [told(each) for each in found]},
        told=[table("ID", "NAME", "CREATED", rows=rows)] if found else [],
    )


def find(db: Reader, id_or_name: str) -> Organization:
    """The organization of this id or name.

    Raises:
        Refused: there is none, or several share the name.
    """
    every = organizations.list_live(db)
    named = [each for each in every if each.id == id_or_name.lower()]
    named = named or [each for each in every if each.name == id_or_name]
    if len(named) == 1:
        return named[0]
    if named:
        ids = ", ".join(each.id for each in named)
        raise Refused(
            f"{len(named)} organizations are called {id_or_name!r}: {ids}.",
            "Name one by its id.",
            "AMBIGUOUS",
        )
    raise Refused(
        f"There is no organization {id_or_name!r}.",
        "See `dialplane org list`, or make it: dialplane org create NAME.",
        "NOT_FOUND",
    )


def told(organization: Organization) -> dict[str, object]:
    return {
        "id": organization.id,
        "name": organization.name,
        "created_at": organization.created_at,
    }


def _told_to_people(organization: Organization) -> dict[str, object]:
    return {
        "id": organization.id,
        "name": organization.name,
        "created": instant(organization.created_at),
    }
