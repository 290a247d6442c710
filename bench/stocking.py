"""The ground a run stands on: a fresh copy of the rows, on the engine that is measured."""

import contextlib
import hashlib
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import rows
from bench.filling import fill_sqlite
from bench.rows import World
from dialplane.store.migrate import migrations
from dialplane.store.opening import SQLITE_FILE

DATA = Path(__file__).parent / "data"

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

    def restock(self) -> None:
        for statement in RESTOCK:
            self.run_sql(statement.format(first=rows.FIRST_AT, since=self.began_at))


def fingerprint() -> str:
    """Differs when the rows or the schema they are in have changed."""
    told = Path(rows.__file__).read_text() + "".join(each.sql for each in migrations())
    return hashlib.sha256(told.encode()).hexdigest()[:8]


@contextlib.contextmanager
def sqlite_ground(world: World, say: Callable[[str], None]) -> Iterator[Ground]:
    """A copy of the rows in one SQLite file; they are made once for each size."""
    template = DATA / f"sqlite-{world.numbers}-{fingerprint()}"
    if not (template / "whole").exists():
        say(f"making {world.numbers:,} numbers on SQLite")
        for stale in DATA.glob(f"sqlite-{world.numbers}-*"):
            shutil.rmtree(stale)
        fill_sqlite(template, world)
        (template / "whole").touch()
    folder = DATA / "run"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    target = folder / SQLITE_FILE
    shutil.copyfile(template / SQLITE_FILE, target)

    def run_sql(statement: str) -> None:
        with contextlib.closing(sqlite3.connect(target, timeout=30)) as raw, raw:
            raw.execute(statement)

    try:
        yield Ground(folder=folder, target=str(target), began_at=_now(), run_sql=run_sql)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _now() -> int:
    return time.time_ns() // 1_000_000
