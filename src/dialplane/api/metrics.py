"""The questions an operator asks, as numbers for Prometheus."""

from functools import cache
from typing import Final

from prometheus_client import Counter, Histogram

_REQUESTS: Final = Counter(
    "dialplane_http_requests", "Answered HTTP requests.", ("method", "route", "status")
)
_SECONDS: Final = Histogram(
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


def count_request(method: str, route: str, status: int, *, seconds: float) -> None:
    # Callers can make methods up; the number of time series is ours to keep.
    method = method if method in _METHODS else "other"
    _requests(method, route, status).inc()
    _seconds(method, route).observe(seconds)
