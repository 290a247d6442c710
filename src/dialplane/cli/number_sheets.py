"""Numbers as CSV: printed, and read back as a job with a preview and an undo file."""

import sys
import time
from pathlib import Path
from typing import Annotated, Final

import typer

from dialplane.cli.asking import Yes, asked, confirmed, gathered
from dialplane.cli.commands import command
from dialplane.cli.faults import Refused
from dialplane.cli.progress import progress_bar
from dialplane.cli.showing import whole
from dialplane.cli.terminal import Report, json_wanted, remark, table
from dialplane.client import Dialplane
from dialplane.client.models.jobs import Job, JobRow

COLUMNS: Final = ("#ROW", "NUMBER", "STATE", "WHAT", "WHY")
SHOWN: Final = 20
_PAUSE_S: Final = 0.2
_ON_ITS_WAY: Final = {"previewing", "applying"}


def add_to(app: typer.Typer) -> None:
    command(app, "export")(export)
    command(app, "import")(import_)


def export() -> Report | None:
    """Print every number you hold as CSV."""
    with asked() as client:
        text = client.jobs.export_numbers()
    if json_wanted():
        return Report(facts={"csv": text}, told=[])
    sys.stdout.write(text)
    return None


def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="As `numbers export` prints it; - is stdin.")
    ],
    *,
    yes: Yes = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what would change.")
    ] = False,
) -> Report:
    """Change many numbers by a CSV: first the preview, then the question, then row by row."""
    sheet = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    with asked() as client:
        job = settled(client, client.jobs.import_numbers(sheet).id, "previewing")
        if job.status != "previewed":
            raise Refused(f"The preview failed: {job.failure}.", code="PREVIEW_FAILED")
        rows = gathered(client.jobs.rows(job.id, limit=SHOWN), SHOWN)[0]
        remark(counts(job))
        preview = [table(*COLUMNS, rows=[row_of(each) for each in rows])]
        if dry_run or not job.rows.ready:
            client.jobs.cancel(job.id)
            return Report(facts=whole(job).facts, told=preview, failed=bool(job.rows.refused))
        try:
            confirmed(preview, "Apply it?", yes=yes)
        except (Refused, typer.Abort):
            client.jobs.cancel(job.id)
            raise
        client.jobs.apply(job.id)
        done = settled(client, job.id, "applying")
    remark(f"dialplane jobs undo {job.id} > undo.csv makes the way back.")
    return Report(facts=whole(done).facts, told=[counts(done)], failed=bool(done.rows.conflict))


def settled(client: Dialplane, job_id: str, doing: str) -> Job:
    """Wait for a job that is on its way, with a bar for those who watch."""
    job = client.jobs.get(job_id)
    with progress_bar(doing.capitalize(), max(job.rows.total, 1)) as bar:
        while job.status in _ON_ITS_WAY:
            time.sleep(_PAUSE_S)
            job = client.jobs.get(job_id)
            bar.reach(job.rows.done + job.rows.ready + job.rows.refused + job.rows.unchanged)
    return job


def counts(job: Job) -> str:
    """Only what there is of it."""
    states = {name: getattr(job.rows, name) for name in job.rows.__struct_fields__}
    return ", ".join(f"{count:,} {name}" for name, count in states.items() if count)


def row_of(each: JobRow) -> tuple[object, ...]:
    problems = "; ".join(f"{problem.column}: {problem.reason}" for problem in each.problems)
    changed = ", ".join(each.changes)
    return each.row, each.number, each.state, each.action or changed, problems or each.message
