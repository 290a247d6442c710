"""Where chance comes in: ids, trunk ids and tokens."""

import os
import secrets
import string
from typing import Final

from dialplane.domain.values import Millis

_BASE62 = string.digits + string.ascii_letters
_TRUNK_ID_CHARS = 12
_TOKEN_BYTES = 32
_RANDOM_BYTES: Final = 10
# Two bits of this digit say that the id is a UUID of RFC 9562; the other two are chance.
_VARIANTS: Final = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}


def new_id(now: Millis) -> str:
    """A UUID of version 7 (RFC 9562): in the order of `now`, to the millisecond."""
    time, chance = f"{now:012x}", os.urandom(_RANDOM_BYTES).hex()
    variant = _VARIANTS[chance[3]]
    return f"{time[:8]}-{time[8:]}-7{chance[:3]}-{variant}{chance[4:7]}-{chance[7:19]}"


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
