"""What lists have in common."""

from typing import Literal

from dialplane.client.wire import Reading

SortOrder = Literal["asc", "desc"]


class Paging(Reading, total=False):
    """`limit` is how many items a page holds, 100 at most; `cursor` is where a list goes on."""

    cursor: str
    limit: int


class Sorted(Paging, total=False):
    sort_order: SortOrder
