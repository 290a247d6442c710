"""When keys were used: noted with requests, and written down beside them, many at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from dialplane.domain.values import KeyId, Millis
from dialplane.operations.keys import note_uses
from dialplane.store.database import Database

COLLECTED_S: Final = 0.25
"""Uses of so long share a transaction: one for each use costs as much as a change."""


class KeyUses:
    """Takes notes from every thread; `close` returns once all of them are written down."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="key-uses")
        self._closing = threading.Event()
        self._mutex = threading.Lock()
        self._waiting: dict[KeyId, Millis] = {}

    def note(self, key_id: KeyId, now: Millis) -> None:
        with self._mutex:
            first = not self._waiting
            self._waiting[key_id] = now
        if first:
            self._writer.submit(self._write_soon)

    def _write_soon(self) -> None:
        self._closing.wait(COLLECTED_S)
        with self._mutex:
            uses, self._waiting = self._waiting, {}
        note_uses(self._database, uses, now=max(uses.values()))

    def close(self) -> None:
        self._closing.set()
        self._writer.shutdown()
