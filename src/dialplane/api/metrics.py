"""The questions an operator asks, as numbers for Prometheus."""

from prometheus_client import Counter, Histogram

REQUESTS = Counter(
    "dialplane_http_requests", "Answered HTTP requests.", ("method", "route", "status")
)
SECONDS = Histogram(
    "dialplane_http_request_seconds",
    "Time from the request to its answer, in seconds.",
    ("method", "route"),
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
