"""The clock of a sandbox: it ticks, and can be moved ahead."""

from dialplane.domain.callers import Caller
from dialplane.domain.errors import Invalid
from dialplane.domain.frozen import dataclass
from dialplane.domain.journal import Change, Happening
from dialplane.domain.rehearsals import Difference
from dialplane.domain.values import DAY_MS, Millis
from dialplane.operations import journal
from dialplane.store import organizations
from dialplane.store.database import Writer

FARTHEST_DAYS = 3_650
LATEST: Millis = 221_845_392_000_000
"""The year 9000. Calendars end with 9999, and months have to be counted beyond this instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """To an instant or by a span; one of the two."""

    to: Millis | None = None
    by_ms: Millis | None = None

    def span(self, now: Millis) -> Millis:
        field, span = ("by_ms", self.by_ms or 0) if self.to is None else ("to", self.to - now)
        if span <= 0:
            raise Invalid.one(field, "in_the_past")
        if span > FARTHEST_DAYS * DAY_MS:
            raise Invalid.one(field, "too_far_ahead", days=FARTHEST_DAYS)
        if now + span > LATEST:
            raise Invalid.one(field, "end_of_time")
        return span


def advance(db: Writer, caller: Caller, asked: Advance) -> tuple[Millis, Millis]:
    """Move the caller's sandbox ahead; answers its time and its offset, in milliseconds.

    Raises:
        SandboxOnly: the caller's key is a live one.
        Invalid: backwards, or too far at once.
    """
    caller.require_sandbox()
    sandbox = organizations.get_locked(db, caller.organization_id)
    # Somebody else may have moved the clock since this request came in.
    now = caller.now - caller.clock_offset_ms + sandbox.clock_offset_ms
    span = asked.span(now)
    moved = Change(
        happening=Happening.CLOCK_ADVANCED,
        resource_id=sandbox.id,
        before={"now": now},
        after={"now": now + span},
    )
    journal.mention(db, Difference.of(moved))
    return now + span, organizations.advance_clock(db, sandbox.id, by_ms=span)
