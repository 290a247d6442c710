"""How long peers were up, as pages show it: a strip for a day, a week or thirty days."""

from typing import Any, Final

from dialplane.console.api import Refused
from dialplane.console.visits import Visit
from dialplane.domain.values import DAY_MS

SPANS: Final = {"day": DAY_MS, "week": 7 * DAY_MS, "month": 30 * DAY_MS}
_SLOTS: Final = 120


def span_chosen(visit: Visit) -> str:
    asked = visit.asked("span")
    return asked if asked in SPANS else "day"


def health_of(visit: Visit, path: str) -> dict[str, Any] | None:
    """What the API tells of the span that was chosen; None when it does not."""
    begin = visit.now - SPANS[span_chosen(visit)]
    try:
        told: dict[str, Any] = visit.api.get(f"{path}/health", from_at=begin, slots=_SLOTS)
    except Refused:
        return None
    return told
