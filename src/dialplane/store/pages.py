"""Keyset pages: where a page starts is a row, not a count, so nothing repeats or goes missing."""

from dataclasses import dataclass
from typing import Generic, LiteralString, TypeVar

from dialplane.store.database import Reader, Row

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
    direction: LiteralString = "DESC" if request.descending else "ASC"
    beyond: LiteralString = "<" if request.descending else ">"
    sort = listing.sort
    start: LiteralString = ""
    if request.after is not None:
        start = " AND (" + sort + ", id) " + beyond + " (:after_value, :after_id)"
        parameters["after_value"], parameters["after_id"] = request.after
    query: LiteralString = (
        "SELECT " + listing.columns + " " + listing.matching + start
        + " ORDER BY " + sort + " " + direction + ", id " + direction + " LIMIT :limit"
    )  # fmt: skip
    rows = db.all(query, **parameters, limit=request.limit + 1)
    counted = db.one_or_none("SELECT count(*) AS total " + listing.matching, **parameters)
    total = counted["total"] if counted else 0
    if len(rows) <= request.limit:
        return rows, total, None
    rows = rows[: request.limit]
    return rows, total, (rows[-1][sort], rows[-1]["id"])
