"""Lists of calls by every filter of the contract, in SQL."""

from collections.abc import Iterable
from dataclasses import field, replace
from typing import Final, LiteralString, NamedTuple, TypeVar

from dialplane.domain.calls import CallId, CallStatus, CallType
from dialplane.domain.disconnections import DisconnectionReason
from dialplane.domain.frozen import dataclass
from dialplane.domain.labels import Label
from dialplane.domain.values import AgentId, Millis, OrganizationId
from dialplane.store.call_rows import SELECTED, call_of
from dialplane.store.database import Reader
from dialplane.store.pages import Listing, Page, PageRequest, Reading, merged_values

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilter:
    """Nothing given is no filter.

    The instants compare when a call was answered, else when it was made; the durations know
    answered calls that are over.
    """

    number_ids: tuple[str, ...] = ()
    agent_ids: tuple[str, ...] = ()
    agent_versions: tuple[str, ...] = ()
    statuses: tuple[CallStatus, ...] = ()
    call_types: tuple[CallType, ...] = ()
    reasons: tuple[DisconnectionReason, ...] = ()
    call_from: tuple[str, ...] = ()
    call_to: tuple[str, ...] = ()
    start_at_after: Millis | None = None
    start_at_before: Millis | None = None
    duration_ms_min: Millis | None = None
    duration_ms_max: Millis | None = None
    metadata: tuple[Label, ...] = ()
    dynamic_variables: tuple[Label, ...] = ()
    nothing: bool = False


@dataclass(slots=True)
class Clauses:
    """The conditions of a query and the values of their parameters, growing together."""

    text: LiteralString
    parameters: dict[str, object] = field(default_factory=dict)

    def among(self, column: LiteralString, values: Iterable[str]) -> None:
        names = self._names(values)
        if names:
            self.text += " AND " + column + " IN (" + names + ")"

    def labelled(self, kind: LiteralString, labels: Iterable[Label]) -> None:
        """Values of one name widen, further names narrow."""
        by_name: dict[str, list[str]] = {}
        for label in labels:
            by_name.setdefault(label.name, []).append(label.value)
        for name, values in by_name.items():
            self.text += (
                " AND EXISTS (SELECT 1 FROM call_labels"
                " WHERE call_labels.organization_id = calls.organization_id"
                " AND call_labels.call_id = calls.id AND kind = '" + kind + "'"
                " AND name = " + self._names([name]) + " AND value IN ("
                + self._names(values) + "))"
            )  # fmt: skip

    def _names(self, values: Iterable[str]) -> LiteralString:
        names: LiteralString = ""
        for value in values:
            place: LiteralString = "v" + str(len(self.parameters))
            self.parameters[place] = value
            names += (", :" if names else ":") + place
        return names


INSTANT: Final = "coalesce(answered_at, created_at)"
"""When a call is said to have been."""

# A call is answered within minutes of its making, so that those of a range are found by when they
# were made; the few others have an index of their own. Together the two are all calls.
_PROMPT: Final = " AND coalesce(answered_at - created_at, 0) BETWEEN 0 AND 300000"
_MADE: Final[tuple[tuple[str, LiteralString], ...]] = (
    ("start_at_after", " AND created_at >= :start_at_after - 300000"),
    ("start_at_before", " AND created_at <= :start_at_before"),
)
_ASTRAY: Final = " AND answered_at - created_at NOT BETWEEN 0 AND 300000"

_BOUNDS: Final[tuple[tuple[str, LiteralString], ...]] = (
    ("start_at_after", " AND " + INSTANT + " >= :start_at_after"),
    ("start_at_before", " AND " + INSTANT + " <= :start_at_before"),
    ("duration_ms_min", " AND ended_at - answered_at >= :duration_ms_min"),
    ("duration_ms_max", " AND ended_at - answered_at <= :duration_ms_max"),
)


class CallGlance(NamedTuple):
    """What a list tells of a call; the columns are named as these are."""

    created_at: Millis
    id: CallId
    agent_id: AgentId | None
    agent_selector: str
    call_type: str
    status: str
    from_number: str | None
    to_number: str | None
    presentation_number: str | None
    disconnection_reason: str | None
    answered_at: Millis | None
    ended_at: Millis | None
    metadata: str
    dynamic_variables: str
    variant_label: str | None
    opt_out_sensitive_data_storage: int


GLANCES: Final = Reading(", ".join(CallGlance._fields), CallGlance._make)
WHOLE: Final = Reading(SELECTED, call_of)


def list_page(
    db: Reader,
    organization_id: OrganizationId,
    wanted: CallFilter,
    request: PageRequest,
    *,
    reading: Reading[T],
) -> Page[T]:
    clauses = clauses_of(wanted)
    rows, following = merged_values(
        db,
        [Listing(columns=reading.columns, matching=clauses.text, sort="created_at")],
        request,
        organization_id=organization_id,
        **clauses.parameters,
    )
    items = [reading.of(values) for values in rows]
    total = _total(db, organization_id, wanted, clauses)
    return Page(items=items, total_count=total, next=following)


def _total(
    db: Reader, organization_id: OrganizationId, wanted: CallFilter, clauses: Clauses
) -> int:
    """How many there are: as triggers keep it by status; every other filter is counted through."""
    if replace(wanted, statuses=()) == CallFilter():
        ended, going_on = Clauses(_ENDED), Clauses(_GOING_ON)
        ended.among("status", wanted.statuses)
        going_on.among("status", wanted.statuses)
        counted: LiteralString = f"SELECT ({ended.text}) + ({going_on.text}) AS total"
    else:
        counted = "SELECT count(*) AS total " + found(wanted, clauses, columns="id")
    parameters = clauses.parameters
    row = db.one_or_none(counted, organization_id=organization_id, **parameters)
    return int(row["total"]) if row else 0


# What is over is counted by triggers; what goes on is few, and an index knows it.
_ENDED: Final[LiteralString] = (
    "SELECT coalesce(sum(total), 0) FROM call_counts"
    " WHERE organization_id = :organization_id AND status NOT IN ('queued', 'ongoing')"
)
_GOING_ON: Final[LiteralString] = (
    "SELECT count(*) FROM calls WHERE organization_id = :organization_id AND ended_at IS NULL"
)


def found(wanted: CallFilter, clauses: Clauses, *, columns: LiteralString) -> LiteralString:
    """FROM which calls of a filter are counted, each with these columns."""
    every: LiteralString = "SELECT " + columns + " " + clauses.text
    made: LiteralString = ""
    for name, clause in _MADE:
        if getattr(wanted, name) is not None:
            made += clause
    if not made:
        return "FROM (" + every + ") AS found"
    return "FROM (" + every + made + _PROMPT + " UNION ALL " + every + _ASTRAY + ") AS found"


def clauses_of(wanted: CallFilter) -> Clauses:
    clauses = Clauses("FROM calls WHERE organization_id = :organization_id")
    if wanted.nothing:
        clauses.text += " AND 1 = 0"
    clauses.among("number_id", wanted.number_ids)
    clauses.among("agent_id", wanted.agent_ids)
    clauses.among("agent_version", wanted.agent_versions)
    clauses.among("status", wanted.statuses)
    clauses.among("call_type", wanted.call_types)
    clauses.among("disconnection_reason", wanted.reasons)
    clauses.among("from_number", wanted.call_from)
    clauses.among("to_number", wanted.call_to)
    clauses.labelled("metadata", wanted.metadata)
    clauses.labelled("dynamic_variables", wanted.dynamic_variables)
    for name, clause in _BOUNDS:
        value = getattr(wanted, name)
        if value is not None:
            clauses.text += clause
            clauses.parameters[name] = value
    return clauses
