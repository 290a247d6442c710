"""When a paid period ends: months counted from the start of service, on a Korean calendar."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count, pairwise

# Korea has kept one offset, without summer time, since October 1988, and no number is older than
# this program. A fixed offset needs no time-zone database, which slim systems do not ship.
_SEOUL_OFFSET_MS = 9 * 60 * 60 * 1000
_DAY_MS = 24 * 60 * 60 * 1000
_EPOCH = date(1970, 1, 1)


def period_end_after(start_at: int, now: int) -> int:
    """The first end of a period that lies strictly after `now`, as milliseconds.

    The start is not the end of anything: before it and at it, the first period is the running one.
    """
    months = max(1, _month(now) - _month(start_at))
    end = _months_after(start_at, months)
    return end if end > now else _months_after(start_at, months + 1)


def periods(start_at: int, until: int) -> Iterator[tuple[int, int]]:
    """Every period that has begun by `until`, as (start, end); none when service starts later."""
    for start, end in pairwise(_months_after(start_at, months) for months in count()):
        if start > until:
            return
        yield start, end


def _months_after(start_at: int, months: int) -> int:
    """Always counted from the first day, so that 31 Jan, 28 Feb is followed by 31 Mar."""
    days, ms_of_day = divmod(start_at + _SEOUL_OFFSET_MS, _DAY_MS)
    year, month = divmod(_month(start_at) + months, 12)
    longest = monthrange(year, month + 1)[1]
    day = min((_EPOCH + timedelta(days=days)).day, longest)
    ordinal = (date(year, month + 1, day) - _EPOCH).days
    return ordinal * _DAY_MS + ms_of_day - _SEOUL_OFFSET_MS


def _month(instant: int) -> int:
    """Months since the year 0 in Seoul, so that months can be subtracted."""
    day = _EPOCH + timedelta(days=(instant + _SEOUL_OFFSET_MS) // _DAY_MS)
    return day.year * 12 + day.month - 1
