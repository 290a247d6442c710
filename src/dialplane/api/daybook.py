"""What was asked and how it was answered: entered with each answer, written down beside them.

A line for the log and its place in the metrics cost more than the look-up they are about, so
requests only leave a note, and one thread turns the notes of some milliseconds into both at once.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Final

import msgspec

from dialplane.domain.values import Millis

COLLECTED_S: Final = 0.05
NOTES_MAX: Final = 1_000
"""With this many unwritten, whoever brings the next one waits for the log like everybody did.

More than a busy process is asked in `COLLECTED_S`; ten times as many cost it 8 MB.
"""


class Note(msgspec.Struct, frozen=True, gc=False):
    """One answered request."""

    answered_at: Millis
    method: str
    route: str
    status: int
    seconds: float
    request_id: str
    organization_id: str | None
    key_id: str | None
    stranger: str | None = None
    """From where, when the key was none of ours."""
    unremarkable: bool = False
    """Only for those who want to see everything in the log; in the metrics like any other."""


class Daybook:
    """Takes notes from every thread; `write` gets them in the order in which they came."""

    def __init__(self, write: Callable[[Sequence[Note]], None]) -> None:
        self._write = write
        self._notes: deque[Note] = deque()
        self._writing = threading.Lock()
        self._expected = False

    def enter(self, note: Note) -> None:
        self._notes.append(note)
        if not self._expected:
            self._expected = True
            threading.Thread(target=self._write_soon, name="daybook", daemon=True).start()
        elif len(self._notes) > NOTES_MAX:
            self.write_down()

    def write_down(self) -> None:
        """Write what was entered so far; when this returns, it is in the log and in the metrics."""
        with self._writing:
            notes = [self._notes.popleft() for _ in range(len(self._notes))]
            if notes:
                # What counts is loaded beside the first answers, not before them.
                import_module("dialplane.api.metrics").count_requests(notes)
                self._write(notes)

    def _write_soon(self) -> None:
        time.sleep(COLLECTED_S)
        # Before writing: what is entered from here on is for the next one.
        self._expected = False
        self.write_down()
