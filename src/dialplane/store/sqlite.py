"""SQLite behind the common way of asking: one file, one writer at a time, readers beside it."""

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from hashlib import sha256
from pathlib import Path
from typing import LiteralString, cast
from weakref import WeakSet

from dialplane.store.checkpoints import LONGEST_PAGES, Checkpoints
from dialplane.store.database import Later, Reader, Row, UniqueViolated, Values, ValuesLater
from dialplane.store.group_commit import GroupCommit

BUSY_TIMEOUT_MS = 10_000
# Each thread keeps pages of its own, which the system keeps as well: with sixteen times as many a
# look-up among a million numbers is no faster, and a process is twice as large.
PAGES_KEPT_KB = 500
_UNIQUE = "UNIQUE constraint failed: "

# Unless it is told, sqlite3 looks everywhere for somebody who can make something of a None.
sqlite3.register_adapter(type(None), lambda none: none)


def _rule_of(violation: sqlite3.IntegrityError) -> str | None:
    """Name the rule as PostgreSQL does: `table.a, table.b` becomes `table_a_b_key`."""
    text = str(violation)
    if not text.startswith(_UNIQUE):
        return None
    columns = [column.split(".") for column in text.removeprefix(_UNIQUE).split(", ")]
    return "_".join([columns[0][0], *(name for _, name in columns), "key"])


class _InOurWords:
    """No generator: this stands around every statement."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, violation: BaseException | None, __: object) -> None:
        if isinstance(violation, sqlite3.IntegrityError):
            rule = _rule_of(violation)
            if rule is not None:
                raise UniqueViolated(rule) from violation


_IN_OUR_WORDS = _InOurWords()


def _sha256(text: str) -> str:
    return sha256(text.encode()).hexdigest()


class SqliteConnection:
    """Belongs to one thread at a time."""

    dialect = "sqlite"

    def __init__(self, raw: sqlite3.Connection) -> None:
        self.raw = raw
        self._plain = raw.cursor()
        self._plain.row_factory = None

    def __del__(self) -> None:
        self.raw.close()

    def _execute(self, sql: str, parameters: Mapping[str, object]) -> sqlite3.Cursor:
        with _IN_OUR_WORDS:
            return self.raw.execute(sql, cast("dict[str, str]", parameters))

    def rows(self, sql: str, parameters: Mapping[str, object]) -> list[Row]:
        return self._execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Mapping[str, object]) -> Row | None:
        cursor = self._execute(sql, parameters)
        found: Row | None = cursor.fetchone()
        # A statement left unfinished would keep its transaction open.
        cursor.close()
        return found

    def values(self, sql: str, parameters: Mapping[str, object]) -> Values | None:
        found = self.all_values(sql, parameters)
        return found[0] if found else None

    def all_values(self, sql: str, parameters: Mapping[str, object]) -> list[Values]:
        return self._plain.execute(sql, cast("dict[str, str]", parameters)).fetchall()

    def count(self, sql: str, parameters: Mapping[str, object]) -> int:
        return self._execute(sql, parameters).rowcount

    def count_each(self, sql: str, every: Sequence[Mapping[str, object]]) -> int:
        with _IN_OUR_WORDS:
            return self.raw.executemany(sql, cast("list[dict[str, str]]", every)).rowcount

    def send(self, sql: str, parameters: Mapping[str, object]) -> None:
        self._execute(sql, parameters)

    def send_each(self, sql: str, every: Sequence[Mapping[str, object]]) -> None:
        self.count_each(sql, every)

    def later(self, sql: str, parameters: Mapping[str, object]) -> Later:
        found = self.row(sql, parameters)
        return lambda: found

    def values_later(self, sql: str, parameters: Mapping[str, object]) -> ValuesLater:
        found = self.values(sql, parameters)
        return lambda: found

    def lock_clause(self) -> LiteralString:
        return ""  # BEGIN IMMEDIATE already holds the only write lock there is.

    def listed(self) -> LiteralString:
        return "(SELECT value AS listed FROM json_each(:listed)) AS every"

    def sha256(self, text: LiteralString) -> LiteralString:
        return "sha256(" + text + ")"

    def serialize(self, name: str) -> None:
        del name


class Snapshot:
    """What one thread reads, at one instant from entering this until leaving it."""

    def __init__(self, connection: SqliteConnection) -> None:
        self._run = connection.raw.cursor().execute
        self._reader = Reader(connection)

    def __enter__(self) -> Reader:
        self._run("BEGIN")
        return self._reader

    def __exit__(self, *_: object) -> None:
        self._run("COMMIT")


class SqliteEngine:
    """Each thread reads through its own connection; writers queue for the one that writes."""

    gather = None

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = threading.local()
        # Weak: a thread that ends takes its connection along; the server's threads come and go.
        self._every_connection: WeakSet[SqliteConnection] = WeakSet()
        self._writer = self._connect()
        try:
            self._prepare_to_write(self._writer.raw)
        except sqlite3.Error:  # it is no database, or nobody may write there
            self._writer.raw.close()
            raise
        self._checkpoints = Checkpoints(self._open, self._nobody_writing)
        self._transactions = GroupCommit(self._writer.raw, self._checkpoints.count)

    def _prepare_to_write(self, raw: sqlite3.Connection) -> None:
        raw.execute("PRAGMA journal_mode = WAL")
        # Else what a savepoint copies goes to a file of its own once it is more than 64 KB.
        raw.execute("PRAGMA temp_store = MEMORY")
        raw.execute(f"PRAGMA wal_autocheckpoint = {LONGEST_PAGES}")

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(
            self._path,
            timeout=BUSY_TIMEOUT_MS / 1000,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )

    def _connect(self) -> SqliteConnection:
        raw = self._open()
        raw.row_factory = sqlite3.Row
        raw.create_function("sha256", 1, _sha256, deterministic=True)
        raw.execute("PRAGMA foreign_keys = ON")
        connection = SqliteConnection(raw)
        self._every_connection.add(connection)
        return connection

    def _reader(self) -> SqliteConnection:
        found: SqliteConnection | None = getattr(self._threads, "reader", None)
        if found is None:
            found = self._connect()
            found.raw.execute("PRAGMA query_only = ON")
            found.raw.execute(f"PRAGMA cache_size = -{PAGES_KEPT_KB}")
            self._threads.reader = found
        return found

    def reading(self) -> "nullcontext[Reader]":
        # Made once for each thread: nothing is begun, so there is nothing to end.
        found: nullcontext[Reader] | None = getattr(self._threads, "reading", None)
        if found is None:
            found = self._threads.reading = nullcontext(Reader(self._reader()))
        return found

    def snapshot(self) -> "Snapshot":
        found: Snapshot | None = getattr(self._threads, "snapshot", None)
        if found is None:
            found = self._threads.snapshot = Snapshot(self._reader())
        return found

    @contextmanager
    def writing(self) -> Iterator[SqliteConnection]:
        with self._transactions.transaction(lasting=True):
            yield self._writer

    @contextmanager
    def noting(self) -> Iterator[SqliteConnection]:
        with self._transactions.transaction(lasting=False):
            yield self._writer

    def _nobody_writing(self) -> AbstractContextManager[None]:
        return self._transactions.held_up()

    def close(self) -> None:
        self._checkpoints.wait()
        for connection in list(self._every_connection):
            connection.raw.close()
