"""However calls come, go on, end and are forgotten, their lists know how many there are."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from builders import ACME, GLOBEX, NOW, an_id, an_organization
from dialplane.domain.calls import Call, CallEvent, CallId, CallStatus, CallType, Direction
from dialplane.domain.calls import EventType as Event
from dialplane.store import call_lists, calls, organizations
from dialplane.store.call_lists import CallFilter
from dialplane.store.database import Database
from dialplane.store.pages import PageRequest
from parts.counting import require_exact_counts
from parts.sweeping import sweep

OWNERS = (ACME, GLOBEX)
NEWS = [Event.ANSWERED, Event.ENDED, Event.FAILED, Event.REJECTED]
STEPS = st.lists(
    st.tuples(st.sampled_from(["begin", "forget", *NEWS]), st.integers(0, 7), st.booleans()),
    min_size=1,
    max_size=40,
)


@dataclass
class Switchboard:
    """Calls as they are written down, and what each should be."""

    database: Database
    known: list[Call] = field(default_factory=list)
    ids: Iterator[int] = field(default_factory=count)

    def do(self, step: str, which: int, kept: bool) -> None:  # noqa: FBT001  # Hypothesis says it
        """One transaction, which is given up unless it is `kept`."""
        before = list(self.known)
        with contextlib.suppress(GivenUpError), self.database.writing() as db:
            self._write(db, step, which)
            if not kept:
                self.known = before
                raise GivenUpError

    def _write(self, db: Any, step: str, which: int) -> None:
        if step == "begin":
            self.known.append(a_call(next(self.ids), OWNERS[which % 2]))
            calls.add(db, self.known[-1])
        elif self.known:
            at = which % len(self.known)
            if step == "forget":
                calls.forget(db, self.known.pop(at))
            else:
                call = self.known[at]
                self.known[at] = call.told(CallEvent(type=Event(step), at=NOW + 1))
                calls.save(db, call, self.known[at])

    def require_exact_totals(self) -> None:
        with self.database.snapshot() as db:
            for owner in OWNERS:
                own = [call.status for call in self.known if call.organization_id == owner]
                for wanted in (tuple(CallStatus), (), *((status,) for status in CallStatus)):
                    page = call_lists.list_page(
                        db,
                        owner,
                        CallFilter(statuses=wanted),
                        PageRequest(limit=1, descending=True),
                        reading=call_lists.WHOLE,
                    )
                    assert page.total_count == sum(not wanted or it in wanted for it in own)
        require_exact_counts(self.database)


class GivenUpError(Exception):
    """Something else in the transaction went wrong."""


def a_call(number: int, owner: Any) -> Call:
    return Call(
        id=CallId(an_id(number)),
        organization_id=owner,
        direction=Direction.INBOUND,
        call_type=CallType.INBOUND,
        from_number=None,
        to_number=None,
        agent=None,
        agent_version=None,
        created_at=NOW + number,
    )


@settings(max_examples=25)
@given(STEPS)
def test_lists_of_calls_know_how_many_there_are(
    swept_database: Database, steps: list[tuple[str, int, bool]]
) -> None:
    sweep(swept_database)
    with swept_database.writing() as db:
        for owner in OWNERS:
            organizations.add(db, an_organization(id=owner))
    switchboard = Switchboard(swept_database)

    for step in steps:
        switchboard.do(*step)

    switchboard.require_exact_totals()
