"""Lists of held numbers in SQL, and how many there are.

Triggers keep in `number_counts` how many numbers are written down as what. Those that time has
turned since, and nobody has written down yet, are few: they are counted here, by an index.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Final, LiteralString, NamedTuple, Protocol, Self, TypeVar

from dialplane.domain.frozen import dataclass
from dialplane.domain.numbers import Provider, Status, turned
from dialplane.domain.values import Millis, NumberId, OrganizationId, Won
from dialplane.store.database import Reader
from dialplane.store.numbers import SELECTED, of_values
from dialplane.store.pages import Listing, Page, PageRequest, Reading, merged_values


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberFilter:
    """Numbers in one of these states at `now`, of one provider or of both.

    `text` is looked for in memos, `digits` in numbers; either is enough.
    """

    statuses: frozenset[Status]
    provider: Provider | None
    now: Millis
    text: str | None = None
    digits: str | None = None


@dataclass(frozen=True, slots=True)
class _Turn:
    """What time makes of a written status, as `HeldNumber.at` does; `due` is when, in SQL."""

    becomes: Status
    due: LiteralString
    not_due: LiteralString


_TURNS: Final = {
    Status.SCHEDULED: _Turn(Status.ACTIVE, " AND start_at <= :now", " AND start_at > :now"),
    Status.CANCEL_REQUESTED: _Turn(Status.EXPIRED, " AND end_at <= :now", " AND end_at > :now"),
}
_OWN: Final[LiteralString] = "FROM telephone_numbers WHERE organization_id = :organization_id"
# Written out, since the indexes are for rows of one status.
_OF: Final[dict[Provider | Status, LiteralString]] = {
    Provider.VOX: " AND provider = 'vox'",
    Provider.CUSTOM: " AND provider = 'custom'",
    Status.ACTIVE: " AND status = 'active'",
    Status.SCHEDULED: " AND status = 'scheduled'",
    Status.CANCEL_REQUESTED: " AND status = 'cancel_requested'",
    Status.EXPIRED: " AND status = 'expired'",
}


class _Timed(Protocol):
    def at(self, now: Millis) -> Self: ...


N = TypeVar("N", bound=_Timed)


class NumberGlance(NamedTuple):
    """What a list tells of a number; the columns are named as these are."""

    created_at: Millis
    id: NumberId
    number: str
    provider: str
    status: str
    start_at: Millis
    updated_at: Millis
    monthly_fee: Won | None
    address: str | None
    inbound_trunk_id: str | None
    outbound_trunk_id: str | None
    inbound_agent_id: str | None
    inbound_version: str
    outbound_agent_id: str | None
    outbound_version: str
    memo: str | None
    end_at: Millis | None
    cancel_requested_at: Millis | None

    def at(self, now: Millis) -> "NumberGlance":
        """As `HeldNumber.at`."""
        if self.status not in _TURNS:
            return self
        turn = turned(Status(self.status), start_at=self.start_at, end_at=self.end_at, now=now)
        if turn is None:
            return self
        status, at = turn
        return self._replace(status=status, updated_at=max(self.updated_at, at))


GLANCES: Final = Reading(", ".join(NumberGlance._fields), NumberGlance._make)
WHOLE: Final = Reading(SELECTED, of_values)


def list_page(
    db: Reader,
    organization_id: OrganizationId,
    wanted: NumberFilter,
    request: PageRequest,
    *,
    reading: Reading[N],
) -> Page[N]:
    kinds = dict(_kinds(db, organization_id, wanted))
    sought: LiteralString = "" if wanted.text is None else _SOUGHT
    parameters: dict[str, object] = {
        "organization_id": organization_id,
        "now": wanted.now,
        "text": containing(wanted.text),
        "digits": containing(wanted.digits),
    }
    rows, following = merged_values(
        db,
        [
            Listing(columns=reading.columns, matching=kind + sought, sort="created_at")
            for kind in kinds
        ],
        request,
        **parameters,
    )
    items = [reading.of(values).at(wanted.now) for values in rows]
    if sought:
        kinds = {kind: _found(db, kind + sought, parameters) for kind in kinds}
    return Page(items=items, total_count=sum(kinds.values()), next=following)


_SOUGHT: Final[LiteralString] = """
    AND (lower(memo) LIKE lower(:text) ESCAPE '!' OR number LIKE :digits ESCAPE '!')
"""


def containing(text: str | None) -> str | None:
    """A pattern for LIKE that matches whatever contains this text, to the letter."""
    if text is None:
        return None
    return "%" + text.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%"


def _found(db: Reader, matching: LiteralString, parameters: dict[str, object]) -> int:
    """How many a search finds is kept nowhere."""
    row = db.one_or_none("SELECT count(*) AS total " + matching, **parameters)
    return row["total"] if row else 0


def _kinds(
    db: Reader, organization_id: OrganizationId, wanted: NumberFilter
) -> Iterator[tuple[LiteralString, int]]:
    """What is wanted, by provider and written status, and how many of each there are."""
    due = _Due(db, organization_id, wanted.now)
    for provider, status, written in _counts(db, organization_id):
        if wanted.provider not in (None, provider):
            continue
        matching = _OWN + _OF[provider] + _OF[status]
        turn = _TURNS.get(status)
        as_written = status in wanted.statuses
        as_turned = as_written if turn is None else turn.becomes in wanted.statuses
        if as_written and as_turned:
            yield matching, written
        elif as_written and turn is not None:
            yield matching + turn.not_due, written - due.of(provider, status)
        elif as_turned and turn is not None and due.of(provider, status):
            yield matching + turn.due, due.of(provider, status)


def _counts(db: Reader, organization_id: OrganizationId) -> Iterator[tuple[Provider, Status, int]]:
    """How many are written down as what; nothing about what there is none of."""
    rows = db.all(
        """
        SELECT provider, status, total FROM number_counts
         WHERE organization_id = :organization_id AND total > 0
        """,
        organization_id=organization_id,
    )
    return ((Provider(row["provider"]), Status(row["status"]), row["total"]) for row in rows)


class _Due:
    """How many numbers time has turned; asked for when it matters, and once."""

    def __init__(self, db: Reader, organization_id: OrganizationId, now: Millis) -> None:
        self._db = db
        self._of = {"organization_id": organization_id, "now": now}
        self._counted: dict[Status, Counter[str]] = {}

    def of(self, provider: Provider, status: Status) -> int:
        if status not in self._counted:
            rows = self._db.all(
                "SELECT provider " + _OWN + _OF[status] + _TURNS[status].due, **self._of
            )
            self._counted[status] = Counter(row["provider"] for row in rows)
        return self._counted[status][provider]
