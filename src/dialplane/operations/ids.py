"""Where chance comes in: ids, trunk ids and tokens."""

import os
import secrets
import string
from typing import Final

from dialplane.domain.values import Millis

_BASE62 = string.digits + string.ascii_letters
_TRUNK_ID_CHARS = 12
_TOKEN_BYTES = 32
_CHANCE_DIGITS: Final = 20
_CHANCES_AT_ONCE: Final = 64
"""To ask the system for chance takes as long as making an id of it."""

_chances: Final[list[str]] = []
# Two processes must not make the same ids of it.
os.register_at_fork(after_in_child=_chances.clear)
# Two bits of this digit say that the id is a UUID of RFC 9562; the other two are chance.
_VARIANTS: Final = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}


def new_id(now: Millis) -> str:
    """A UUID of version 7 (RFC 9562): in the order of `now`, to the millisecond."""
    time, chance = f"{now:012x}", _chance()
    variant = _VARIANTS[chance[3]]
    return f"{time[:8]}-{time[8:]}-7{chance[:3]}-{variant}{chance[4:7]}-{chance[7:19]}"


def _chance() -> str:
    """Hexadecimal digits that nobody has had."""
    while True:
        try:
            return _chances.pop()
        except IndexError:
            drawn = os.urandom(_CHANCES_AT_ONCE * _CHANCE_DIGITS // 2).hex()
            every = range(0, len(drawn), _CHANCE_DIGITS)
            _chances.extend([drawn[at : at + _CHANCE_DIGITS] for at in every])


def new_trunk_ids() -> tuple[str, str]:
    return _trunk_id(), _trunk_id()


def _trunk_id() -> str:
    return "ST_" + "".join(secrets.choice(_BASE62) for _ in range(_TRUNK_ID_CHARS))


def new_token(prefix: str) -> str:
    """A key as its owner sees it once: 32 random bytes in base 62 behind a telling prefix."""
    value = int.from_bytes(secrets.token_bytes(_TOKEN_BYTES))
    digits = []
    for _ in range(43):  # 62 ** 43 > 2 ** 256: always the same length
        value, rest = divmod(value, 62)
        digits.append(_BASE62[rest])
    return prefix + "".join(digits)
