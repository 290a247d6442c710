"""PostgreSQL behind the common way of asking."""

import re
import select
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final, LiteralString, cast

import msgspec
import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row, tuple_row
from psycopg_pool import ConnectionPool, PoolTimeout

from dialplane.domain.errors import Unavailable
from dialplane.store.database import (
    Contended,
    Later,
    Reader,
    Row,
    UniqueViolated,
    Values,
    ValuesLater,
)
from dialplane.store.gathering import Gathered, Gathering

if TYPE_CHECKING:
    Raw = psycopg.Connection[dict[str, Any]]

POOL_TIMEOUT_S: Final = 10.0
"""How long to wait for a connection others have; of a server that is gone one hears at once."""

CONNECT_TIMEOUT_S: Final = 3
"""Unless the URL says otherwise: how long a server may take that does not even refuse."""

# A colon that opens a name, not the second half of a `::` and not inside a word.
_PARAMETER = re.compile(r"(?<![:\w]):(\w+)")


@cache
def _in_psycopg_words(sql: str) -> bytes:
    return _PARAMETER.sub(r"%(\1)s", sql.replace("%", "%%")).encode()


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except errors.UniqueViolation as violation:
        raise UniqueViolated(violation.diag.constraint_name or "") from violation
    except (errors.SerializationFailure, errors.DeadlockDetected) as lost:
        raise Contended from lost


class PostgresConnection:
    dialect = "postgres"

    def __init__(
        self,
        raw: "Raw",
        pipeline: "psycopg.Pipeline | None" = None,
    ) -> None:
        self._raw = raw
        self._pipeline = pipeline

    def rows(self, sql: str, parameters: Mapping[str, object]) -> list[Row]:
        with _in_our_words():
            return cast("list[Row]", self._execute(sql, parameters).fetchall())

    def row(self, sql: str, parameters: Mapping[str, object]) -> Row | None:
        with _in_our_words():
            return self._execute(sql, parameters).fetchone()

    def _execute(
        self, sql: str, parameters: Mapping[str, object]
    ) -> "psycopg.Cursor[dict[str, Any]]":
        return self._raw.execute(_in_psycopg_words(sql), parameters)

    def values(self, sql: str, parameters: Mapping[str, object]) -> Values | None:
        return self.values_later(sql, parameters)()

    def all_values(self, sql: str, parameters: Mapping[str, object]) -> list[Values]:
        cursor = self._raw.cursor(row_factory=tuple_row)
        with _in_our_words():
            return cast(
                "list[Values]", cursor.execute(_in_psycopg_words(sql), parameters).fetchall()
            )

    def count(self, sql: str, parameters: Mapping[str, object]) -> int:
        with _in_our_words():
            return self._touched(self._execute(sql, parameters))

    def count_each(self, sql: str, every: Sequence[Mapping[str, object]]) -> int:
        with _in_our_words():
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
        cursor.executemany(_in_psycopg_words(sql), every)
        return cursor

    def later(self, sql: str, parameters: Mapping[str, object]) -> Later:
        cursor = self._execute(sql, parameters)

        def row() -> Row | None:
            with _in_our_words():
                return cursor.fetchone()

        return row

    def values_later(self, sql: str, parameters: Mapping[str, object]) -> ValuesLater:
        cursor = self._raw.cursor(row_factory=tuple_row)
        return cursor.execute(_in_psycopg_words(sql), parameters).fetchone

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


class Pool(ConnectionPool["Raw"]):
    """Connects when somebody asks, so that a server that is back is used at once.

    By itself a pool would try again after ever longer rests, and let everybody wait for it.
    """

    def __init__(self, url: str, connections_max: int, options: str) -> None:
        given = {"connect_timeout": CONNECT_TIMEOUT_S, **conninfo_to_dict(url)}
        super().__init__(
            connection_class=psycopg.Connection[dict[str, Any]],
            kwargs={**given, "autocommit": True, "row_factory": dict_row, "options": options},
            min_size=1,
            max_size=connections_max,
            timeout=POOL_TIMEOUT_S,
            reconnect_timeout=0,
            open=True,
        )

    def getconn(self, timeout: float | None = None) -> "Raw":
        """One the server has not closed meanwhile: when it starts anew, all of them are dead."""
        while _hung_up(raw := super().getconn(timeout)):
            raw.close()
            self.putconn(raw)
        return raw

    def reconnect_failed(self) -> None:
        """Nobody waits for a server that is not there; whoever asks next has it tried again."""
        with self._lock:
            waiting = [*self._waiting]
            self._waiting.clear()
        for each in waiting:
            each.fail(PoolTimeout("the server cannot be reached"))


def _hung_up(raw: "Raw") -> bool:
    """Whether it says something unasked, as servers that go do; nothing is sent to find out."""
    if raw.closed:
        return True
    listening = select.poll()
    listening.register(raw.fileno(), select.POLLIN)
    return bool(listening.poll(0))


class PostgresEngine:
    """Two pools: one the server itself keeps from writing, one for transactions that write."""

    def __init__(self, url: str, *, connections_max: int) -> None:
        self._gatherings: dict[str, Gathering] = {}
        self._readers = Pool(url, connections_max, "-c default_transaction_read_only=on")
        self._writers = Pool(url, connections_max, "")

    @contextmanager
    def _connection(self, pool: Pool) -> "Iterator[Raw]":
        try:
            with pool.connection() as raw:
                yield raw
        except (PoolTimeout, psycopg.OperationalError) as gone:
            raise Unavailable from gone

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        with self._connection(self._readers) as raw:
            yield Reader(PostgresConnection(raw))

    @contextmanager
    def snapshot(self) -> Iterator[Reader]:
        begin = b"BEGIN ISOLATION LEVEL REPEATABLE READ"
        with self._transaction(self._readers, begin) as connection:
            yield Reader(connection)

    def writing(self) -> AbstractContextManager[PostgresConnection]:
        return self._transaction(self._writers, b"BEGIN")

    def noting(self) -> AbstractContextManager[PostgresConnection]:
        # Not faster here: without synchronous_commit even a crash of one of its own processes would
        # take what was answered.
        return self.writing()

    @contextmanager
    def _transaction(self, pool: Pool, begin: bytes) -> Iterator[PostgresConnection]:
        """A transaction that goes to the server only where an answer is waited for.

        BEGIN travels with the first question, and COMMIT with what nobody waits to hear about.
        """
        with self._connection(pool) as raw:
            try:
                with _in_our_words(), raw.pipeline() as pipeline:
                    raw.execute(begin)
                    yield PostgresConnection(raw, pipeline)
                    raw.execute(b"COMMIT")
            finally:
                # By itself psycopg goes on to believe that what was sent behind a failure was
                # prepared; it forgets that only when it rolls back on its own account.
                raw.rollback()

    def gather(self, sql: str, row: Gathered) -> bool:
        found = self._gatherings.get(sql)
        if found is None:
            # Another thread may have made it meanwhile; there has to be one.
            found = self._gatherings.setdefault(sql, Gathering(partial(self._write_all, sql)))
        return found.put(row)

    def _write_all(self, sql: str, rows: list[Gathered]) -> set[str]:
        told = {"rows": msgspec.json.encode(rows).decode()}
        with self._connection(self._writers) as raw:
            try:
                written = raw.cursor(row_factory=tuple_row).execute(_in_psycopg_words(sql), told)
                return {id_ for (id_,) in written}
            except (errors.SerializationFailure, errors.DeadlockDetected, errors.IntegrityError):
                return set()

    def close(self) -> None:
        self._readers.close()
        self._writers.close()
