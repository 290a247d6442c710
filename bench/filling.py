"""Rows into Dialplane's own schema, by plain bulk inserts, indexes last."""

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from bench import call_rows
from bench.rows import Row, Table, World
from dialplane.store.database import Database
from dialplane.store.migrate import migrate
from dialplane.store.opening import SQLITE_FILE, open_database


def make_schema(database: Database) -> None:
    migrate(database, now=time.time_ns() // 1_000_000)
    database.close()


def fill_sqlite(folder: Path, world: World) -> Path:
    """Make the SQLite file of a data directory; answers where it is."""
    make_schema(open_database("", folder))
    path = folder / SQLITE_FILE
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("PRAGMA synchronous = OFF")
    indexes = raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql <> ''")
    kept = indexes.fetchall()
    raw.execute("BEGIN")
    for name, _ in kept:
        raw.execute(f"DROP INDEX {name}")
    for table in _tables(world):
        blanks = ", ".join("?" * len(table.columns))
        raw.executemany(f"INSERT INTO {_into(table)} VALUES ({blanks})", table.rows)
    for _, made_by in kept:
        raw.execute(made_by)
    raw.execute("COMMIT")
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    return path


def fill_postgres(url: str, world: World) -> None:
    make_schema(open_database(url, Path()))
    with psycopg.connect(url) as connection:
        for table in _tables(world):
            _copy(connection, table)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")  # autovacuum would, a little later


def _tables(world: World) -> Iterator[Table]:
    yield from world.tables()
    yield from call_rows.tables(world)


def _copy(connection: "psycopg.Connection[Row]", table: Table) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), names)
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        for row in table.rows:
            copy.write_row(row)


def _into(table: Table) -> str:
    return f"{table.name} ({', '.join(table.columns)})"
