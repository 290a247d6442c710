"""Spans of time as people write them: 90s, 15m, 24h, 30d, 2w."""

import re
from typing import Final

import typer

from dialplane.domain.values import DAY_MS, SECOND_MS, Millis

_UNITS: Final = {
    "s": SECOND_MS,
    "m": 60 * SECOND_MS,
    "h": 3600 * SECOND_MS,
    "d": DAY_MS,
    "w": 7 * DAY_MS,
}
_SPAN = re.compile(r"(\d{1,6})([smhdw])")


def span(text: str | Millis) -> Millis:
    """Read one; a default comes as milliseconds already."""
    if isinstance(text, Millis):
        return text
    match = _SPAN.fullmatch(text.strip().lower())
    if match is None:
        raise typer.BadParameter(f"{text!r} is not like 90s, 15m, 24h, 30d or 2w.")
    return int(match[1]) * _UNITS[match[2]]
