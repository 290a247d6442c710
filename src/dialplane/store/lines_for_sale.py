"""Lists of the lines one could buy, in SQL, and how many there are.

Triggers keep in `line_counts` how many lines of each type are written down as in stock; what can be
bought is decided by `available_from` alone. The few lines where the two differ are counted here, by
an index: those that came back and nobody has written down yet, and those in stock for later.
"""

from collections import Counter
from typing import Final, Literal, LiteralString

from dialplane.domain.frozen import dataclass
from dialplane.domain.lines import Line, LineType
from dialplane.domain.values import Millis
from dialplane.store.database import Reader
from dialplane.store.lines import line_of
from dialplane.store.pages import Listing, Page, PageRequest, merged

LineSort = Literal["number", "monthly_fee"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFilter:
    """Lines for sale at `now`, of one type or of all."""

    line_type: LineType | None
    sort: LineSort
    now: Millis


# Written out as in the indexes, which are for these rows alone.
_IN_STOCK: Final[LiteralString] = "FROM lines WHERE realm = :realm AND status = 'in_stock'"
# A sum, since nearly all of them are: the index for this would only be in the way of the order.
_ALREADY: Final[LiteralString] = " AND available_from + 0 <= :now"
_RETURNED: Final[LiteralString] = (
    "FROM lines WHERE realm = :realm AND status <> 'in_stock'"
    " AND available_from IS NOT NULL AND available_from <= :now"
)
_OF: Final[dict[LineType, LiteralString]] = {
    LineType.MOBILE: " AND line_type = 'mobile'",
    LineType.LANDLINE: " AND line_type = 'landline'",
    LineType.VOIP: " AND line_type = 'voip'",
    LineType.UAN: " AND line_type = 'uan'",
    LineType.PERSONAL: " AND line_type = 'personal'",
    LineType.TOLL_FREE: " AND line_type = 'toll_free'",
}


def list_available(db: Reader, realm: str, wanted: LineFilter, request: PageRequest) -> Page[Line]:
    in_stock, returned = _counts(db, realm, now=wanted.now)
    kinds: list[LiteralString] = []
    total = 0
    for line_type in [wanted.line_type] if wanted.line_type else LineType:
        total += in_stock[line_type] + returned[line_type]
        if in_stock[line_type]:
            kinds.append(_IN_STOCK + _ALREADY + _OF[line_type])
        if returned[line_type]:
            kinds.append(_RETURNED + _OF[line_type])
    rows, following = merged(
        db,
        [Listing(columns="*", matching=matching, sort=wanted.sort) for matching in kinds],
        request,
        realm=realm,
        now=wanted.now,
    )
    return Page(items=[line_of(row) for row in rows], total_count=total, next=following)


def _counts(db: Reader, realm: str, *, now: Millis) -> tuple[Counter[LineType], Counter[LineType]]:
    """How many can be bought: of those written down as in stock, and of the others."""
    in_stock: Counter[LineType] = Counter()
    rows = db.all("SELECT line_type, total FROM line_counts WHERE realm = :realm", realm=realm)
    for row in rows:  # one for each shard
        in_stock[LineType(row["line_type"])] += row["total"]
    later = "SELECT line_type " + _IN_STOCK + " AND available_from > :now"
    in_stock.subtract(_types(db, later, realm=realm, now=now))
    return in_stock, _types(db, "SELECT line_type " + _RETURNED, realm=realm, now=now)


def _types(db: Reader, sql: LiteralString, *, realm: str, now: Millis) -> Counter[LineType]:
    return Counter(LineType(row["line_type"]) for row in db.all(sql, realm=realm, now=now))
