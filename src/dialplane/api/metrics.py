"""The questions an operator asks, as numbers for Prometheus."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Final

import prometheus_client

if TYPE_CHECKING:
    from dialplane.api.daybook import Note


class _Seconds(prometheus_client.Histogram):
    """A histogram that takes many observations for little more than the price of one."""

    def observe_all(self, seconds: Sequence[float]) -> None:
        self._sum.inc(sum(seconds))
        places = Counter(bisect_left(self._upper_bounds, each) for each in seconds)
        for place, count in places.items():
            self._buckets[place].inc(count)


_REQUESTS: Final = prometheus_client.Counter(
    "dialplane_http_requests", "Answered HTTP requests.", ("method", "route", "status")
)
_SECONDS: Final = _Seconds(
    "dialplane_http_request_seconds",
    "Time from the request to its answer, in seconds.",
    ("method", "route"),
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)

# Looking a child up by its labels costs more than counting; there are only so many of them:
# known methods, routes of the contract, and statuses.
_requests = cache(_REQUESTS.labels)
_seconds = cache(_SECONDS.labels)


_METHODS: Final = frozenset({"GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS"})


def count_requests(notes: "Iterable[Note]") -> None:
    seconds: defaultdict[tuple[str, str, int], list[float]] = defaultdict(list)
    for note in notes:
        # Callers can make methods up; the number of time series is ours to keep.
        method = note.method if note.method in _METHODS else "other"
        seconds[method, note.route, note.status].append(note.seconds)
    for (method, route, status), each in seconds.items():
        _requests(method, route, status).inc(len(each))
        _seconds(method, route).observe_all(each)
