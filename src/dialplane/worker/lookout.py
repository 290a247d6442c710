"""Keeps looking where SIP peers are, and ends calls that nobody speaks of any more."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from dialplane.domain.sip_addresses import SipAddress
from dialplane.domain.trunk_checks import Destination
from dialplane.domain.values import SECOND_MS, Millis
from dialplane.logs import log
from dialplane.operations import call_events, peers
from dialplane.probes.deadlines import Deadline
from dialplane.probes.names import Names, NameServerFailed, NameUnknown, NoAddress
from dialplane.store.database import Database
from dialplane.worker.rounds import Rounds

# However many peers there are, looking takes at most a twentieth of the time.
RESTS_PER_WORK: Final = 20
AT_ONCE: Final = 8
# A name that nobody knows is asked for again, but not every second.
PATIENCE_MS: Final = 30 * SECOND_MS
LOOK_UP_S: Final = 5.0


def resolve(address: SipAddress, names: Names | None = None) -> list[Destination]:
    """What name servers say, by RFC 3263, as when a trunk is examined."""
    try:
        return [*(names or Names()).whereabouts(address, Deadline(LOOK_UP_S)).destinations]
    except (NameUnknown, NoAddress, NameServerFailed):
        return []


class Lookout(Rounds):
    """Told to stop, it lets the look-ups at hand finish."""

    NAME = "lookout"

    def __init__(
        self,
        database: Database,
        clock: Callable[[], Millis],
        *,
        allow_private: bool = False,
        resolve: peers.Resolve = resolve,
    ) -> None:
        super().__init__()
        self._database = database
        self._clock = clock
        self._allow_private = allow_private
        self._resolve = resolve
        self._unknown: dict[str, Millis] = {}

    def rest_s(self, worked_s: float) -> float:
        return max(self.interval_s, worked_s * RESTS_PER_WORK)

    def round(self) -> bool:
        now = self._clock()
        waiting = [
            uri for uri in peers.due(self._database, now=now) if now >= self._unknown.get(uri, 0)
        ]
        with ThreadPoolExecutor(AT_ONCE) as threads:
            list(threads.map(self._look_up, waiting))
        lost = call_events.lose_overdue(self._database, now=now)
        if lost:
            log.info("calls lost", calls=lost)
        return False

    def _look_up(self, uri: str) -> None:
        now = self._clock()
        known = peers.look_up(
            self._database, uri, self._resolve, now=now, allow_private=self._allow_private
        )
        if known:
            self._unknown.pop(uri, None)
        else:
            self._unknown[uri] = now + PATIENCE_MS
