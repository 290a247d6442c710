"""Many numbers at once, as CSV: previewed, applied row by row, and taken back."""

from collections.abc import Sequence
from typing import Final, Literal, Unpack

from dialplane.client.grouping import Group, Listing, M, Operation
from dialplane.client.groups.filters import Sorted
from dialplane.client.models.jobs import Job, JobRow
from dialplane.client.models.model import Page
from dialplane.client.wire import Call, File, Reading, Writing, at, get, post, upload

NUMBERS: Final = "/x/v1/numbers.csv"
JOB: Final = "/x/v1/jobs/{job_id}"

Status = Literal["active", "scheduled", "cancel_requested", "expired"]
RowState = Literal["waiting", "ready", "unchanged", "refused", "done", "conflict", "skipped"]


class SheetFilters(Reading, total=False):
    provider: Literal["vox", "custom"]
    status: Status | Sequence[Status]


class RowFilters(Sorted, total=False):
    state: RowState


class Jobs(Group[M]):
    """Imports of numbers, and the file they come from."""

    @Operation
    def export_numbers(self, **filters: Unpack[SheetFilters]) -> Call[str]:
        """Every held number as CSV, in any state unless `status` says otherwise."""
        return get(str, at(NUMBERS), filters)

    @Operation
    def import_numbers(self, sheet: bytes, **options: Unpack[Writing]) -> Call[Job]:
        """Begin the preview of a CSV; nothing changes before the job is told to apply."""
        return upload(Job, at(NUMBERS), File(sheet, "text/csv"), options)

    @Listing
    def list(self, **filters: Unpack[Sorted]) -> Call[Page[Job]]:
        return get(Page[Job], at("/x/v1/jobs"), filters)

    @Operation
    def get(self, job_id: str, **options: Unpack[Reading]) -> Call[Job]:
        """How far it is."""
        return get(Job, at(JOB, job_id), options)

    @Listing
    def rows(self, job_id: str, **filters: Unpack[RowFilters]) -> Call[Page[JobRow]]:
        """What each row would change or has changed, in the order of the file."""
        return get(Page[JobRow], at(f"{JOB}/rows", job_id), filters)

    @Operation
    def apply(self, job_id: str, **options: Unpack[Writing]) -> Call[Job]:
        """Let it change what its preview said."""
        return post(Job, at(f"{JOB}/apply", job_id), options)

    @Operation
    def cancel(self, job_id: str, **options: Unpack[Writing]) -> Call[Job]:
        """Stop it; what is done stays done."""
        return post(Job, at(f"{JOB}/cancel", job_id), options)

    @Operation
    def undo(self, job_id: str, **options: Unpack[Reading]) -> Call[str]:
        """A CSV that, imported, takes back what it has changed."""
        return get(str, at(f"{JOB}/undo.csv", job_id), options)
