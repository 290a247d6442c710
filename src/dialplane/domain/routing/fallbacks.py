"""What happens when the agent of a number cannot answer, and that it never goes in a circle."""

from collections.abc import Mapping

from dialplane.domain.frozen import dataclass
from dialplane.domain.numbers import AgentMapping
from dialplane.domain.runtimes import RuntimeId


@dataclass(frozen=True, slots=True, kw_only=True)
class AnotherAgent:
    mapping: AgentMapping


@dataclass(frozen=True, slots=True, kw_only=True)
class AnotherRuntime:
    """The same agent, answered by other machines."""

    runtime_id: RuntimeId


@dataclass(frozen=True, slots=True, kw_only=True)
class SipTransfer:
    """Hand the call on to a SIP address; `uri` has a user part."""

    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TelephoneTransfer:
    """Hand the call on to a telephone over the number's own trunk."""

    digits: str


Fallback = AnotherAgent | AnotherRuntime | SipTransfer | TelephoneTransfer


def transfers_in_a_circle(
    start: str, transfers: Mapping[str, tuple[Fallback, ...]]
) -> tuple[str, ...]:
    """The held numbers a call to `start` could be handed round in; empty when there is no circle.

    `transfers` tells the fallbacks of held numbers by their canonical digits. Whoever a call is
    handed on to outside may send it back to us, which nobody can know beforehand.
    """
    came_from: dict[str, str] = {}
    waiting = [start]
    while waiting:
        number = waiting.pop()
        for handed_to in _telephones(transfers.get(number, ())):
            if handed_to == start:
                return (*_way(came_from, number), start)
            if handed_to in transfers and handed_to not in came_from:
                came_from[handed_to] = number
                waiting.append(handed_to)
    return ()


def _telephones(fallbacks: tuple[Fallback, ...]) -> list[str]:
    return [each.digits for each in fallbacks if isinstance(each, TelephoneTransfer)]


def _way(came_from: Mapping[str, str], number: str) -> list[str]:
    way = [number]
    while way[-1] in came_from:
        way.append(came_from[way[-1]])
    return way[::-1]
