"""Whether a request may be sent again, and when. Pure: nobody waits here."""

import secrets
from dataclasses import dataclass
from typing import Final

from dialplane.client.errors import (
    ApiError,
    DialplaneError,
    IdempotencyInProgress,
    NoAnswer,
    RateLimited,
)

# A gateway in front of the server answers with these while the server itself is away.
_AWAY: Final = frozenset({502, 503, 504})

_CHANCE: Final = secrets.SystemRandom()


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How often and how patiently; `at_most=0` never tries again.

    Pauses grow from `first_s` by doubling, up to `most_s`, and are spread so that many clients do
    not return at once. What the server asks for with Retry-After goes before, as long as it is no
    more than `patience_s`; whoever would have to wait longer gets the error.
    """

    at_most: int = 3
    first_s: float = 0.5
    most_s: float = 8.0
    patience_s: float = 60.0

    def pause_s(self, error: DialplaneError, *, tried: int, repeatable: bool) -> float | None:
        """How long to wait before the next attempt; None to give up."""
        if tried > self.at_most or not _may_help(error, repeatable=repeatable):
            return None
        grown = min(self.most_s, self.first_s * 2.0 ** (tried - 1))
        spread = grown * _CHANCE.uniform(0.5, 1.0)
        asked = error.retry_after_s if isinstance(error, ApiError) else None
        if asked is None:
            return spread
        return None if asked > self.patience_s else asked + spread


def _may_help(error: DialplaneError, *, repeatable: bool) -> bool:
    """What was turned away at the door has not happened; what got no answer may have."""
    if isinstance(error, NoAnswer):
        return repeatable or error.never_sent
    if isinstance(error, RateLimited):
        return True
    if isinstance(error, IdempotencyInProgress):
        return repeatable
    return repeatable and isinstance(error, ApiError) and error.http_status in _AWAY
