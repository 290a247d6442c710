"""Keyset pages: where a page starts is a row, not a count, so nothing repeats or goes missing."""

from collections.abc import Callable, Sequence
from typing import Generic, LiteralString, TypeVar

from dialplane.domain.frozen import dataclass
from dialplane.store.database import Reader, Row, Values

R = TypeVar("R")
T = TypeVar("T")
Place = tuple[int | str, str]
"""The sort value and the id of the last row of a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    limit: int
    descending: bool
    after: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    items: list[T]
    total_count: int
    next: Place | None


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """Which columns are read, what is sorted by and the id before all others, and what of them."""

    columns: LiteralString
    of: Callable[[Values], T]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What is listed: `matching` is `FROM ... WHERE ...`, `sort` the column; ties break by id."""

    columns: LiteralString
    matching: LiteralString
    sort: LiteralString


def page(
    db: Reader, listing: Listing, request: PageRequest, **parameters: object
) -> tuple[list[Row], int, Place | None]:
    """One page of rows, how many match in all, and where the next page starts."""
    rows, following = merged(db, [listing], request, **parameters)
    counted = db.one_or_none("SELECT count(*) AS total " + listing.matching, **parameters)
    return rows, counted["total"] if counted else 0, following


def merged(
    db: Reader, listings: Sequence[Listing], request: PageRequest, **parameters: object
) -> tuple[list[Row], Place | None]:
    """One page of the rows of several listings that share none, and where the next one starts.

    The engine takes turns between their indexes. Where each listing has one for what it asks and
    how it sorts, a page costs the same wherever it is, and however rare such rows are.
    """
    if not listings:
        return [], None
    rows = db.all(_beyond(listings, request), **parameters, **_bounds(request))
    kept, last = _cut(rows, request)
    return kept, None if last is None else (last[listings[0].sort], last["id"])


def merged_values(
    db: Reader, listings: Sequence[Listing], request: PageRequest, **parameters: object
) -> tuple[list[Values], Place | None]:
    """The same by place, for the columns of a `Reading`."""
    if not listings:
        return [], None
    rows = db.all_values(_beyond(listings, request), **parameters, **_bounds(request))
    kept, last = _cut(rows, request)
    return kept, None if last is None else (last[0], last[1])


def _beyond(listings: Sequence[Listing], request: PageRequest) -> LiteralString:
    """The statement for the rows of a page and one more."""
    direction: LiteralString = "DESC" if request.descending else "ASC"
    sort = listings[0].sort
    beyond: LiteralString = ""
    if request.after is not None:
        than: LiteralString = "<" if request.descending else ">"
        beyond = " AND (" + sort + ", id) " + than + " (:after_value, :after_id)"
    selects = ("SELECT " + one.columns + " " + one.matching + beyond for one in listings)
    return (
        " UNION ALL ".join(selects)
        + " ORDER BY " + sort + " " + direction + ", id " + direction + " LIMIT :limit"
    )  # fmt: skip


def _bounds(request: PageRequest) -> dict[str, object]:
    bounds: dict[str, object] = {"limit": request.limit + 1}
    if request.after is not None:
        bounds["after_value"], bounds["after_id"] = request.after
    return bounds


def _cut(rows: list[R], request: PageRequest) -> tuple[list[R], R | None]:
    """The rows of a page, and its last one if there are more behind it."""
    if len(rows) <= request.limit:
        return rows, None
    return rows[: request.limit], rows[request.limit - 1]
