"""Checkpoints of SQLite: from the log of what was written to the pages of the file itself.

SQLite makes them by itself, in whatever COMMIT finds the log too long: a call then waits until a
thousand pages are written and on the disk. Here a thread of their own does that, beside those who
write; they only wait for the last bit, when the log is long enough to be begun anew.
"""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Final

from dialplane.niceness import give_way

EVERY: Final = 128
"""So many COMMITs lie between two of them; of calls these are some 1,000 pages."""

LONG_PAGES: Final = 8_000
"""A log as long as this is begun anew; nothing is lost by it, and 32 MB are enough."""

LONGEST_PAGES: Final = 2 * LONG_PAGES
"""Whoever makes it longer brings it into the file by themselves: nobody came to it in time."""

FEW_PAGES: Final = 100
"""So many are brought over, and are on the disk, in an instant."""

PASSES_MAX: Final = 8
"""Whoever writes faster than that is waited for no longer."""

READERS_WAITED_FOR_MS: Final = 20
"""While others read what is in the log it goes on; there will be a better moment."""


class Checkpoints:
    """Those of one process. `alone` keeps everybody in it from writing."""

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        alone: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._connect = connect
        self._alone = alone
        self._commits = 0
        self._thread: threading.Thread | None = None

    def count(self) -> None:
        """One more COMMIT; they come one at a time."""
        self._commits += 1
        busy = self._thread is not None and self._thread.is_alive()
        if self._commits < EVERY or busy:
            return
        self._commits = 0
        thread = threading.Thread(target=self._make, name="checkpoint", daemon=True)
        # Without a thread to be had the log grows until somebody makes one by themselves.
        with suppress(RuntimeError):
            thread.start()
            self._thread = thread

    def wait(self) -> None:
        """Until none is being made."""
        if self._thread is not None:
            self._thread.join()

    def _make(self) -> None:
        give_way()  # to questions and changes, which do not wait for it
        # What fails here, on a full disk or a closed file, fails again where somebody is told.
        with suppress(sqlite3.Error):
            raw = self._connect()
            try:
                raw.execute(f"PRAGMA busy_timeout = {READERS_WAITED_FOR_MS}")
                pages = _pages_after(raw, "PASSIVE")
                if pages > LONG_PAGES:
                    _catch_up(raw, done=pages)
                    with self._alone():
                        _pages_after(raw, "RESTART")
            finally:
                raw.close()


def _catch_up(raw: sqlite3.Connection, *, done: int) -> None:
    """Run after those who write, so that little is left to do while all of them wait."""
    for _ in range(PASSES_MAX):
        pages = _pages_after(raw, "PASSIVE")
        if pages - done < FEW_PAGES:
            return
        done = pages


def _pages_after(raw: sqlite3.Connection, mode: str) -> int:
    """How long the log is once it was brought into the file."""
    _, pages, _ = raw.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
    return int(pages)
