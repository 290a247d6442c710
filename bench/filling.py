"""Rows into Dialplane's own schema, by plain bulk inserts; most indexes are made afterwards."""

import sqlite3
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import psycopg
from psycopg import sql

from bench import call_rows, rows
from bench.rows import Row, Table, World
from dialplane.domain.journal import ORIGIN
from dialplane.store.database import Database
from dialplane.store.migrate import migrate
from dialplane.store.opening import SQLITE_FILE, open_database

# What triggers would have counted, one row after the other.
RECOUNT = (
    "DELETE FROM number_counts",
    "DELETE FROM line_counts",
    "DELETE FROM call_counts",
    """
    INSERT INTO number_counts (organization_id, provider, status, total)
    SELECT organization_id, provider, status, count(*) FROM telephone_numbers
     GROUP BY organization_id, provider, status
    """,
    """
    INSERT INTO line_counts (realm, line_type, shard, total)
    SELECT realm, line_type, 0, count(*) FROM lines
     WHERE status = 'in_stock' AND available_from IS NOT NULL GROUP BY realm, line_type
    """,
    """
    INSERT INTO call_counts (organization_id, status, shard, total)
    SELECT organization_id, status, 0, count(*) FROM calls
     WHERE status NOT IN ('queued', 'ongoing') GROUP BY organization_id, status
    """,
)
TRIGGERS_OFF = "-c session_replication_role=replica"


def make_schema(database: Database) -> None:
    migrate(database, now=time.time_ns() // 1_000_000)
    database.close()


def fill_sqlite(folder: Path, world: World) -> Path:
    """Make the SQLite file of a data directory; answers where it is."""
    make_schema(open_database("", folder))
    path = folder / SQLITE_FILE
    raw = sqlite3.connect(path, isolation_level=None)
    # Who is interrupted begins anew, so nothing is written twice; indexes are sorted in memory.
    for setting in (
        "journal_mode = OFF",
        "synchronous = OFF",
        "cache_size = -1000000",
        "threads = 2",
    ):
        raw.execute(f"PRAGMA {setting}")
    kept = raw.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql <> ''"
    ).fetchall()
    raw.execute("BEGIN")
    for kind, name, _ in kept:
        raw.execute(f"DROP {kind} {name}")
    *others, calls = _tables(world)
    for table in others:
        _insert(raw, table, table.rows)
    _insert(raw, calls, islice(calls.rows, world.numbers * 9 // 10))
    for statement in RECOUNT:
        raw.execute(statement)
    for _, _, made_by in kept:
        raw.execute(made_by)
    # The last of the calls come as in life: an index that was just made has no room on its pages.
    _insert(raw, calls, calls.rows)
    raw.execute("COMMIT")
    raw.execute("PRAGMA journal_mode = WAL")
    raw.close()
    return path


def _insert(raw: sqlite3.Connection, table: Table, some: Iterator[Row]) -> None:
    blanks = ", ".join("?" * len(table.columns))
    raw.executemany(f"INSERT INTO {_into(table)} VALUES ({blanks})", some)


def fill_postgres(url: str, world: World) -> None:
    make_schema(open_database(url, Path()))
    with psycopg.connect(url, options=TRIGGERS_OFF) as connection:
        for table in _tables(world):
            _copy(connection, table)
        for statement in RECOUNT:
            connection.execute(statement)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")  # autovacuum would, a little later


def _tables(world: World) -> Iterator[Table]:
    """The calls last."""
    yield from world.tables()
    # Whoever was created by the program has a journal, in which that stands first.
    heads = ((rows.organization_id(index), 0, ORIGIN) for index in range(rows.ORGANIZATIONS))
    yield Table("journal_heads", ("organization_id", "position", "hash"), heads)
    yield from call_rows.tables(world)


def _copy(connection: "psycopg.Connection[Row]", table: Table) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), names)
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        for row in table.rows:
            copy.write_row(row)


def _into(table: Table) -> str:
    return f"{table.name} ({', '.join(table.columns)})"
