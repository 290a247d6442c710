"""What is written about a row of a job: what it did or would do, or why it was refused."""

from dataclasses import replace
from typing import Final

from dialplane.domain.errors import DomainError, Invalid
from dialplane.domain.jobs import JobRow, RowProblem, RowState
from dialplane.domain.journal import differences
from dialplane.domain.routing import Refused
from dialplane.domain.values import Millis
from dialplane.operations.number_rows import Carried, RowRules
from dialplane.operations.rehearsing import Rehearsed
from dialplane.operations.simulation import Outcome

_MADE_UP: Final = ("id", "inbound_trunk_id", "outbound_trunk_id")
"""Given by chance: what a rehearsal got, nobody will ever see again."""


def rehearsed(
    row: JobRow, carried: Carried, seen: Rehearsed, *, rules: RowRules, now: Millis
) -> JobRow:
    """A row that was carried out and taken back again."""
    told = _told(row, carried, rules, now=now)
    if not carried.changed:
        return replace(told, state=RowState.UNCHANGED)
    changes = {name: each for name, each in told.changes.items() if name not in _MADE_UP}
    routing: dict[str, object] = {
        each.direction: {"before": _answer(each.before), "after": _answer(each.after)}
        for each in seen.routing
    }
    return replace(told, state=RowState.READY, changes=changes, routing=routing)


def done(row: JobRow, carried: Carried, rules: RowRules, *, now: Millis) -> JobRow:
    """A row that was carried out for good."""
    told = _told(row, carried, rules, now=now)
    state = RowState.DONE if carried.changed else RowState.UNCHANGED
    return replace(told, state=state, number_id=carried.after.id)


def repeated(row: JobRow, first_row_no: int) -> JobRow:
    """A row about a number that an earlier row is about."""
    problem = RowProblem(column="number", reason="row_repeated", facts={"line": first_row_no})
    return replace(row, state=RowState.REFUSED, code=Invalid.code, problems=(problem,))


def refused(row: JobRow, error: DomainError, state: RowState, *, now: Millis) -> JobRow:
    problems = error.problems if isinstance(error, Invalid) else []
    told = tuple(
        RowProblem(column=each.field, reason=each.reason, facts=each.facts) for each in problems
    )
    return replace(row, state=state, code=error.code, problems=told, settled_at=now)


def _told(row: JobRow, carried: Carried, rules: RowRules, *, now: Millis) -> JobRow:
    before, after = carried.before, carried.after
    was = None if before is None else before.told()
    return replace(
        row,
        subject=after.canonical,
        number_id=None if before is None else before.id,
        action=carried.action,
        tag=None if before is None else before.tag,
        before=was,
        changes=differences(was, after.told()),
        replaces_password=before is not None and rules.replaces_password(before, after),
        sealed_password_before=None if before is None else before.sip.sealed_password,
        settled_at=now,
    )


def _answer(outcome: Outcome) -> dict[str, object]:
    """Who answers, or why nobody does."""
    decision = outcome.decision
    answerer = None if isinstance(decision, Refused) else decision.answerer
    return {
        "outcome": "refused" if isinstance(decision, Refused) else "routed",
        "agent_id": None if answerer is None else answerer.mapping.agent_id,
        "agent_version": None if answerer is None else answerer.mapping.agent_version,
        "resolved_version": None if answerer is None else answerer.version,
        "reason": decision.reason if isinstance(decision, Refused) else None,
    }
