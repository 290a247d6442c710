"""CSV as spreadsheets write it: told apart, decoded, split into named cells, and written again."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import Final

from dialplane.domain.errors import FieldProblem, Invalid
from dialplane.domain.frozen import dataclass

UTF8: Final = "utf-8"
CP949: Final = "cp949"

_UTF8_MARK: Final = b"\xef\xbb\xbf"
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_OTHER_SEPARATORS: Final = {";": "semicolon", "\t": "tab", "|": "bar"}
_LINE_END: Final = "\r\n"
_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")

QUOTE: Final = "'"
"""In front of a cell: what follows is text, whatever it looks like."""
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
CLEAR: Final = "null"
"""The word that empties what a cell stands for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What the first line may name: columns that are read, and others that are only looked at."""

    read: frozenset[str]
    ignored: frozenset[str] = field(default_factory=frozenset)
    one_of: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The filled cells of each row by column, with the line of the file it begins on."""

    encoding: str
    rows: list[tuple[int, dict[str, str]]]


def read_sheet(raw: bytes, columns: Columns, *, rows_max: int) -> Sheet:
    """Read a whole file.

    Raises:
        Invalid: with the line and what is wrong; the rest of such a file makes no sense.
    """
    encoding, text = _decoded(raw)
    rows: list[tuple[int, dict[str, str]]] = []
    named: Sequence[str] | None = None
    for line_no, cells in _numbered(text):
        if not any(cell.strip() for cell in cells):
            continue
        if named is None:
            named = _header(cells, columns, line_no)
            continue
        if len(rows) == rows_max:
            raise _refused(line_no, "sheet_too_many_rows", limit=rows_max)
        rows.append((line_no, _named(cells, named, columns, line_no)))
    if not rows:
        raise Invalid.one("body", "sheet_empty")
    return Sheet(encoding, rows)


def _decoded(raw: bytes) -> tuple[str, str]:
    if raw.startswith(_UTF16_MARKS):
        raise _refused(1, "sheet_utf16")
    if b"\0" in raw:
        raise _refused(raw[: raw.index(b"\0")].count(b"\n") + 1, "sheet_not_text")
    body = raw.removeprefix(_UTF8_MARK)
    try:
        return UTF8, body.decode()
    except UnicodeDecodeError as error:
        try:
            # In which Korean spreadsheets write plain CSV.
            return CP949, body.decode(CP949)
        except UnicodeDecodeError:
            line_no = body[: error.start].count(b"\n") + 1
            raise _refused(line_no, "sheet_not_utf8") from error


def _numbered(text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line each begins on: a cell in quotation marks may go over several."""
    # Not splitlines(), which takes ten other characters for the end of a line.
    rows = csv.reader((line[0] for line in _LINE.finditer(text)), strict=True)
    line_no = 1
    try:
        for cells in rows:
            yield line_no, cells
            line_no = rows.line_num + 1
    except csv.Error as error:
        raise _refused(line_no, "sheet_not_csv") from error


def _header(cells: list[str], columns: Columns, line_no: int) -> Sequence[str]:
    named = [cell.strip().lower() for cell in cells]
    if len(named) == 1:
        for separator, word in _OTHER_SEPARATORS.items():
            if separator in named[0]:
                raise _refused(line_no, "sheet_separator", separator=word)
    known = columns.read | columns.ignored
    if unknown := [name or "(empty)" for name in named if name not in known]:
        allowed = ", ".join(sorted(columns.read))
        told = ", ".join(unknown)[:200]
        raise _refused(line_no, "sheet_unknown_columns", columns=told, allowed=allowed)
    if twice := sorted({name for name in named if named.count(name) > 1}):
        raise _refused(line_no, "sheet_column_twice", columns=", ".join(twice))
    if not columns.one_of & set(named):
        raise _refused(line_no, "sheet_no_key_column", columns=", ".join(sorted(columns.one_of)))
    return named


def _named(
    cells: list[str], named: Sequence[str], columns: Columns, line_no: int
) -> dict[str, str]:
    if len(cells) != len(named):
        raise _refused(line_no, "sheet_cell_count", cells=len(cells), columns=len(named))
    return {
        name: cell
        for name, cell in zip(named, cells, strict=True)
        if name in columns.read and cell.strip()
    }


def _refused(line_no: int, reason: str, **facts: object) -> Invalid:
    return Invalid([FieldProblem(f"line {line_no}", reason, facts)])


def cell_text(cell: str) -> str | None:
    """What a filled cell stands for; None is "clear it"."""
    if cell.startswith(QUOTE):
        return cell.removeprefix(QUOTE)
    return None if cell.strip().lower() == CLEAR else cell


def safe_cell(text: object) -> str:
    """A value as a cell that no spreadsheet calculates and `cell_text` gives back as it was."""
    if text is None:
        return CLEAR
    written = str(text)
    risky = written.lstrip().startswith(_FORMULA_STARTS) or written.startswith(QUOTE)
    misread = not written.strip() or written.strip().lower() == CLEAR
    return QUOTE + written if risky or misread else written


def csv_line(cells: Sequence[str]) -> str:
    """One line of a CSV."""
    told = _Line()
    csv.writer(told, lineterminator=_LINE_END).writerow(cells)
    return told.text


class _Line:
    """What a csv writer writes to."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        self.text += text
        return len(text)
