"""`dialplane migrate`: the database brought to what this program needs."""

from typing import Annotated

import typer
from rich.text import Text

from dialplane.cli.commands import command, single
from dialplane.cli.known_settings import place_of, settings_in
from dialplane.cli.opening import now, reached
from dialplane.cli.terminal import Report, remark
from dialplane.store.migrate import Migration, Part, pending
from dialplane.store.migrate import migrate as run

app = single()


@command(app, "migrate")
def migrate(
    *,
    plan: Annotated[bool, typer.Option("--plan", help="Only tell what would be run.")] = False,
    post: Annotated[
        bool, typer.Option("--post", help="What older programs could not live with.")
    ] = False,
) -> Report:
    """Bring the database to what this program needs: all of it or nothing.

    Before the programs are replaced without --post; once all of them are, with it. On SQLite every
    command does all of this by itself.
    """
    settings = settings_in()
    part = Part.POST if post else Part.PRE if settings.database_url else Part.ALL
    with reached(settings) as database:
        found = pending(database, part) if plan else run(database, now=now(), part=part)
        later = [] if post else pending(database, Part.POST)
    if later and settings.database_url:
        remark(f"{len(later)} wait for --post, once all programs are replaced.")
    place = place_of(settings)
    if not found:
        verdict = f"{place} is up to date."
    else:
        verdict = f"{len(found)} {'pending' if plan else 'done'}: {place}"
    return Report(
        facts={
            "database": place,
            "applied": not plan,
            "migrations": [_facts(migration) for migration in found],
        },
        told=[*(Text(migration.name) for migration in found), Text(verdict)],
    )


def _facts(migration: Migration) -> dict[str, object]:
    return {"number": migration.number, "name": migration.name}
