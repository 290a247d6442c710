"""What somebody dialled, in whatever spelling, read once as the number it means in Korea."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from phonenumbers import (
    NumberParseException,
    PhoneNumber,
    is_possible_number,
    is_valid_number,
    national_significant_number,
    parse,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Digits:
    """A dialled string and both of its forms, as far as it has them.

    `plain` is what was dialled without the wrapping of a URI; SIP users such as `alice` have
    nothing else.
    """

    raw: str
    plain: str
    domestic: str | None = None
    e164: str | None = None

    @property
    def canonical(self) -> str:
        """Equal for all spellings of one number."""
        return self.domestic or self.e164 or self.plain

    @property
    def anonymous(self) -> bool:
        return self.plain.lower() in _ANONYMOUS


class NearMissReason(StrEnum):
    """How a held number resembles the one that was called."""

    SPELLING = "spelling"
    PREFIX = "prefix"
    ONE_DIGIT = "one_digit"


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    number: str
    reason: NearMissReason


def read_digits(text: str) -> Digits:
    """Read a number, a tel: or sip: URI, or a SIP user; never refuses.

    Only what the numbering plan recognises gets another form. An extension, a star code or a
    name means something to somebody else's telephone system, so it stays as it came.
    """
    user, context = _unwrapped(text)
    compact = _SEPARATORS.sub("", user)
    if not _DIALLABLE.fullmatch(compact):
        return Digits(raw=text, plain=user)
    number = _number(compact, context)
    if number is None:
        return Digits(raw=text, plain=compact)
    e164 = f"+{number.country_code}{national_significant_number(number)}"
    return Digits(raw=text, plain=compact, domestic=_domestic(number), e164=e164)


def near_misses(wanted: Digits, held: Iterable[str]) -> tuple[NearMiss, ...]:
    """Those of the held numbers that were probably meant, the likeliest first."""
    likely = near_spellings(wanted)
    order = list(NearMissReason)
    found = (NearMiss(number=each, reason=likely[each]) for each in held if each in likely)
    return tuple(sorted(found, key=lambda miss: (order.index(miss.reason), miss.number)))


def near_spellings(wanted: Digits) -> dict[str, NearMissReason]:
    """Every canonical number that was probably meant.

    Small and independent of how many numbers anybody holds, so that a store can look them up.
    """
    dialled = wanted.canonical.removeprefix("+")
    if not dialled.isdigit() or not _SHORTEST_COMPARED <= len(dialled) <= _LONGEST_COMPARED:
        return {}
    likely = dict.fromkeys(_one_digit_off(dialled), NearMissReason.ONE_DIGIT)
    for suffix in _suffixes(dialled):
        likely |= dict.fromkeys((suffix, f"0{suffix}"), NearMissReason.PREFIX)
    bare = dialled.lstrip("0")
    likely |= dict.fromkeys((bare, f"0{bare}"), NearMissReason.SPELLING)
    likely.pop(wanted.canonical, None)
    return likely


_HOME = "KR"
_HOME_CODE = 82
# "anonymous" is the word of RFC 3323; the others are what gateways write instead.
_ANONYMOUS = frozenset({"", "anonymous", "private", "restricted", "unavailable", "unknown"})
_ADDRESS = re.compile(r"[^<>]*<([^<>]*)>.*", re.DOTALL)
_SCHEME = re.compile(r"(?:sips?|tel):", re.IGNORECASE)
_CONTEXT = re.compile(r";phone-context=(\+[0-9().-]+)", re.IGNORECASE)
_SEPARATORS = re.compile(r"(?<=[0-9)+( .-])[ ().-]+|^[ (]+(?=[0-9+])")
# Longer than any number: an E.164 number has 15 digits, dial prefixes come on top.
_DIALLABLE = re.compile(r"\+?[0-9]{1,24}")
# Representative numbers (1588-0000) are dialled whole; every other domestic number begins with 0.
_REPRESENTATIVE = re.compile(r"1[568][0-9]{6}")
_SHORTEST_DOMESTIC = 8
_SHORTEST_COMPARED = 7
_LONGEST_COMPARED = 20


def _unwrapped(text: str) -> tuple[str, str]:
    """The user part of an address or the text itself, and the prefix its context stands for."""
    address = unicodedata.normalize("NFKC", text).strip()
    if bracketed := _ADDRESS.fullmatch(address):
        address = bracketed[1].strip()
    context = _CONTEXT.search(address)
    address = _SCHEME.sub("", address, count=1) if _SCHEME.match(address) else address
    user = address.rpartition("@")[0] or address
    user = unquote(user.partition(";")[0].partition(":")[0]).strip().replace("\0", "\ufffd")
    return user, re.sub(r"[().-]", "", context[1]) if context else ""


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


def _suffixes(dialled: str) -> list[str]:
    """What remains if a telephone system put something in front."""
    return [dialled[cut:] for cut in range(1, len(dialled) - _SHORTEST_COMPARED + 1)]


def _one_digit_off(dialled: str) -> set[str]:
    splits = [(dialled[:at], dialled[at:]) for at in range(len(dialled) + 1)]
    wrong = {front + digit + back[1:] for front, back in splits if back for digit in "0123456789"}
    missing = {front + digit + back for front, back in splits for digit in "0123456789"}
    extra = {front + back[1:] for front, back in splits if back}
    swapped = {front + back[1] + back[0] + back[2:] for front, back in splits if back[1:]}
    return wrong | missing | extra | swapped
