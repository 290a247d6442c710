"""Rows that many requests write at the same time, written by one statement and one COMMIT.

What a row costs on PostgreSQL is mostly what stands around it: the round trip, the statement's
start and the COMMIT. So whoever comes while others write waits for them, and the next one writes
for all that have come meanwhile. Who comes alone writes at once.
"""

import threading
from collections import deque
from collections.abc import Callable, Collection, Mapping
from typing import Final, LiteralString

Gathered = Mapping[str, object]
"""A row by the names of its columns; `id` and `organization_id` are among them."""

Gather = Callable[[LiteralString, Gathered], bool]
"""Write one row with a statement, together with those that others write with it.

The statement finds up to `ROWS_MAX` rows in the JSON list `:rows`, all of different organizations,
and answers the `id` of each that it wrote. Whether the row is among them is the answer; if so, it
is on the disk. Raises `Unavailable` when nobody knows whether it was written.
"""

ROWS_MAX: Final = 16
"""So many are written together at most; a statement is planned for as many."""


class _Waiting:
    def __init__(self, row: Gathered) -> None:
        self.row = row
        self.written: bool | None = None
        self.failure: BaseException | None = None
        # Taken until it is written, or its turn to write.
        self.turn = threading.Lock()
        self.turn.acquire()


class Gathering:
    """The rows of one process for one statement.

    `write` takes rows of different organizations and answers the ids of those it has written,
    which are on the disk by then. What it raises, each of them hears.
    """

    def __init__(self, write: Callable[[list[Gathered]], Collection[str]]) -> None:
        self._write = write
        self._mutex = threading.Lock()
        self._waiting: deque[_Waiting] = deque()
        self._writing = False

    def __len__(self) -> int:
        """How many are waiting to be written."""
        return len(self._waiting)

    def put(self, row: Gathered) -> bool:
        """Whether the row was written; it is on the disk once this is answered."""
        own = _Waiting(row)
        with self._mutex:
            self._waiting.append(own)
            first, self._writing = not self._writing, True
        if not first:
            own.turn.acquire()
        if own.written is None and own.failure is None:
            self._write_next()
        if own.failure is not None:
            raise own.failure
        return bool(own.written)

    def _write_next(self) -> None:
        together = self._take()
        try:
            written = self._write([each.row for each in together])
            for each in together:
                each.written = each.row["id"] in written
        except BaseException as failure:
            for each in together:
                each.failure = failure
            raise
        finally:
            for each in together:
                each.turn.release()
            self._pass_on()

    def _take(self) -> list[_Waiting]:
        """The first one, and who comes behind it; of each organization one, for its order's sake.

        An organization's journal is a chain: what is entered next depends on what was before.
        """
        taken: dict[object, _Waiting] = {}
        with self._mutex:
            for each in self._waiting:
                if len(taken) < ROWS_MAX:
                    taken.setdefault(each.row["organization_id"], each)
            for each in taken.values():
                self._waiting.remove(each)
        return list(taken.values())

    def _pass_on(self) -> None:
        with self._mutex:
            self._writing = bool(self._waiting)
            if self._waiting:
                self._waiting[0].turn.release()
