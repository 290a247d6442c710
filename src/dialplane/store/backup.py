"""A copy of the SQLite database taken while others write, and proof that it is whole."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

BUSY_TIMEOUT_S: Final = 30.0


class NotWhole(Exception):  # named for what happened
    """A copy of the database is not what it should be."""


def copy(source: Path, target: Path) -> None:
    """Copy the database as it is at one instant; those who write go on meanwhile.

    Raises:
        sqlite3.Error: the disk is full, for instance.
    """
    with (
        closing(sqlite3.connect(source, timeout=BUSY_TIMEOUT_S)) as original,
        closing(sqlite3.connect(target)) as made,
    ):
        # All of it in one step: with the log of writes beside the file, nobody waits for a reader,
        # and in several steps each write of somebody else would make it begin anew.
        original.backup(made, pages=-1)
        made.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it


def check(database: Path) -> None:
    """Read all of it.

    Raises:
        NotWhole: a page is damaged, or a row refers to one that is not there.
    """
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
            ((verdict,), *_) = db.execute("PRAGMA integrity_check")
            if verdict != "ok":
                raise NotWhole(str(verdict))
            if orphans := db.execute("PRAGMA foreign_key_check").fetchall():
                raise NotWhole(f"{len(orphans)} rows refer to what is not there")
    except sqlite3.DatabaseError as error:
        raise NotWhole(str(error)) from error
