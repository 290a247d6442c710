"""Statements to PostgreSQL, over one connection."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, LiteralString, cast

import psycopg
from psycopg import errors
from psycopg.rows import tuple_row

from dialplane.store.database import (
    Contended,
    Later,
    Row,
    UniqueViolated,
    Values,
    ValuesLater,
)

if TYPE_CHECKING:
    Raw = psycopg.Connection[dict[str, Any]]

# A colon that opens a name, not the second half of a `::` and not inside a word.
_PARAMETER = re.compile(r"(?<![:\w]):(\w+)")


@cache
def in_psycopg_words(sql: str) -> bytes:
    return _PARAMETER.sub(r"%(\1)s", sql.replace("%", "%%")).encode()


class _InOurWords:
    """No generator: this stands around every statement."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, errors.UniqueViolation):
            raise UniqueViolated(error.diag.constraint_name or "") from error
        if isinstance(error, errors.SerializationFailure | errors.DeadlockDetected):
            raise Contended from error


IN_OUR_WORDS = _InOurWords()


class PostgresConnection:
    dialect = "postgres"

    def __init__(
        self,
        raw: "Raw",
        pipeline: "psycopg.Pipeline | None" = None,
    ) -> None:
        self._raw = raw
        self._pipeline = pipeline
        self._plain = raw.cursor(row_factory=tuple_row)

    def rows(self, sql: str, parameters: Mapping[str, object]) -> list[Row]:
        with IN_OUR_WORDS:
            return cast("list[Row]", self._execute(sql, parameters).fetchall())

    def row(self, sql: str, parameters: Mapping[str, object]) -> Row | None:
        with IN_OUR_WORDS:
            return self._execute(sql, parameters).fetchone()

    def _execute(
        self, sql: str, parameters: Mapping[str, object]
    ) -> "psycopg.Cursor[dict[str, Any]]":
        return self._raw.execute(in_psycopg_words(sql), parameters)

    def values(self, sql: str, parameters: Mapping[str, object]) -> Values | None:
        return self._plain.execute(in_psycopg_words(sql), parameters).fetchone()

    def all_values(self, sql: str, parameters: Mapping[str, object]) -> list[Values]:
        with IN_OUR_WORDS:
            found = self._plain.execute(in_psycopg_words(sql), parameters).fetchall()
        return cast("list[Values]", found)

    def count(self, sql: str, parameters: Mapping[str, object]) -> int:
        with IN_OUR_WORDS:
            return self._touched(self._execute(sql, parameters))

    def count_each(self, sql: str, every: Sequence[Mapping[str, object]]) -> int:
        with IN_OUR_WORDS:
            return self._touched(self._execute_each(sql, every))

    def _touched(self, cursor: "psycopg.Cursor[dict[str, Any]]") -> int:
        if self._pipeline is not None:
            self._pipeline.sync()
        return cursor.rowcount

    def send(self, sql: str, parameters: Mapping[str, object]) -> None:
        self._execute(sql, parameters)

    def send_each(self, sql: str, every: Sequence[Mapping[str, object]]) -> None:
        self._execute_each(sql, every)

    def _execute_each(
        self, sql: str, every: Sequence[Mapping[str, object]]
    ) -> "psycopg.Cursor[dict[str, Any]]":
        cursor = self._raw.cursor()
        cursor.executemany(in_psycopg_words(sql), every)
        return cursor

    def later(self, sql: str, parameters: Mapping[str, object]) -> Later:
        cursor = self._execute(sql, parameters)

        def row() -> Row | None:
            with IN_OUR_WORDS:
                return cursor.fetchone()

        return row

    def values_later(self, sql: str, parameters: Mapping[str, object]) -> ValuesLater:
        cursor = self._raw.cursor(row_factory=tuple_row)
        return cursor.execute(in_psycopg_words(sql), parameters).fetchone

    def lock_clause(self) -> LiteralString:
        return " FOR UPDATE"

    def listed(self) -> LiteralString:
        return "json_array_elements_text(CAST(:listed AS json)) AS every (listed)"

    def sha256(self, text: LiteralString) -> LiteralString:
        return "encode(sha256(convert_to(" + text + ", 'UTF8')), 'hex')"

    def serialize(self, name: str) -> None:
        self._raw.execute(
            b"SELECT pg_advisory_xact_lock(hashtextextended(%(name)s, 0))", {"name": name}
        )
