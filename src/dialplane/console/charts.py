"""Calls by hour or day as bars: where each stands and how tall it is."""

from collections.abc import Sequence
from typing import Any, Final

from dialplane.console.formats import in_seoul
from dialplane.console.visits import Visit
from dialplane.domain.frozen import dataclass
from dialplane.domain.values import DAY_MS, Millis

COUNTS: Final = "/x/v1/calls/counts"
_HOUR_MS: Final = DAY_MS // 24
_HOURS_AT_MOST_MS: Final = 2 * DAY_MS
_LABELS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bucket: its answered calls, and on top of them the others, of a height of 100 together."""

    bucket: dict[str, Any]
    label: str
    answered: float
    missed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Every so many bars, `step`, one has its label below it."""

    by: str
    totals: dict[str, Any]
    bars: Sequence[Bar]
    most: int
    step: int

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """The most frequent first."""
        counts = self.totals["by_disconnection_reason"].items()
        return sorted(counts, key=lambda each: -each[1])


def chart_of(visit: Visit, wanted: dict[str, Any]) -> Chart:
    """The calls a list finds in its range; without one, those of the last 24 hours.

    Raises:
        Refused: a filter is wrong, or the range too long.
    """
    since, until = wanted.get("start_at_after"), wanted.get("start_at_before")
    if not since and not until:
        since = visit.now - visit.now % _HOUR_MS - DAY_MS + _HOUR_MS
    by_day = isinstance(since, int) and _end(until, visit.now) - since > _HOURS_AT_MOST_MS
    asked = wanted | {"start_at_after": since, "bucket": "day" if by_day else "hour"}
    return drawn(visit.api.get(COUNTS, **asked))


def _end(until: object, now: Millis) -> Millis:
    return until if isinstance(until, int) else now


def drawn(counts: dict[str, Any]) -> Chart:
    """What the API counted, with the tallest bar at full height."""
    buckets = counts["buckets"]
    most = max(each["calls"] for each in buckets)
    form = "%m-%d" if counts["bucket"] == "day" else "%H:%M"
    return Chart(
        by=counts["bucket"],
        totals=counts["totals"],
        bars=[_bar(each, form, most) for each in buckets],
        most=most,
        step=-(-len(buckets) // _LABELS),
    )


def _bar(bucket: dict[str, Any], form: str, most: int) -> Bar:
    tall = 100 / most if most else 0
    answered = round(bucket["answered"] * tall, 2)
    return Bar(
        bucket=bucket,
        label=in_seoul(bucket["start_at"]).strftime(form),
        answered=answered,
        missed=round(bucket["calls"] * tall - answered, 2),
    )
