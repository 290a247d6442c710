"""Who is asking, settled before any route; looked up on every request, so a revocation holds."""

from dialplane.api.key_uses import KeyUses
from dialplane.domain.callers import Arrival
from dialplane.domain.errors import Unauthorized
from dialplane.domain.values import KeyId, Millis
from dialplane.operations.keys import hashed
from dialplane.store import glances, keys
from dialplane.store.database import Database
from dialplane.store.glances import Glance
from dialplane.store.keys import Found

_TOKEN_CHARS = len("dp_live_") + 43
_NOTED_MAX = 10_000


class Callers:
    """Finds the caller behind an Authorization header and notes, beside the request, the use."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._uses = KeyUses(database)
        self._noted: dict[KeyId, Millis] = {}
        self._worked: set[str] = set()

    def identify(
        self,
        authorization: str | None,
        arrival: Arrival,
    ) -> Found:
        """The caller of one request.

        Raises:
            Unauthorized: missing, malformed, unknown, expired or revoked; all look the same.
        """
        hash_ = hashed(_bearer_token(authorization or ""))
        with self._database.reading() as db:
            found = keys.find_caller(db, hash_, arrival)
        if found is None:
            self._worked.discard(hash_)
            raise Unauthorized
        if len(self._worked) >= _NOTED_MAX:
            self._worked.clear()
        self._worked.add(hash_)
        self.note_use(found.caller.key_id, found.last_used_at, arrival.now)
        return found

    def hash_of(self, authorization: str, arrival: Arrival) -> str:
        """The hash of a key that has been let in here; whether it still is, the database knows.

        For what strangers shall not be able to begin, as a body that does not come.

        Raises:
            Unauthorized: like `identify`.
        """
        hash_ = hashed(_bearer_token(authorization))
        if hash_ not in self._worked:
            self.identify(authorization, arrival)
        return hash_

    def glance(self, authorization: str, number_id: str, now: Millis) -> Glance | None:
        """A number for the caller of one request, where there is nothing to refuse.

        Raises:
            Unauthorized: malformed.
        """
        token = _bearer_token(authorization)
        with self._database.reading() as db:
            seen = glances.number(db, hashed(token), number_id, now=now)
        if seen is None or not keys.may_read(seen.scopes):
            return None
        self.note_use(seen.key_id, seen.last_used_at, now)
        return seen

    def note_use(self, key_id: KeyId, last_used_at: Millis | None, now: Millis) -> None:
        last = max(last_used_at or 0, self._noted.get(key_id, 0))
        if now - last >= keys.USE_NOTED_EVERY_MS:
            if len(self._noted) >= _NOTED_MAX:
                self._noted.clear()
            self._noted[key_id] = now
            self._uses.note(key_id, now)

    def close(self) -> None:
        self._uses.close()


def _bearer_token(authorization: str) -> str:
    """What may be a key; whether it is one, the database knows."""
    scheme, _, rest = authorization.partition(" ")
    token = rest.strip(" ")
    if scheme.lower() != "bearer" or len(token) != _TOKEN_CHARS or not token.isascii():
        raise Unauthorized
    return token


def tags_in(header: str) -> frozenset[str]:
    """The tags of If-Match and If-None-Match; weak and strong ones count the same."""
    return frozenset(tag.strip().removeprefix("W/").strip('"') for tag in header.split(","))
