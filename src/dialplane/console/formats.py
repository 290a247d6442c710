"""How instants, money and numbers are written for people."""

import math
from datetime import UTC, datetime, timedelta, timezone
from importlib import import_module
from typing import Final

from dialplane.domain.digits import read_digits
from dialplane.domain.languages import Language
from dialplane.domain.values import DAY_MS, Millis

SEOUL: Final = timezone(timedelta(hours=9), "Asia/Seoul")
_MINUTE_MS: Final = 60_000
_HOUR_MS: Final = 60 * _MINUTE_MS


def in_seoul(instant: Millis) -> datetime:
    """Far-away instants are possible in Dialplane; the year 9999 is the last one there is."""
    return datetime.fromtimestamp(instant / 1000, UTC).astimezone(SEOUL)


def won(amount: int, language: Language) -> str:
    sign = "-" if amount < 0 else ""
    text = f"{abs(amount):,}"
    return f"{sign}{text}원" if language is Language.KOREAN else f"{sign}₩{text}"


def domestic(number: str) -> str:
    """As it is written in Korea: 070-1111-2222."""
    return _formatted(number, abroad=False) or number


def international(number: str) -> str | None:
    """As it is dialled from abroad: +82 70-1111-2222; None for what has no such form."""
    return _formatted(number, abroad=True)


def _formatted(number: str, *, abroad: bool) -> str | None:
    e164 = read_digits(number).e164
    if e164 is None:
        return None
    told: str | None = import_module("dialplane.domain.numbering").written(e164, abroad=abroad)
    return told


def seconds(span_ms: Millis) -> str:
    """The length of a call: 3:07, or 1:02:03."""
    minutes, rest = divmod(span_ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def percent(share: float) -> str:
    """Never rounded up to all of it: 100%, 99.98%, 0%."""
    return f"{math.floor(share * 10_000) / 100:g}%"


def nearest(span_ms: Millis) -> tuple[str, int]:
    """A span in its largest whole unit, as the name of a text and a count."""
    for unit, size in (("days", DAY_MS), ("hours", _HOUR_MS), ("minutes", _MINUTE_MS)):
        if abs(span_ms) >= size:
            return unit, abs(span_ms) // size
    return "moment", 0


def day_began(instant: Millis) -> Millis:
    """The midnight before, in Seoul."""
    midnight = in_seoul(instant).replace(hour=0, minute=0, second=0, microsecond=0)
    return round(midnight.timestamp() * 1000)


def instant_typed(text: str) -> Millis | None:
    """What a field for date and time holds, read as time in Seoul; None for anything else."""
    try:
        typed = datetime.fromisoformat(text)
    except ValueError:
        return None
    return round(typed.replace(tzinfo=typed.tzinfo or SEOUL).timestamp() * 1000)
