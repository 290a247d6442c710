"""What digits mean in the numbering plans of the world, Korea being at home."""

import re
from typing import Final

from phonenumbers import (
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    format_number,
    is_possible_number,
    is_valid_number,
    national_significant_number,
    parse,
)

_HOME: Final = "KR"
_HOME_CODE: Final = 82
# Representative numbers (1588-0000) are dialled whole; every other domestic number begins with 0.
_REPRESENTATIVE: Final = re.compile(r"1[568][0-9]{6}")
_SHORTEST_DOMESTIC: Final = 8


def forms(compact: str, context: str) -> tuple[str | None, str | None]:
    """The domestic and the international form of digits without separators, as far as they have it.

    `context` is the prefix they were said to stand behind, or empty.
    """
    number = _number(compact, context)
    if number is None:
        return None, None
    return _domestic(number), f"+{number.country_code}{national_significant_number(number)}"


def written(e164: str, *, abroad: bool) -> str | None:
    """With separators, as it is dialled in its country or from abroad; None for what is none."""
    form = PhoneNumberFormat.INTERNATIONAL if abroad else PhoneNumberFormat.NATIONAL
    try:
        return format_number(parse(e164), form)
    except NumberParseException:
        return None


def _number(compact: str, context: str) -> PhoneNumber | None:
    if context and not compact.startswith("+"):
        return _possible(context + compact) or _without_context(compact)
    return _without_context(compact)


def _without_context(compact: str) -> PhoneNumber | None:
    if compact.startswith("+"):
        return _possible(compact)
    if compact.startswith(f"00{_HOME_CODE}"):
        return _possible(f"+{compact[2:]}")
    if compact.startswith(str(_HOME_CODE)):
        return _valid(f"+{compact}")
    if compact.startswith("00"):
        return _valid(compact)
    if compact.startswith("0"):
        return None if _REPRESENTATIVE.fullmatch(compact[1:]) else _possible(compact)
    # Without the 0 in front 70 1111 2222 may as well be an extension: a hint, not a number.
    return _valid(compact) if _REPRESENTATIVE.fullmatch(compact) else None


def _possible(text: str) -> PhoneNumber | None:
    """Enough where the spelling leaves no doubt: the library's tables lag behind new ranges."""
    number = _parsed(text)
    if number is None or not is_possible_number(number):
        return None
    national = national_significant_number(number)
    if number.country_code == _HOME_CODE and (
        len(national) < _SHORTEST_DOMESTIC or national.startswith("0")
    ):
        return None
    return number


def _valid(text: str) -> PhoneNumber | None:
    number = _parsed(text)
    return number if number is not None and is_valid_number(number) else None


def _parsed(text: str) -> PhoneNumber | None:
    try:
        return parse(text, _HOME)
    except NumberParseException:
        return None


def _domestic(number: PhoneNumber) -> str | None:
    if number.country_code != _HOME_CODE:
        return None
    national = national_significant_number(number)
    return national if _REPRESENTATIVE.fullmatch(national) else f"0{national}"
