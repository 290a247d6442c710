"""A round done again and again, in a thread of its own, until somebody says stop."""

import threading
import time
from abc import ABC, abstractmethod
from typing import ClassVar

from dialplane.logs import log
from dialplane.niceness import give_way


class Rounds(ABC):
    """A thread; any number of them may run on one database."""

    NAME: ClassVar[str]
    interval_s: float = 1.0

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=self.NAME, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Let the round at hand finish, then end."""
        self._stopping.set()
        self._thread.join()

    @abstractmethod
    def round(self) -> bool:
        """Do what there is to do; answers whether there may be more right away."""

    def rest_s(self, worked_s: float) -> float:
        """How long to rest after a round that took so long and left nothing to do."""
        del worked_s
        return self.interval_s

    def _run(self) -> None:
        give_way()  # to those who answer; only here, so that a start and a stop wait for nobody
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                more = self.round()
            except Exception:
                # The next round tries again; a worker that dies of one bad round helps nobody.
                failed = f"{self.NAME} failed"
                log.exception(failed)
                more = False
            if not more:
                self._stopping.wait(self.rest_s(time.monotonic() - began))
