"""On SQLite, the log of what was written is brought into the file beside those who write."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from conftest import Home
from dialplane.store import checkpoints, facts
from dialplane.store.database import Database
from dialplane.store.migrate import migrate
from dialplane.store.opening import SQLITE_FILE


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Home(url="", data_dir=tmp_path).open()
    migrate(opened, now=0)
    yield opened
    opened.close()


def write(database: Database, times: int, name: str = "fact") -> None:
    for time in range(times):
        with database.writing() as db:
            facts.put_if_absent(db, f"{name} {time}", "1" * 2_000)


def wait(database: Database) -> None:
    database._engine._checkpoints.wait()  # type: ignore[attr-defined]  # noqa: SLF001


def in_the_file_alone(folder: Path) -> int:
    """How many facts there are without the log."""
    copy = folder / "copy"
    copy.write_bytes((folder / SQLITE_FILE).read_bytes())
    with closing(sqlite3.connect(copy)) as raw:
        raw.execute("PRAGMA journal_mode = WAL")
        return int(raw.execute("SELECT count(*) FROM facts").fetchone()[0])


def log_pages(database: Database) -> int:
    raw = database._engine._writer.raw  # type: ignore[attr-defined]  # noqa: SLF001
    return int(raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1])


def test_what_was_written_gets_into_the_file(database: Database, tmp_path: Path) -> None:
    write(database, checkpoints.EVERY)
    wait(database)

    assert in_the_file_alone(tmp_path) >= checkpoints.EVERY - 1


def test_few_changes_stay_in_the_log(database: Database, tmp_path: Path) -> None:
    write(database, checkpoints.EVERY)
    wait(database)
    before = (tmp_path / SQLITE_FILE).read_bytes()

    write(database, checkpoints.EVERY - 2, "other")
    wait(database)

    assert (tmp_path / SQLITE_FILE).read_bytes() == before


def test_a_long_log_is_begun_anew_while_all_go_on_writing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "LONG_PAGES", 100)
    with ThreadPoolExecutor(4) as writers:
        for writer in range(4):
            writers.submit(write, database, 10 * checkpoints.EVERY, f"of writer {writer}")
    wait(database)

    with database.reading() as db:
        held = db.one_or_none("SELECT count(*) AS facts FROM facts")
    assert held is not None
    assert held["facts"] >= 40 * checkpoints.EVERY
    assert log_pages(database) < 10 * checkpoints.EVERY
