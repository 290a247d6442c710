"""Whether SIP peers answered the edge's pings, over time."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from itertools import accumulate, pairwise
from typing import Final

from dialplane.domain.frozen import dataclass
from dialplane.domain.values import DAY_MS, Millis

CHANGES_KEPT_MS: Final = 90 * DAY_MS
LONGEST_RANGE_MS: Final = 31 * DAY_MS


class PeerState(StrEnum):
    """What the edge's pings say; unknown until the first one."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"


_BEST_FIRST: Final = (PeerState.UP, PeerState.UNKNOWN, PeerState.DOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A peer in one state, from `since` until just before `until`; the code is what began it."""

    state: PeerState
    since: Millis
    until: Millis
    sip_code: int | None = None

    @property
    def lasted_ms(self) -> Millis:
        return self.until - self.since


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A part of a range and what of it a peer was up and down; the rest is unknown."""

    since: Millis
    until: Millis
    up_ms: Millis
    down_ms: Millis


@dataclass(frozen=True, slots=True)
class Health:
    """A range of time covered by spans, oldest first; neighbours differ in their state."""

    spans: tuple[Span, ...]

    @classmethod
    def over(cls, begin: Millis, end: Millis, known: Iterable[Span]) -> "Health":
        """What is known of a range, oldest first; what that leaves open is unknown."""
        spans, reached = [], begin
        for span in known:
            spans.append(Span(state=PeerState.UNKNOWN, since=reached, until=span.since))
            spans.append(span)
            reached = span.until
        spans.append(Span(state=PeerState.UNKNOWN, since=reached, until=end))
        return cls(tuple(_joined(spans)))

    @classmethod
    def of_any(cls, peers: Sequence["Health"]) -> "Health":
        """Of peers that stand in for each other, over one range: up while one of them is."""
        changes = sorted(
            (span.since, place, span.state)
            for place, peer in enumerate(peers)
            for span in peer.spans
        )
        now: dict[int, PeerState] = {}
        spans = []
        ends = [*(since for since, _, _ in changes[1:]), peers[0].spans[-1].until]
        for (since, place, state), until in zip(changes, ends, strict=True):
            now[place] = state
            best = min(now.values(), key=_BEST_FIRST.index)
            spans.append(Span(state=best, since=since, until=until))
        return cls(tuple(_joined(spans)))

    def spent_ms(self, state: PeerState) -> Millis:
        return sum(span.lasted_ms for span in self.spans if span.state is state)

    @property
    def availability(self) -> float | None:
        """The share of the known time that it was up; None when nothing is known."""
        up, down = self.spent_ms(PeerState.UP), self.spent_ms(PeerState.DOWN)
        return up / (up + down) if up + down else None

    def slots(self, count: int) -> list[Slot]:
        """The range in so many parts, equal to a millisecond."""
        begin, end = self.spans[0].since, self.spans[-1].until
        bounds = [begin + (end - begin) * place // count for place in range(count + 1)]
        up, down = self._spent_by(PeerState.UP), self._spent_by(PeerState.DOWN)
        return [
            Slot(
                since=since,
                until=until,
                up_ms=up(until) - up(since),
                down_ms=down(until) - down(since),
            )
            for since, until in pairwise(bounds)
        ]

    def _spent_by(self, state: PeerState) -> Callable[[Millis], Millis]:
        starts = [span.since for span in self.spans]
        before = [0, *accumulate(span.lasted_ms * (span.state is state) for span in self.spans)]

        def by(at: Millis) -> Millis:
            place = bisect_right(starts, at) - 1
            return before[place] + (at - starts[place]) * (self.spans[place].state is state)

        return by


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Without empty ones, and neighbours in the same state as one."""
    last: Span | None = None
    for span in spans:
        if not span.lasted_ms:
            continue
        if last is not None and last.state is span.state:
            last = replace(last, until=span.until)
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last
