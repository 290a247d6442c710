"""Many numbers at once: jobs, and their rows."""

import msgspec

from dialplane.client.models.events import Change
from dialplane.client.models.model import Model


class RowCounts(Model, frozen=True, kw_only=True):
    """How many rows are in each state."""

    total: int
    waiting: int = 0
    ready: int = 0
    unchanged: int = 0
    refused: int = 0
    done: int = 0
    conflict: int = 0
    skipped: int = 0


class Job(Model, frozen=True, kw_only=True):
    """An import: previewing, previewed, applying, done, cancelled or failed."""

    id: str
    status: str
    rows: RowCounts
    kind: str = "number_import"
    failure: str | None = None
    encoding: str = "utf-8"
    key_id: str | None = None
    created_at: int | None = None
    updated_at: int | None = None
    ended_at: int | None = None
    kept_until: int | None = None


class RowProblem(Model, frozen=True, kw_only=True):
    """What is wrong with one cell."""

    column: str
    reason: str


class WhoAnswers(Model, frozen=True, kw_only=True):
    """What becomes of a call over a number."""

    outcome: str
    agent_id: str | None = None
    agent_version: str | None = None
    resolved_version: str | None = None
    reason: str | None = None


class WhoAnswersChange(Model, frozen=True, kw_only=True):
    before: WhoAnswers
    after: WhoAnswers


class RowRouting(Model, frozen=True, kw_only=True):
    """What a row means for calls, as its preview found it."""

    inbound: WhoAnswersChange
    outbound: WhoAnswersChange


class JobRow(Model, frozen=True, kw_only=True):
    """One row of the file, and what it would change or has changed."""

    row: int
    state: str
    number: str | None = None
    organization_telephone_number_id: str | None = None
    action: str | None = None
    changes: dict[str, Change] = msgspec.field(default_factory=dict)
    replaces_auth_password: bool = False
    routing: RowRouting | None = None
    code: str | None = None
    message: str | None = None
    problems: tuple[RowProblem, ...] = ()
    settled_at: int | None = None
