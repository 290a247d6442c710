"""The two languages Dialplane speaks to people, and which one somebody wants."""

from enum import StrEnum


class Language(StrEnum):
    KOREAN = "ko"
    ENGLISH = "en"


def language_of(accept_language: str | None) -> Language:
    """Korean unless English is preferred; the first mentioned wins among equals."""
    best, best_weight = Language.KOREAN, 0.0
    for item in (accept_language or "").split(","):
        name, _, quality = item.strip().partition(";q=")
        language = name.split("-")[0].lower()
        if language not in set(Language):
            continue
        weight = _weight(quality)
        if weight > best_weight:
            best, best_weight = Language(language), weight
    return best


def _weight(quality: str) -> float:
    try:
        return float(quality) if quality else 1.0
    except ValueError:
        return 0.0
