"""From rounds to figures: medians, how far the rounds lie apart, ratios within the same round."""

from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.loading import Outcome


@dataclass(frozen=True, slots=True)
class Spread:
    """A median, the smallest and the largest."""

    middle: float
    low: float
    high: float

    @classmethod
    def of(cls, values: list[float]) -> "Spread":
        return cls(median(values), min(values), max(values))

    @property
    def reach(self) -> float:
        """How far the furthest round is from the median, as a part of it."""
        return max(self.high - self.middle, self.middle - self.low) / self.middle


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One peer, one question: over all rounds. `ratio` is Dialplane's rate over this peer's."""

    per_s: Spread
    ratio: Spread
    p50_ms: float
    p99_ms: float
    cpu_us: float
    database_cpu_us: float
    memory_mb: float
    broken: int
    refused: int

    @classmethod
    def read(cls, told: dict[str, Any]) -> "Figures":
        spreads = {name: Spread(**told[name]) for name in ("per_s", "ratio")}
        return cls(**told | spreads)


def figures(ours: list[Outcome], theirs: list[Outcome]) -> Figures:
    """What the rounds of one peer amount to; `ours` are Dialplane's of the same rounds."""
    return Figures(
        per_s=Spread.of([outcome.per_s for outcome in theirs]),
        ratio=Spread.of([us.per_s / them.per_s for us, them in zip(ours, theirs, strict=True)]),
        p50_ms=median(outcome.p50_ms for outcome in theirs),
        p99_ms=median(outcome.p99_ms for outcome in theirs),
        cpu_us=median(outcome.cpu_us for outcome in theirs),
        database_cpu_us=median(outcome.database_cpu_us for outcome in theirs),
        memory_mb=max(outcome.memory_mb for outcome in theirs),
        broken=sum(outcome.broken for outcome in theirs),
        refused=sum(outcome.refused for outcome in theirs),
    )
