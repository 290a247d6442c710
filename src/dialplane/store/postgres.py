"""PostgreSQL behind the common way of asking."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, LiteralString, cast

import psycopg
from psycopg import errors
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool, PoolTimeout

from dialplane.domain.errors import Unavailable
from dialplane.store.database import Contended, Row, UniqueViolated

POOL_TIMEOUT_S = 10.0

# A colon that opens a name, not the second half of a `::` and not inside a word.
_PARAMETER = re.compile(r"(?<![:\w]):(\w+)")


@cache
def _in_psycopg_words(sql: str) -> bytes:
    return _PARAMETER.sub(r"%(\1)s", sql.replace("%", "%%")).encode()


class PostgresConnection:
    def __init__(self, raw: "psycopg.Connection[dict[str, Any]]") -> None:
        self._raw = raw

    def _execute(
        self, sql: str, parameters: Mapping[str, object]
    ) -> "psycopg.Cursor[dict[str, Any]]":
        try:
            return self._raw.execute(_in_psycopg_words(sql), parameters)
        except errors.UniqueViolation as violation:
            raise UniqueViolated(violation.diag.constraint_name or "") from violation
        except (errors.SerializationFailure, errors.DeadlockDetected) as lost:
            raise Contended from lost

    def rows(self, sql: str, parameters: Mapping[str, object]) -> list[Row]:
        return cast("list[Row]", self._execute(sql, parameters).fetchall())

    def row(self, sql: str, parameters: Mapping[str, object]) -> Row | None:
        return self._execute(sql, parameters).fetchone()

    def count(self, sql: str, parameters: Mapping[str, object]) -> int:
        return self._execute(sql, parameters).rowcount

    def lock_clause(self) -> LiteralString:
        return " FOR UPDATE"

    def serialize(self, name: str) -> None:
        self._raw.execute(
            b"SELECT pg_advisory_xact_lock(hashtextextended(%(name)s, 0))", {"name": name}
        )


class PostgresEngine:
    """Two pools: one the server itself keeps from writing, one for transactions that write."""

    def __init__(self, url: str, *, connections_max: int) -> None:
        self._readers = self._pool(url, connections_max, "-c default_transaction_read_only=on")
        self._writers = self._pool(url, connections_max, "")

    @staticmethod
    def _pool(
        url: str, connections_max: int, options: str
    ) -> "ConnectionPool[psycopg.Connection[dict[str, Any]]]":
        return ConnectionPool(
            url,
            connection_class=psycopg.Connection[dict[str, Any]],
            kwargs={"autocommit": True, "row_factory": dict_row, "options": options},
            min_size=1,
            max_size=connections_max,
            timeout=POOL_TIMEOUT_S,
            open=True,
        )

    @contextmanager
    def _connection(
        self, pool: "ConnectionPool[psycopg.Connection[dict[str, Any]]]"
    ) -> "Iterator[psycopg.Connection[dict[str, Any]]]":
        try:
            with pool.connection() as raw:
                yield raw
        except (PoolTimeout, psycopg.OperationalError) as gone:
            raise Unavailable from gone

    @contextmanager
    def reading(self) -> Iterator[PostgresConnection]:
        with self._connection(self._readers) as raw:
            yield PostgresConnection(raw)

    @contextmanager
    def snapshot(self) -> Iterator[PostgresConnection]:
        with self._connection(self._readers) as raw, raw.transaction():
            raw.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield PostgresConnection(raw)

    @contextmanager
    def writing(self) -> Iterator[PostgresConnection]:
        with self._connection(self._writers) as raw, raw.transaction():
            yield PostgresConnection(raw)

    def close(self) -> None:
        self._readers.close()
        self._writers.close()
