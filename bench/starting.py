"""What a start costs: servers by turns, each from its command to its first right answer."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, TypeVar

from bench.figures import Spread
from bench.peers.catalogue import DIALPLANE, Peer
from bench.serving import Server, Start
from bench.stocking import Say

NAME = "start"
TITLE = "start, from the command to the first answer"

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Starts:
    """One peer over all rounds; a ratio is Dialplane's start over this peer's in the same round."""

    seconds: Spread
    ratio: Spread
    cpu_s: Spread
    cpu_ratio: Spread

    @classmethod
    def read(cls, told: dict[str, Any]) -> "Starts":
        return cls(**{name: Spread(**spread) for name, spread in told.items()})


def starts(
    peers: tuple[Peer, ...],
    serve: Callable[[Peer], AbstractContextManager[Server]],
    rounds: int,
    say: Say,
) -> dict[str, Starts]:
    """Start each of them once a round, alone, and stop it again; the first round does not count.

    That one brings programs and rows into the memory of the system for everybody.
    """
    found: dict[str, list[Start]] = {peer.name: [] for peer in peers}
    for turn in range(-1, rounds):
        for peer in rotated(peers, turn):
            say(f"{NAME}: " + (f"round {turn + 1}" if turn >= 0 else "warming up"))
            with serve(peer) as server:
                found[peer.name].append(server.start)
    ours = found[DIALPLANE.name]
    return {name: _over_rounds(ours[1:], theirs[1:]) for name, theirs in found.items()}


def _over_rounds(ours: list[Start], theirs: list[Start]) -> Starts:
    pairs = list(zip(ours, theirs, strict=True))
    return Starts(
        seconds=Spread.of([start.seconds for start in theirs]),
        ratio=Spread.of([us.seconds / them.seconds for us, them in pairs]),
        cpu_s=Spread.of([start.cpu_s for start in theirs]),
        cpu_ratio=Spread.of([us.cpu_s / them.cpu_s for us, them in pairs]),
    )


def rotated(all_of_them: tuple[T, ...], turn: int) -> Iterator[T]:
    """Somebody else goes first in each round."""
    first = turn % len(all_of_them)
    yield from all_of_them[first:] + all_of_them[:first]
