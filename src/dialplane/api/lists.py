"""Lists: limit, cursor and sort order in, the list envelope out."""

from collections.abc import Callable
from typing import Literal, TypeVar

import msgspec

from dialplane.api.cursors import Cursors
from dialplane.api.queries import Cursor, Limit
from dialplane.api.requests import answer
from dialplane.api.shapes import Shape
from dialplane.domain.callers import Caller
from dialplane.operations.changes import Answer
from dialplane.store.pages import Page, PageRequest

T = TypeVar("T")
SortOrder = Literal["asc", "desc"]


class ListQuery(Shape):
    """What every list takes; lists differ in filters and in their default order."""

    cursor: Cursor | None = None
    limit: Limit = 50
    sort_order: SortOrder = "desc"


class ListRequest:
    """One page of one list as it was asked for; cursors are bound to everything but the limit."""

    def __init__(self, name: str, query: ListQuery, caller: Caller, cursors: Cursors) -> None:
        self._scope = (name, caller.organization_id, _question(query))
        self._cursors = cursors
        self.page = PageRequest(
            limit=query.limit,
            descending=query.sort_order == "desc",
            after=cursors.read(query.cursor or None, self._scope),
        )

    def answer(self, page: Page[T], body_of: Callable[[T], object]) -> Answer:
        return answer(self.envelope(page, body_of))

    def envelope(self, page: Page[T], body_of: Callable[[T], object]) -> dict[str, object]:
        return {
            "items": [body_of(item) for item in page.items],
            "total_count": page.total_count,
            "next_cursor": self._cursors.write(page.next, self._scope),
        }


def _question(query: ListQuery) -> dict[str, object]:
    """What was asked for, whichever page of it and in whatever order the values came."""
    told = msgspec.to_builtins(query) | {"cursor": None, "limit": None}
    return {
        name: sorted(set(value)) if isinstance(value, list) else value
        for name, value in told.items()
    }
