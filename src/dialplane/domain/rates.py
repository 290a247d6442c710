"""What a rate limit says: so many requests in so much time."""

from typing import Final

from dialplane.domain.frozen import dataclass
from dialplane.domain.values import SECOND_MS, Millis

_WINDOWS_MS: Final = {"s": SECOND_MS, "min": 60 * SECOND_MS, "h": 3600 * SECOND_MS}


@dataclass(frozen=True, slots=True)
class RateRule:
    """At most `requests` in `window_ms`, all of which may come at once."""

    requests: int
    window_ms: Millis


def rules_in(text: str) -> tuple[RateRule, ...]:
    """Read `5/s,120/min`; empty is no limit.

    Raises:
        ValueError: not of that form.
    """
    return tuple(_rule(item.strip()) for item in text.split(",") if item.strip())


def _rule(item: str) -> RateRule:
    requests, _, unit = item.partition("/")
    if not requests.isdecimal() or int(requests) < 1 or unit not in _WINDOWS_MS:
        raise ValueError(f"DIALPLANE_RATE_LIMIT: {item!r} is not like 5/s, 120/min or 1000/h")
    return RateRule(int(requests), _WINDOWS_MS[unit])
