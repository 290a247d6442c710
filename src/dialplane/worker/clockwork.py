"""Writes down what time does, again and again, beside the API."""

from collections.abc import Callable

from dialplane.domain.values import Millis
from dialplane.logs import log
from dialplane.operations import dialing, expiry, installation, ledger, simulated_calls
from dialplane.store.database import Database
from dialplane.worker.rounds import Rounds


class Clockwork(Rounds):
    """Passes time."""

    NAME = "clockwork"

    def __init__(self, database: Database, clock: Callable[[], Millis]) -> None:
        super().__init__()
        self._database = database
        self._clock = clock

    def round(self) -> bool:
        now = self._clock()
        changed = expiry.pass_time(self._database, now=now)
        changed += ledger.charge_all(self._database, now=now)
        changed += dialing.lapse(self._database, now=now)
        changed += simulated_calls.play(self._database, now=now)
        installation.note_pass(self._database, now=now)
        if changed:
            log.info("time passed", rows=changed)
        return False
