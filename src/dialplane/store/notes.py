"""Rows that nobody waits for: written a moment later, those of many requests in one transaction.

What such a row costs is mostly what stands around it: on SQLite the pages it shares with others,
each of which is written again, and all that readers then forget; on PostgreSQL the round trips.
"""

import threading
from collections.abc import Callable, Mapping
from typing import Final, LiteralString, NamedTuple

from dialplane.domain.errors import Unavailable
from dialplane.logs import log

COLLECTED_S: Final = 0.025
"""So long lies between two transactions at least; the first note after a rest waits for nobody."""

TRIED_AGAIN_S: Final = 1.0
"""So long is waited where the database took nothing."""

WAITING_MAX: Final = 64
"""Whoever notes more than the database takes has to wait for it."""


class Note(NamedTuple):
    sql: LiteralString
    row: Mapping[str, object]


class Notes:
    """Those of one process, in their order.

    `write` writes all it is given or none; it raises `Unavailable` when trying again may help.
    """

    def __init__(self, write: Callable[[list[Note]], None]) -> None:
        self._write = write
        self._mutex = threading.Lock()
        self._waiting: list[Note] = []
        self._turn = threading.Lock()
        self._wanted = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def put(self, note: Note) -> None:
        """Take a note, which is written soon.

        Raises:
            Unavailable: too many are waiting, and the database takes none.
        """
        if not self._has_room() and not self._make_room():
            raise Unavailable
        with self._mutex:
            self._waiting.append(note)
            if self._thread is None:
                self._thread = threading.Thread(target=self._keep_up, name="notes", daemon=True)
                self._thread.start()
        self._wanted.set()

    def catch_up(self) -> bool:
        """Write what was noted so far; whether nothing of it is left."""
        with self._turn:
            return self._write_waiting()

    def _has_room(self) -> bool:
        return len(self._waiting) < WAITING_MAX

    def _make_room(self) -> bool:
        with self._turn:
            # Many come at once when there is none; what one of them has written is room for all.
            return self._has_room() or self._write_waiting()

    def _write_waiting(self) -> bool:
        with self._mutex:
            taken, self._waiting = self._waiting, []
        if not taken:
            return True
        try:
            self._write_all(taken)
        except Unavailable:
            with self._mutex:
                self._waiting[:0] = taken
            return False
        return True

    def close(self) -> None:
        """Write what is left; what cannot be written is lost, as it would be in a power cut."""
        self._closing.set()
        self._wanted.set()
        if self._thread is not None:
            self._thread.join()
        if not self.catch_up():
            log.error("notes are lost", notes=len(self._waiting))

    def _keep_up(self) -> None:
        while not self._closing.is_set():
            self._wanted.wait()
            self._wanted.clear()
            if self.catch_up():
                self._closing.wait(COLLECTED_S)
            else:
                self._wanted.set()
                self._closing.wait(TRIED_AGAIN_S)

    def _write_all(self, notes: list[Note]) -> None:
        try:
            self._write(notes)
        except Unavailable:
            raise
        except Exception:
            log.exception("notes cannot be written", notes=len(notes))
            # What is wrong with one of them must not keep the others from being written.
            if len(notes) > 1:
                for note in notes:
                    self._write_all([note])
