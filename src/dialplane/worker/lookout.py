"""Keeps looking where SIP peers are, and ends calls that nobody speaks of any more."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
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
SILENCE_S: Final = 0.1
"""After so long without an answer it looks whether it was told to stop."""

WRITTEN_AT_ONCE: Final = 100

Answer = tuple[str, peers.Found | None]
Answers = SimpleQueue[Answer]


def resolve(address: SipAddress, names: Names | None = None) -> list[Destination]:
    """What name servers say, by RFC 3263, as when a trunk is examined."""
    try:
        return [*(names or Names()).whereabouts(address, Deadline(LOOK_UP_S)).destinations]
    except (NameUnknown, NoAddress, NameServerFailed):
        return []


class Lookout(Rounds):
    """Told to stop, it writes down what was found and waits for no other answer."""

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
        lost = call_events.lose_overdue(self._database, now=now)
        if lost:
            log.info("calls lost", calls=lost)
        self._look_up(
            [uri for uri in peers.due(self._database, now=now) if now >= self._unknown.get(uri, 0)]
        )
        return False

    def _look_up(self, uris: Sequence[str]) -> None:
        """Write down what is heard, as it comes in."""
        asked, answers = iter(uris), Answers()
        for _ in uris[:AT_ONCE]:
            # Nobody waits for one that is silent, also not the end of the process.
            threading.Thread(target=self._ask, args=(asked, answers), daemon=True).start()
        missing, stopping = len(uris), False
        while missing and not stopping:
            # Looked at first: what has come in by then is still heard.
            stopping = self._stopping.is_set()
            heard = _heard(answers)
            self._keep(heard)
            missing -= len(heard)

    def _ask(self, asked: Iterator[str], answers: Answers) -> None:
        """One of those who share what is to be asked; it touches nothing but the network."""
        for uri in asked:
            if self._stopping.is_set():
                return
            found = None
            try:
                found = peers.find(uri, self._resolve, allow_private=self._allow_private)
            except Exception:
                # The others are to be looked up all the same.
                log.exception("look-up failed", uri=uri)
            answers.put((uri, found))

    def _keep(self, heard: Sequence[Answer]) -> None:
        now = self._clock()
        peers.keep(self._database, [found for _, found in heard if found], now=now)
        for uri, found in heard:
            if found:
                self._unknown.pop(uri, None)
            else:
                self._unknown[uri] = now + PATIENCE_MS


def _heard(answers: Answers) -> list[Answer]:
    """What has come in, at least one of them unless none comes for a moment."""
    heard: list[Answer] = []
    with suppress(Empty):
        heard.append(answers.get(timeout=SILENCE_S))
        while len(heard) < WRITTEN_AT_ONCE:
            heard.append(answers.get_nowait())
    return heard
