"""From rounds of calls to figures, and where they are kept."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from bench.figures import Spread
from bench.keeping import FOLDER
from bench.sip.calling import Calls

DIRECT, FIXED, EDGE = "SIPp to SIPp", "Kamailio with a fixed target", "the whole edge"
ASKING, ALONE = "Kamailio that asks, answered by a constant", "the edge, answered by a constant"
LEAST_OF_FIXED = 0.8
KEPT = FOLDER / "sip" / "calls.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One way, over all rounds.

    `ratio` is the rate of the whole edge over this way's; `added_*` is how much longer a call takes
    from INVITE to 200 than from SIPp to SIPp in the same round, at the calm rate.
    """

    per_s: Spread
    ratio: Spread
    added_p50_ms: Spread
    added_p99_ms: Spread
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    rounds: int
    calls: int
    per_s: int
    machine: str
    figures: dict[str, Figures]

    def keep(self) -> None:
        KEPT.parent.mkdir(exist_ok=True)
        KEPT.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n")

    @property
    def lines(self) -> Iterator[str]:
        """As a part of the page."""
        yield "### Calls through the SIP edge"
        yield ""
        yield (
            f"{self.machine.partition(';')[0]}. Medians of {self.rounds} rounds, ± the furthest"
            f" round: {self.calls:,} calls as fast as can be, then some at {self.per_s} a second."
        )
        yield ""
        yield "| | calls/s | the whole edge is | added to set-up, p50 ms | p99 ms | failed |"
        yield "| --- | ---: | ---: | ---: | ---: | ---: |"
        for name, found in self.figures.items():
            yield "| " + " | ".join((name, *cells(name, found))) + " |"
        yield ""


def kept() -> Kept | None:
    if not KEPT.exists():
        return None
    told: dict[str, Any] = json.loads(KEPT.read_text())
    told["figures"] = {
        name: Figures(
            **{key: Spread(**value) if isinstance(value, dict) else value
               for key, value in figures.items()}
        )
        for name, figures in told["figures"].items()
    }  # fmt: skip
    return Kept(**told)


def of_rounds(rush: dict[str, list[Calls]], calm: dict[str, list[Calls]]) -> dict[str, Figures]:
    """Each way's rounds, set against the edge's and SIPp's of the same round."""
    return {
        name: Figures(
            per_s=Spread.of([each.per_s for each in fast]),
            ratio=Spread.of(
                [ours.per_s / theirs.per_s for ours, theirs in zip(rush[EDGE], fast, strict=True)]
            ),
            added_p50_ms=Spread.of(
                [
                    each.p50_ms - bare.p50_ms
                    for each, bare in zip(calm[name], calm[DIRECT], strict=True)
                ]
            ),
            added_p99_ms=Spread.of(
                [
                    each.p99_ms - bare.p99_ms
                    for each, bare in zip(calm[name], calm[DIRECT], strict=True)
                ]
            ),
            failed=sum(each.failed for each in [*fast, *calm[name]]),
        )
        for name, fast in rush.items()
    }


def cells(name: str, found: Figures) -> tuple[str, ...]:
    def added(spread: Spread) -> str:
        return f"{spread.middle:.2f} ({spread.low:.2f} to {spread.high:.2f})"

    bare = name == DIRECT
    return (
        f"{found.per_s.middle:,.0f} ±{found.per_s.reach:.0%}",
        "" if name == EDGE else f"{found.ratio.middle:.2f} x ±{found.ratio.reach:.0%}",
        "" if bare else added(found.added_p50_ms),
        "" if bare else added(found.added_p99_ms),
        f"{found.failed:,}",
    )
