"""`dialplane jobs`: imports of many numbers, over the API."""

import sys
from typing import Annotated

import typer

from dialplane.cli.asking import Limit, Yes, asked, confirmed, gathered
from dialplane.cli.commands import command, group
from dialplane.cli.number_sheets import COLUMNS, counts, row_of, settled
from dialplane.cli.showing import listed, whole
from dialplane.cli.terminal import Report, instant, json_wanted
from dialplane.client.models.jobs import Job

app = group("Imports of many numbers: previewed, applied row by row, taken back.")

JobArgument = Annotated[str, typer.Argument(metavar="JOB", help="Its id; see `jobs list`.")]


@command(app, "list")
def list_(*, limit: Limit = 50) -> Report:
    """List jobs, newest first."""
    with asked() as client:
        found = gathered(client.jobs.list(limit=min(limit, 100)), limit)
    columns = ("BEGUN", "STATUS", "ROWS", "ENDED", "ID")
    return listed(found, columns, _row, none="No jobs. Next: dialplane numbers import FILE.csv")


def _row(each: Job) -> tuple[object, ...]:
    return instant(each.created_at), each.status, counts(each), instant(each.ended_at), each.id


@command(app, "show")
def show(job: JobArgument) -> Report:
    """Tell how far a job is."""
    with asked() as client:
        return whole(client.jobs.get(job))


@command(app, "rows")
def rows(job: JobArgument, *, limit: Limit = 100) -> Report:
    """Tell what each row would change or has changed."""
    with asked() as client:
        found = gathered(client.jobs.rows(job, limit=min(limit, 100)), limit)
    return listed(found, COLUMNS, row_of, none="No rows.")


@command(app, "apply")
def apply(job: JobArgument, *, yes: Yes = False) -> Report:
    """Let a previewed job change what its preview said."""
    with asked() as client:
        confirmed([counts(client.jobs.get(job))], "Apply it?", yes=yes)
        client.jobs.apply(job)
        return whole(settled(client, job, "applying"))


@command(app, "cancel")
def cancel(job: JobArgument) -> Report:
    """Stop a job; what is done stays done."""
    with asked() as client:
        return whole(client.jobs.cancel(job))


@command(app, "undo")
def undo(job: JobArgument) -> Report | None:
    """Print a CSV that, imported, takes back what a job has changed."""
    with asked() as client:
        text = client.jobs.undo(job)
    if json_wanted():
        return Report(facts={"csv": text}, told=[])
    sys.stdout.write(text)
    return None
