"""What somebody dialled, in whatever spelling, read once as the number it means in Korea."""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from importlib import import_module
from urllib.parse import unquote

from dialplane.domain.frozen import dataclass


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
    if _DOMESTIC.fullmatch(text):
        return Digits(raw=text, plain=text, domestic=text, e164=f"+{_HOME_CODE}{text[1:]}")
    user, context = _unwrapped(text)
    compact = _SEPARATORS.sub("", user)
    if not _DIALLABLE.fullmatch(compact):
        return Digits(raw=text, plain=user)
    # Plans of all countries are much to load, and nearly every number is written as above.
    domestic, e164 = import_module("dialplane.domain.numbering").forms(compact, context)
    return Digits(raw=text, plain=compact, domestic=domestic, e164=e164)


def digits_sought(text: str) -> str | None:
    """Digits to look for inside domestic numbers; None for a text that is no part of one."""
    compact = re.sub(r"[ ().-]", "", text)
    if not re.fullmatch(r"\+?[0-9]+", compact):
        return None
    home = f"+{_HOME_CODE}"
    if compact.startswith(home):
        return "0" + compact.removeprefix(home)
    return compact.removeprefix("+")


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


_HOME_CODE = 82
# "anonymous" is the word of RFC 3323; the others are what gateways write instead.
_ANONYMOUS = frozenset({"", "anonymous", "private", "restricted", "unavailable", "unknown"})
_ADDRESS = re.compile(r"[^<>]*<([^<>]*)>.*", re.DOTALL)
_SCHEME = re.compile(r"(?:sips?|tel):", re.IGNORECASE)
_CONTEXT = re.compile(r";phone-context=(\+[0-9().-]+)", re.IGNORECASE)
_SEPARATORS = re.compile(r"(?<=[0-9)+( .-])[ ().-]+|^[ (]+(?=[0-9+])")
# Longer than any number: an E.164 number has 15 digits, dial prefixes come on top.
_DIALLABLE = re.compile(r"\+?[0-9]{1,24}")
# As nearly every number is written. The library would say the same, a hundred times as slowly.
_DOMESTIC = re.compile(r"0(?:1[016-9]|2|70|[3-6][1-5])[0-9]{7,8}")
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
