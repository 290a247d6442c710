"""Lines that can be bought."""

from typing import Literal, Unpack

from dialplane.client.grouping import Group, Listing, M
from dialplane.client.groups.filters import Sorted
from dialplane.client.models.model import Page
from dialplane.client.models.numbers import Line
from dialplane.client.wire import Call, at, get

LineType = Literal["mobile", "landline", "voip", "uan", "personal", "toll_free"]


class LineFilters(Sorted, total=False):
    line_type: LineType
    sort_by: Literal["number", "monthly_fee"]


class Lines(Group[M]):
    """The stock."""

    @Listing
    def list(self, **filters: Unpack[LineFilters]) -> Call[Page[Line]]:
        """Lines that can be bought right now, in ascending order."""
        return get(Page[Line], at("/v3/telephone-numbers/available"), filters)
