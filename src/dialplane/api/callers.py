"""Who is asking, settled before any route; looked up on every request, so a revocation holds."""

import re
from concurrent.futures import ThreadPoolExecutor

from dialplane.domain.callers import Caller
from dialplane.domain.errors import Unauthorized
from dialplane.domain.values import KeyId, Millis
from dialplane.operations.keys import hashed, note_use
from dialplane.store import keys
from dialplane.store.database import Database

_BEARER = re.compile(r"bearer +(dp_(?:live|test)_[0-9A-Za-z]{43}) *", re.IGNORECASE)


_NOTED_MAX = 10_000


class Callers:
    """Finds the caller behind an Authorization header and notes, beside the request, the use."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._notes = ThreadPoolExecutor(1, thread_name_prefix="key-uses")
        self._noted: dict[KeyId, Millis] = {}

    def identify(self, authorization: str | None, *, now: Millis) -> Caller:
        """The caller of one request.

        Raises:
            Unauthorized: missing, malformed, unknown, expired or revoked; all look the same.
        """
        match = _BEARER.fullmatch(authorization or "")
        if match is None:
            raise Unauthorized
        with self._database.reading() as db:
            found = keys.find_caller(db, hashed(match[1]), now=now)
        if found is None:
            raise Unauthorized
        caller, last_used_at = found
        self._note_use(caller.key_id, last_used_at, now)
        return caller

    def _note_use(self, key_id: KeyId, last_used_at: Millis | None, now: Millis) -> None:
        last = max(last_used_at or 0, self._noted.get(key_id, 0))
        if now - last >= keys.USE_NOTED_EVERY_MS:
            if len(self._noted) >= _NOTED_MAX:
                self._noted.clear()
            self._noted[key_id] = now
            self._notes.submit(note_use, self._database, key_id, now=now)

    def close(self) -> None:
        self._notes.shutdown()


def tags_in(header: str) -> frozenset[str]:
    """The tags of If-Match and If-None-Match; weak and strong ones count the same."""
    return frozenset(tag.strip().removeprefix("W/").strip('"') for tag in header.split(","))
