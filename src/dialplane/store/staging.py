"""Lines on their way in: out of memory, and out of the database until all are known to be good."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import Self

from dialplane.domain.frozen import dataclass
from dialplane.domain.lines import LineType
from dialplane.domain.stock import LineTerms


@dataclass(frozen=True, slots=True)
class Repeated:
    """A number that came before, and where."""

    row: int
    number: str
    first_row: int


class Staging:
    """A file without a name that SQLite removes by itself, whichever engine keeps the stock."""

    def __init__(self) -> None:
        self._raw = sqlite3.connect("", isolation_level=None)
        self._raw.execute("PRAGMA journal_mode = OFF")
        self._raw.execute(
            "CREATE TABLE staged (row_no INTEGER PRIMARY KEY, number TEXT, line_type TEXT,"
            " monthly_fee INTEGER, sms_send INTEGER, sms_recv INTEGER)"
        )
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._raw.close()

    def add(self, rows: Sequence[tuple[int, LineTerms]]) -> None:
        """Keep lines, each with the number of the row that says so."""
        self._raw.executemany(
            "INSERT INTO staged VALUES (?, ?, ?, ?, ?, ?)",
            (
                (row, terms.number, terms.line_type, terms.monthly_fee, terms.sms_send,
                 terms.sms_recv)
                for row, terms in rows
            ),
        )  # fmt: skip
        self.count += len(rows)

    def repeated(self) -> Iterator[Repeated]:
        """Every number that is there twice; asked once, after all lines are in."""
        self._raw.execute("CREATE INDEX staged_by_number ON staged (number, row_no)")
        found: Iterable[tuple[int, str, int]] = self._raw.execute(
            """
            SELECT row_no, number, first FROM
                (SELECT row_no, number, min(row_no) OVER (PARTITION BY number) AS first FROM staged)
             WHERE row_no > first
            """
        )
        return (Repeated(*each) for each in found)

    def batches(self, size: int) -> Iterator[list[LineTerms]]:
        """Everything, in the order of the numbers, which is the order the stock is indexed in."""
        cursor = self._raw.execute(
            "SELECT number, line_type, monthly_fee, sms_send, sms_recv FROM staged ORDER BY number"
        )
        while rows := cursor.fetchmany(size):
            yield [
                LineTerms(number, LineType(line_type), fee, bool(send), bool(recv))
                for number, line_type, fee, send, recv in rows
            ]
