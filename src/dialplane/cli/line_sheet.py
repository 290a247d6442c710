"""A CSV of lines read row by row: terms where a row is good, and what is wrong where it is not."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from dialplane.cli.line_cells import READERS, Misread
from dialplane.domain.stock import LineTerms

COLUMNS: Final = tuple(READERS)
LONGEST_LINE_BYTES: Final = 64 * 1024

_UTF8_MARK: Final = b"\xef\xbb\xbf"
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_OTHER_SEPARATORS: Final = {";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong, and where; `row` counts from 1, as spreadsheets and editors do."""

    row: int
    reason: str
    column: str | None = None
    value: str | None = None


class Unreadable(Exception):
    """The rest of the file cannot be read; `problem` says why."""

    def __init__(self, row: int, reason: str, value: str | None = None) -> None:
        super().__init__(reason)
        self.problem = Problem(row=row, reason=reason, value=value)


class LineSheet:
    """The rows of an open file.

    Raises:
        Unreadable: the file is empty, or its first line does not name the columns.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._texts = _Texts(file)
        self._rows = csv.reader(self._texts, strict=True)
        self._columns = self._header()

    def __iter__(self) -> Iterator[tuple[int, LineTerms | list[Problem]]]:
        """Every row with its number, as terms or as what is wrong with it.

        Raises:
            Unreadable: from here on it makes no sense.
        """
        while (row := self._next_row()) is not None:
            if any(cell.strip() for cell in row[1]):
                yield row[0], self._terms(*row)

    @property
    def bytes_read(self) -> int:
        return self._texts.bytes_read

    def _next_row(self) -> tuple[int, list[str]] | None:
        row_no = self._texts.lines_read + 1
        try:
            cells = next(self._rows, None)
        except csv.Error as error:
            raise Unreadable(row_no, f"not CSV: {error}; look for a stray quotation mark") from None
        return None if cells is None else (row_no, cells)

    def _header(self) -> tuple[str, ...]:
        row = self._next_row()
        while row is not None and not any(cell.strip() for cell in row[1]):
            row = self._next_row()
        if row is None:
            raise Unreadable(1, f"the file is empty; its first line names {', '.join(COLUMNS)}")
        row_no, cells = row
        named = tuple(cell.strip().lower() for cell in cells)
        if reason := _header_fault(named):
            raise Unreadable(row_no, reason, ",".join(cells)[:80])
        return named

    def _terms(self, row_no: int, cells: list[str]) -> LineTerms | list[Problem]:
        if len(cells) != len(self._columns):
            reason = f"has {len(cells)} cells, the first line names {len(self._columns)} columns"
            return [Problem(row=row_no, reason=reason)]
        terms: dict[str, object] = {}
        problems = []
        for column, cell in zip(self._columns, cells, strict=True):
            try:
                terms[column] = READERS[column](cell.strip())
            except Misread as misread:
                problems.append(
                    Problem(row=row_no, column=column, value=cell[:80], reason=str(misread))
                )
        return problems or LineTerms(**terms)  # type: ignore[arg-type]  # by READERS' order


def _header_fault(named: Sequence[str]) -> str | None:
    if len(named) == 1:
        for separator, word in _OTHER_SEPARATORS.items():
            if separator in named[0]:
                return f"columns are separated by {word}; save it separated by commas"
    if not set(named) & set(COLUMNS):
        return f"the first line has to name the columns: {', '.join(COLUMNS)}"
    missing = [column for column in COLUMNS if column not in named]
    unknown = [column or "(no name)" for column in named if column not in COLUMNS]
    twice = sorted({column for column in named if named.count(column) > 1} - set(unknown))
    faults = (("missing", missing), ("unknown", unknown), ("there twice", twice))
    return "; ".join(f"{word}: {', '.join(found)}" for word, found in faults if found) or None


class _Texts:
    """The lines of the file as text; a line that is none is told by its number."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.lines_read = 0
        self.bytes_read = 0

    def __iter__(self) -> "_Texts":
        return self

    def __next__(self) -> str:
        line = self._file.readline(LONGEST_LINE_BYTES + 1)
        if not line:
            raise StopIteration
        self.lines_read += 1
        self.bytes_read += len(line)
        if self.lines_read == 1:
            line = line.removeprefix(_UTF8_MARK)
        self._refuse(line)
        try:
            return line.decode()
        except UnicodeDecodeError as error:
            raise Unreadable(self.lines_read, _encoding_fault(line, error)) from None

    def _refuse(self, line: bytes) -> None:
        if self.lines_read == 1 and line.startswith(_UTF16_MARKS):
            raise Unreadable(1, "this is UTF-16; save it as CSV in UTF-8")
        if len(line) > LONGEST_LINE_BYTES:
            raise Unreadable(self.lines_read, f"a line longer than {LONGEST_LINE_BYTES:,} bytes")
        if b"\0" in line:
            raise Unreadable(self.lines_read, "holds a zero byte; this is not a text file")


def _encoding_fault(line: bytes, error: UnicodeDecodeError) -> str:
    try:
        line.decode("cp949")
    except UnicodeDecodeError:
        return f"not UTF-8 at byte {error.start + 1} of the line"
    return (
        f"not UTF-8 at byte {error.start + 1} of the line; it looks like CP949, in which Excel"
        " writes plain CSV: save it as 'CSV UTF-8'"
    )
