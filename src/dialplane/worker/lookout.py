"""Keeps looking where SIP peers are, and ends calls that nobody speaks of any more."""

import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import structlog

from dialplane.domain.values import SECOND_MS, Millis
from dialplane.operations import call_events, peers
from dialplane.store.database import Database

INTERVAL_S: Final = 1.0
# However many peers there are, looking takes at most a twentieth of the time.
RESTS_PER_WORK: Final = 20
AT_ONCE: Final = 8
# A name that nobody knows is asked for again, but not every second.
PATIENCE_MS: Final = 30 * SECOND_MS

log = structlog.get_logger()


def resolve(host: str) -> list[str]:
    """What the system says about a name: its hosts file and its name server."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    except OSError:
        return []
    return sorted({str(address[0]).partition("%")[0] for *_, address in found})


class Lookout:
    """A thread; any number of them may run on one database."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], Millis],
        *,
        allow_private: bool = False,
        resolve: peers.Resolve = resolve,
    ) -> None:
        self._database = database
        self._clock = clock
        self._allow_private = allow_private
        self._resolve = resolve
        self._unknown: dict[str, Millis] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lookout", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Let the look-ups at hand finish, then end."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                self.round()
            except Exception:
                # The next round tries again; a worker that dies of one bad round helps nobody.
                log.exception("lookout failed")
            worked = time.monotonic() - began
            self._stopping.wait(max(INTERVAL_S, worked * RESTS_PER_WORK))

    def round(self) -> None:
        now = self._clock()
        waiting = [
            uri for uri in peers.due(self._database, now=now) if now >= self._unknown.get(uri, 0)
        ]
        with ThreadPoolExecutor(AT_ONCE) as threads:
            list(threads.map(self._look_up, waiting))
        lost = call_events.lose_overdue(self._database, now=now)
        if lost:
            log.info("calls lost", calls=lost)

    def _look_up(self, uri: str) -> None:
        now = self._clock()
        known = peers.look_up(
            self._database, uri, self._resolve, now=now, allow_private=self._allow_private
        )
        if known:
            self._unknown.pop(uri, None)
        else:
            self._unknown[uri] = now + PATIENCE_MS
