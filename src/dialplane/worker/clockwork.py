"""Writes down what time does, again and again, beside the API."""

import threading
from collections.abc import Callable
from typing import Final

import structlog

from dialplane.domain.values import Millis
from dialplane.operations import dialing, expiry, ledger, simulated_calls
from dialplane.store.database import Database

INTERVAL_S: Final = 1.0

log = structlog.get_logger()


class Clockwork:
    """A thread that passes time; any number of them may run on one database."""

    def __init__(
        self, database: Database, clock: Callable[[], Millis], interval_s: float = INTERVAL_S
    ) -> None:
        self._database = database
        self._clock = clock
        self._interval_s = interval_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="clockwork", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Let the transaction at hand finish, then end."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._tick()
            self._stopping.wait(self._interval_s)

    def _tick(self) -> None:
        try:
            now = self._clock()
            changed = expiry.pass_time(self._database, now=now)
            changed += ledger.charge_all(self._database, now=now)
            changed += dialing.lapse(self._database, now=now)
            changed += simulated_calls.play(self._database, now=now)
        except Exception:
            # The next round tries again; a worker that dies of one bad round helps nobody.
            log.exception("clockwork failed")
        else:
            if changed:
                log.info("time passed", rows=changed)
