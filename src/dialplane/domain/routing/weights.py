"""Chance without chance: the same call or caller always draws the same lot."""

from collections.abc import Callable, Iterable
from hashlib import sha256
from math import inf, log
from typing import TypeVar

from dialplane.domain.routing.facts import Arm, Peer
from dialplane.domain.trunk_checks import Destination

T = TypeVar("T")
_LOTS = 1 << 64


def by_priority_and_weight(peers: Iterable[Peer], seed: str) -> list[Peer]:
    """The lowest priority first, within one priority in proportion to the weights (RFC 2782)."""
    drawn = _drawn(peers, seed, lambda peer: (peer.id, peer.weight))
    return sorted(drawn, key=lambda peer: peer.priority)


def destinations_in_order(found: Iterable[Destination], seed: str) -> list[Destination]:
    """Where to send one call to a peer, by RFC 2782: the same call always goes the same way."""
    drawn = _drawn(found, seed, lambda each: (str(each), each.weight))
    return sorted(drawn, key=lambda each: each.priority)


def arm_for(arms: Iterable[Arm], seed: str) -> Arm | None:
    """The arm this seed draws. When weights change, only callers that have to move do so."""
    weighted = [arm for arm in arms if arm.weight > 0]
    drawn = _drawn(weighted, seed, lambda arm: (arm.label, arm.weight))
    return drawn[0] if drawn else None


def _drawn(each: Iterable[T], seed: str, lot: Callable[[T], tuple[str, int]]) -> list[T]:
    """Weighted rendezvous hashing: every item draws for itself, so no other item matters."""
    items = list(each)
    if not items[1:]:
        return items
    return sorted(items, key=lambda item: (_draw(seed, *lot(item)), lot(item)))


def _draw(seed: str, name: str, weight: int) -> float:
    if weight <= 0:
        return inf
    digest = sha256(f"{seed}\n{name}".encode(errors="surrogatepass")).digest()
    uniform = (int.from_bytes(digest[:8]) + 1) / (_LOTS + 1)
    return -log(uniform) / weight
