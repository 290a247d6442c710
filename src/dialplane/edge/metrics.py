"""How calls end, for Prometheus, as edges tell it."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

import prometheus_client

from dialplane.domain.calls import Call

_ENDINGS: Final = prometheus_client.Counter(
    "dialplane_call_endings",
    "Calls whose end an edge has told since this node started.",
    ("direction", "reason"),
)


def count_endings(calls: Iterable[Call]) -> None:
    told = Counter((call.direction.value, call.disconnection_reason or "none") for call in calls)
    for labels, count in told.items():
        _ENDINGS.labels(*labels).inc(count)
