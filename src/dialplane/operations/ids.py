"""Where chance comes in: ids, trunk ids and tokens."""

import secrets
import string
from uuid import UUID

from dialplane.domain.values import Millis

_BASE62 = string.digits + string.ascii_letters
_TRUNK_ID_CHARS = 12
_TOKEN_BYTES = 32


def new_id(now: Millis) -> str:
    """A UUID of version 7 (RFC 9562): in the order of `now`, to the millisecond."""
    value = (now & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0b11 << 62) | 0b10 << 62
    return str(UUID(int=value))


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
