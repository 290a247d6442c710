"""How many calls there were in each hour or day of a time zone, and what became of them."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise
from math import gcd
from typing import Any, Final

from dialplane.domain.calls import CallStatus, Direction
from dialplane.domain.disconnections import DisconnectionReason
from dialplane.domain.frozen import dataclass
from dialplane.domain.values import DAY_MS, Millis

LONGEST_MS: Final = 32 * DAY_MS
"""Any month, and the hour a clock that is put back adds to it."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
# Islands have crossed the date line: the clock before a range may not have shown a whole day.
_LOOKED_BACK: Final = timedelta(days=2)


class BucketSize(StrEnum):
    HOUR = "hour"
    DAY = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Buckets:
    """A range cut where the clock of a time zone shows a full hour, or where its days begin.

    `edges` are where the buckets begin, the first of them at `start` or before it; `end` is the
    first instant behind the range. Every edge is a multiple of `grain_ms` away from the first one.
    """

    edges: tuple[Millis, ...]
    start: Millis
    end: Millis

    @classmethod
    def cut(cls, size: BucketSize, zone: tzinfo, *, start: Millis, end: Millis) -> "Buckets":
        edges = sorted(set(_edges(size, zone, start, end)))
        first = max(edge for edge in edges if edge <= start)
        return cls(edges=tuple(edge for edge in edges if first <= edge < end), start=start, end=end)

    @property
    def grain_ms(self) -> Millis:
        spans = [later - earlier for earlier, later in pairwise((*self.edges, self.end))]
        return gcd(*spans[:-1]) or spans[-1]

    @property
    def spans(self) -> list[tuple[Millis, Millis]]:
        """From when until when each goes, cut short where the range is."""
        return [*pairwise((self.start, *self.edges[1:], self.end))]


def _edges(size: BucketSize, zone: tzinfo, start: Millis, end: Millis) -> Iterator[Millis]:
    hours = size is BucketSize.HOUR
    step = timedelta(hours=1) if hours else timedelta(days=1)
    clock = (_clock(start, zone) - _LOOKED_BACK).replace(minute=0, second=0, microsecond=0)
    clock = clock if hours else clock.replace(hour=0)
    last = _clock(end, zone) + step
    while clock <= last:
        if hours:
            # A full hour the clock shows twice begins two, and one it skips none.
            both = (_instant(clock.replace(fold=fold), zone) for fold in (0, 1))
            yield from (instant for instant in both if _clock(instant, zone) == clock)
        else:
            # A midnight that is skipped is the instant of the skip.
            yield _instant(clock, zone)
        clock += step


def _clock(instant: Millis, zone: tzinfo) -> datetime:
    """What the clock on the wall shows."""
    return (_EPOCH + instant * _MILLISECOND).astimezone(zone).replace(tzinfo=None, fold=0)


def _instant(clock: datetime, zone: tzinfo) -> Millis:
    return (clock.replace(tzinfo=zone) - _EPOCH) // _MILLISECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class CallGroup:
    """Calls that are alike and lie in the same grain of a range, the first of which is 0.

    `measured` of them were answered and are over; `duration_ms` is how long these took together.
    """

    grain: int
    direction: Direction
    status: CallStatus
    reason: DisconnectionReason | None
    calls: int
    answered: int
    measured: int
    duration_ms: Millis


@dataclass(frozen=True, slots=True)
class Tally:
    """Calls of any kind, counted."""

    groups: Sequence[CallGroup]

    @property
    def calls(self) -> int:
        return sum(group.calls for group in self.groups)

    @property
    def answered(self) -> int:
        return sum(group.answered for group in self.groups)

    @property
    def answered_share(self) -> float | None:
        return round(self.answered / self.calls, 4) if self.calls else None

    @property
    def mean_duration_ms(self) -> Millis | None:
        measured = sum(group.measured for group in self.groups)
        return (
            round(sum(group.duration_ms for group in self.groups) / measured) if measured else None
        )

    @property
    def by_direction(self) -> Counter[Direction]:
        return self._by("direction")

    @property
    def by_status(self) -> Counter[CallStatus]:
        return self._by("status")

    @property
    def by_disconnection_reason(self) -> Counter[DisconnectionReason]:
        return self._by("reason")

    def _by(self, name: str) -> Counter[Any]:
        counts: Counter[Any] = Counter()
        for group in self.groups:
            counts[getattr(group, name)] += group.calls
        del counts[None]
        return counts


def tallies(buckets: Buckets, groups: Iterable[CallGroup]) -> list[Tally]:
    """One for each bucket, in their order."""
    found: defaultdict[int, list[CallGroup]] = defaultdict(list)
    for group in groups:
        instant = buckets.edges[0] + group.grain * buckets.grain_ms
        found[bisect_right(buckets.edges, instant) - 1].append(group)
    return [Tally(found[place]) for place in range(len(buckets.edges))]
