"""A strip of slots, as the rectangles it is drawn with."""

from itertools import groupby

from dialplane.domain.frozen import dataclass
from dialplane.domain.peer_health import PeerState


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Slots in a row that look the same; `x` and `width` count slots."""

    state: PeerState
    x: int
    width: int


def runs(slots: list[dict[str, int]]) -> list[Run]:
    """An outage shows, however short it was."""
    states = [_state(slot) for slot in slots]
    found, x = [], 0
    for state, group in groupby(states):
        width = len([*group])
        found.append(Run(state=state, x=x, width=width))
        x += width
    return found


def _state(slot: dict[str, int]) -> PeerState:
    if slot["down_ms"]:
        return PeerState.DOWN
    return PeerState.UP if slot["up_ms"] else PeerState.UNKNOWN
