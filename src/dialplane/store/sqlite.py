"""SQLite behind the common way of asking: one file, one writer at a time, readers beside it."""

import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString, cast
from weakref import WeakSet

from dialplane.domain.errors import Unavailable
from dialplane.store.database import Row, UniqueViolated

BUSY_TIMEOUT_MS = 10_000
_UNIQUE = "UNIQUE constraint failed: "


def _rule_of(violation: sqlite3.IntegrityError) -> str | None:
    """Name the rule as PostgreSQL does: `table.a, table.b` becomes `table_a_b_key`."""
    text = str(violation)
    if not text.startswith(_UNIQUE):
        return None
    columns = [column.split(".") for column in text.removeprefix(_UNIQUE).split(", ")]
    return "_".join([columns[0][0], *(name for _, name in columns), "key"])


class SqliteConnection:
    def __init__(self, raw: sqlite3.Connection) -> None:
        self.raw = raw

    def __del__(self) -> None:
        self.raw.close()

    def _execute(self, sql: str, parameters: Mapping[str, object]) -> sqlite3.Cursor:
        try:
            return self.raw.execute(sql, cast("dict[str, str]", parameters))
        except sqlite3.IntegrityError as violation:
            rule = _rule_of(violation)
            if rule is None:
                raise
            raise UniqueViolated(rule) from violation

    def rows(self, sql: str, parameters: Mapping[str, object]) -> list[Row]:
        return self._execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Mapping[str, object]) -> Row | None:
        cursor = self._execute(sql, parameters)
        found: Row | None = cursor.fetchone()
        # A statement left unfinished would keep its transaction open.
        cursor.close()
        return found

    def count(self, sql: str, parameters: Mapping[str, object]) -> int:
        return self._execute(sql, parameters).rowcount

    def lock_clause(self) -> LiteralString:
        return ""  # BEGIN IMMEDIATE already holds the only write lock there is.

    def serialize(self, name: str) -> None:
        del name


class SqliteEngine:
    """Each thread reads through its own connection; writers queue for the one that writes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = threading.local()
        # Weak: a thread that ends takes its connection along; the server's threads come and go.
        self._every_connection: WeakSet[SqliteConnection] = WeakSet()
        self._write_lock = threading.Lock()
        self._writer = self._connect()
        self._writer.raw.execute("PRAGMA journal_mode = WAL")
        # FULL: what was acknowledged is on the disk, also when the power goes.
        self._writer.raw.execute("PRAGMA synchronous = FULL")

    def _connect(self) -> SqliteConnection:
        raw = sqlite3.connect(
            self._path,
            timeout=BUSY_TIMEOUT_MS / 1000,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        raw.row_factory = sqlite3.Row
        raw.execute("PRAGMA foreign_keys = ON")
        connection = SqliteConnection(raw)
        self._every_connection.add(connection)
        return connection

    def _reader(self) -> SqliteConnection:
        found: SqliteConnection | None = getattr(self._threads, "reader", None)
        if found is None:
            found = self._connect()
            found.raw.execute("PRAGMA query_only = ON")
            self._threads.reader = found
        return found

    @contextmanager
    def reading(self) -> Iterator[SqliteConnection]:
        yield self._reader()

    @contextmanager
    def snapshot(self) -> Iterator[SqliteConnection]:
        connection = self._reader()
        connection.raw.execute("BEGIN")
        try:
            yield connection
        finally:
            connection.raw.execute("COMMIT")

    @contextmanager
    def writing(self) -> Iterator[SqliteConnection]:
        with self._write_lock:
            self._begin()
            try:
                yield self._writer
            except BaseException:
                self._writer.raw.execute("ROLLBACK")
                raise
            self._writer.raw.execute("COMMIT")

    def _begin(self) -> None:
        try:
            self._writer.raw.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as busy:
            if "locked" not in str(busy):
                raise
            raise Unavailable from busy

    def close(self) -> None:
        for connection in list(self._every_connection):
            connection.raw.close()
