"""What stands in a cell of a CSV of lines, and what a spreadsheet may have done to it."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from dialplane.domain.digits import read_digits
from dialplane.domain.lines import LineType
from dialplane.domain.values import Won

MONTHLY_FEE_MAX: Final = 1_000_000_000

_SCIENTIFIC = re.compile(r"[0-9]+([.,][0-9]+)?[eE]\+?[0-9]+")
_DECIMAL = re.compile(r"([0-9]+)[.,]0+")
_FEE = re.compile(r"[0-9]{1,12}")
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+")
_YES: Final = frozenset({"true", "1", "yes", "y"})
_NO: Final = frozenset({"false", "0", "no", "n"})


class Misread(ValueError):
    """This is not what the column holds; the text says what would be."""


def number(cell: str) -> str:
    """Read a telephone number in any spelling; answers the canonical one."""
    if not cell:
        raise Misread("is empty")
    if _SCIENTIFIC.fullmatch(cell):
        raise Misread(
            "a spreadsheet rounded this number and its digits are lost: format the column as text"
            " and fill it again"
        )
    digits = read_digits(cell)
    if digits.domestic is not None:
        return digits.domestic
    whole = _DECIMAL.sub(r"\1", cell)
    for meant in (whole, f"0{whole}"):
        if meant != cell and (restored := read_digits(meant).domestic) is not None:
            raise Misread(
                f"a spreadsheet took this for a figure: it was probably {restored}; format the"
                " column as text so that the 0 in front stays"
            )
    raise Misread("is not a Korean telephone number")


def line_type(cell: str) -> LineType:
    try:
        return LineType(cell.lower())
    except ValueError:
        raise Misread(f"is none of {', '.join(LineType)}") from None


def monthly_fee(cell: str) -> Won:
    if _FEE.fullmatch(cell) and (fee := int(cell)) <= MONTHLY_FEE_MAX:
        return fee
    if whole := _DECIMAL.fullmatch(cell):
        raise Misread(f"write whole won without decimals: {whole[1]}")
    if _GROUPED.fullmatch(cell):
        raise Misread(f"write it without separators: {cell.replace(',', '')}")
    raise Misread(f"is not a fee in whole won from 0 to {MONTHLY_FEE_MAX:,}")


def capable(cell: str) -> bool:
    word = cell.lower()
    if word in _YES | _NO:
        return word in _YES
    raise Misread("is neither true nor false")


READERS: Final[Mapping[str, Callable[[str], object]]] = {
    "number": number,
    "line_type": line_type,
    "monthly_fee": monthly_fee,
    "sms_send": capable,
    "sms_recv": capable,
}
"""How each column is read, under the names of LineTerms."""
