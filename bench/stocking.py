"""The ground a run stands on: a fresh copy of the rows, on the engine that is measured."""

import contextlib
import hashlib
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench import call_rows, rows
from bench.filling import RECOUNT, TRIGGERS_OFF, fill_postgres, fill_sqlite
from bench.postgres import running_postgres, server_pid
from bench.rows import World
from dialplane.store.migrate import migrations
from dialplane.store.opening import SQLITE_FILE

Say = Callable[[str], None]
DATA = Path(__file__).parent / "data"

# In the order of a purchase: what a server has not finished yet would be in its way otherwise.
ALONE = "LOCK TABLE lines, telephone_numbers, calls IN SHARE ROW EXCLUSIVE MODE"

# What was bought since a run began goes back into the stock.
RESTOCK = (
    """
    UPDATE lines SET status = 'in_stock', available_from = {first}
     WHERE id IN (SELECT line_id FROM telephone_numbers WHERE created_at > {since})
    """,
    "DELETE FROM telephone_numbers WHERE created_at > {since}",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """`folder` is Dialplane's data directory, `target` the SQLite file or the address."""

    folder: Path
    target: str
    began_at: int
    run_sql: Callable[[str], None]
    database_pid: int | None = None
    """PostgreSQL's first process; None where the database is a file."""

    def restock(self) -> None:
        for statement in RESTOCK:
            self.run_sql(statement.format(first=rows.FIRST_AT, since=self.began_at))


def fingerprint() -> str:
    """Differs when the rows or the schema they are in have changed."""
    told = "".join(Path(module.__file__).read_text() for module in (rows, call_rows))
    told += "".join(each.sql for each in migrations())
    return hashlib.sha256(told.encode()).hexdigest()[:8]


@contextlib.contextmanager
def sqlite_ground(world: World, say: Say) -> Iterator[Ground]:
    """A copy of the rows in one SQLite file; they are made once for each size."""
    template = DATA / f"sqlite-{world.numbers}-{fingerprint()}"
    if not (template / "whole").exists():
        say(f"making {world.numbers:,} numbers on SQLite")
        for stale in DATA.glob(f"sqlite-{world.numbers}-*"):
            shutil.rmtree(stale)
        fill_sqlite(template, world)
        (template / "whole").touch()
    with _folder() as folder:
        target = folder / SQLITE_FILE
        shutil.copyfile(template / SQLITE_FILE, target)

        def run_sql(statement: str) -> None:
            with contextlib.closing(sqlite3.connect(target, timeout=30)) as raw, raw:
                raw.execute(statement)

        yield Ground(folder=folder, target=str(target), began_at=_now(), run_sql=run_sql)


@contextlib.contextmanager
def postgres_ground(world: World, say: Say, core: str | None) -> Iterator[Ground]:
    """A database of its own, copied from one that is made once for each size."""
    home = DATA / "postgres"
    with _folder() as folder, running_postgres(home, core) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            template = _postgres_template(connection, world, say)
            say("copying the database")
            connection.execute("DROP DATABASE IF EXISTS run WITH (FORCE)")
            connection.execute(f"CREATE DATABASE run TEMPLATE {template}")
        target = _named(url, "run")

        def run_sql(statement: str) -> None:
            # What the ledger and the journal say about a purchase may stay: nobody reads it here.
            # Triggers are off with the foreign keys, so what they count is counted anew.
            with psycopg.connect(target, options=TRIGGERS_OFF) as connection:
                for each in (ALONE, statement, *RECOUNT):
                    connection.execute(each)

        yield Ground(
            folder=folder,
            target=target,
            began_at=_now(),
            run_sql=run_sql,
            database_pid=server_pid(home),
        )


def _postgres_template(connection: "psycopg.Connection[tuple[str]]", world: World, say: Say) -> str:
    prefix = f"rows_{world.numbers}_"
    wanted = prefix + fingerprint()
    there = {name for (name,) in connection.execute("SELECT datname FROM pg_database")}
    if wanted in there:
        return wanted
    say(f"making {world.numbers:,} numbers on PostgreSQL")
    for stale in there:
        if stale.startswith((prefix, "making")):
            connection.execute(f"DROP DATABASE {stale}")
    connection.execute("CREATE DATABASE making TEMPLATE template0")
    fill_postgres(_named(connection.info.dsn, "making"), world)
    connection.execute(f"ALTER DATABASE making RENAME TO {wanted}")
    return wanted


def _named(dsn: str, name: str) -> str:
    parts = psycopg.conninfo.conninfo_to_dict(dsn)
    return f"postgresql://{parts['user']}@{parts['host']}:{parts['port']}/{name}"


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    folder = DATA / "run"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _now() -> int:
    return time.time_ns() // 1_000_000
