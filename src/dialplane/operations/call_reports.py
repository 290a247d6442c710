"""What the edge reports, event by event."""

from collections.abc import Callable

from dialplane.domain.calls import Asked, CallEvent, CallId, Direction, EdgeLife
from dialplane.domain.disconnections import EventReason
from dialplane.domain.frozen import dataclass
from dialplane.domain.numbers import AgentMapping
from dialplane.domain.values import AgentId, Millis
from dialplane.store.numbers import Holding


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Whose call it is, and how it was asked for and decided: enough to make its record."""

    asked: Asked
    holding: Holding | None = None
    agent: AgentMapping | None = None
    agent_version: str | None = None
    revision: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallReport:
    """One event of a call; where it comes from is read only when there is no record of it."""

    id: str
    event: CallEvent
    call_id: CallId
    direction: Direction
    origin: Callable[[], Origin]
    from_cache: bool = False
    target_id: str | None = None
    target_uri: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerReport:
    """A peer began or ceased to answer."""

    id: str
    at: Millis
    down: bool
    uri: str | None
    sip_code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartReport:
    """An edge has started: of the calls of its lives before it knows nothing any more."""

    id: str
    at: Millis
    life: EdgeLife


Report = CallReport | PeerReport | StartReport


def mapping_told(agent_id: str | None, selector: str | None) -> AgentMapping | None:
    if agent_id is None or selector is None:
        return None
    return AgentMapping(agent_id=AgentId(agent_id), agent_version=selector)


_REASONS = {reason.value: reason for reason in EventReason}


def reason_told(reason: str | None) -> EventReason | None:
    """A word we know; others may come from a newer edge."""
    return None if reason is None else _REASONS.get(reason)
