"""From whatever the database is to what this program needs; forward only.

Files are `NNNN_pre_name.sql` (run before the code is replaced) or `NNNN_post_name.sql` (after).
A statement that stands below `-- sqlite` or `-- postgres` is for that engine only: triggers are the
one thing there is no common way to write. For PostgreSQL it is CREATE OR REPLACE TRIGGER: after a
plain one, SQLite's splitting of statements would wait for an END.
"""

import re
import sqlite3
from collections.abc import Collection, Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path

from dialplane.domain.frozen import dataclass
from dialplane.domain.values import Millis
from dialplane.store.database import Database, Reader, Writer

_ONE_ENGINE = frozenset({"-- sqlite", "-- postgres"})
_NAME = re.compile(r"(\d{4})_(pre|post)_\w+\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    number: int
    name: str
    sql: str

    @property
    def part(self) -> "Part":
        return Part(self.name[5:].partition("_")[0])

    def statements(self, dialect: str) -> Iterator[str]:
        """The statements one by one: no engine runs a whole script inside our transaction."""
        statement = ""
        for text in self.sql.split(";"):
            statement += text + ";"
            if sqlite3.complete_statement(statement) and statement.strip(" \n;"):
                if _is_for(dialect, statement.strip()):
                    yield statement.strip()
                statement = ""


def _is_for(dialect: str, statement: str) -> bool:
    first = statement.partition("\n")[0]
    return first.removeprefix("-- ") == dialect or first not in _ONE_ENGINE


@cache
def migrations() -> tuple[Migration, ...]:
    """Every migration this program knows, in order."""
    found = [
        Migration(int(match[1]), file.stem, file.read_text())
        for file in Path(__file__).with_name("migrations").iterdir()
        if (match := _NAME.fullmatch(file.name))
    ]
    return tuple(sorted(found, key=lambda migration: migration.number))


class Part(StrEnum):
    """Which of the missing migrations to run."""

    PRE = "pre"
    """What suits the programs that still run: before the code is replaced."""
    POST = "post"
    """What only programs that know it can live with: once all code is replaced."""
    ALL = "all"


def _done(db: Reader) -> dict[int, str]:
    rows = db.all("SELECT number, name FROM schema_migrations")
    return {row["number"]: row["name"] for row in rows}


def _prepare(db: Writer) -> None:
    db.serialize("dialplane.migrate")
    db.run(
        """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            number BIGINT PRIMARY KEY,
            name TEXT NOT NULL,
            applied_at BIGINT NOT NULL
        )
        """
    )


def refuse_older_program(db: Reader) -> None:
    """The database remembers, by the migrations it has had, the oldest program that may use it.

    Raises:
        SchemaIsNewer: one of them only suits programs that know it, and this one does not.
    """
    known = {migration.number for migration in migrations()}
    unsuitable = [
        number
        for number, name in _done(db).items()
        if number not in known and not name.startswith(f"{number:04}_pre_")
    ]
    if unsuitable:
        raise SchemaIsNewer(max(unsuitable))


def fits(db: Reader) -> bool:
    """Whether this program may work on the database as it is."""
    try:
        refuse_older_program(db)
    except SchemaIsNewer:
        return False
    return not _missing(_done(db), Part.PRE)


def waiting(db: Reader) -> list[Migration]:
    """What is to be run once all code is replaced."""
    return _missing(_done(db), Part.POST)


def pending(database: Database, part: Part = Part.PRE) -> list[Migration]:
    """What `migrate` would do now."""
    with database.writing() as db:
        _prepare(db)
        return _missing(_done(db), part)


def _missing(done: Collection[int], part: Part) -> list[Migration]:
    # An empty database has no program on it that could be disturbed.
    whole = part is Part.ALL or not done
    return [
        migration
        for migration in migrations()
        if migration.number not in done and (whole or migration.part is part)
    ]


def migrate(database: Database, *, now: Millis, part: Part = Part.ALL) -> list[Migration]:
    """Run what is missing, all of it or nothing, and tell what was run.

    Raises:
        SchemaIsNewer: only newer programs suit the database.
    """
    with database.writing() as db:
        _prepare(db)
        refuse_older_program(db)
        missing = _missing(_done(db), part)
        if missing and db.dialect == "sqlite":
            # A new index is sorted, and that of all the rows there are may be more than memory.
            db.run("PRAGMA temp_store = FILE")
        for migration in missing:
            for statement in migration.statements(db.dialect):
                db.run(statement)
            db.run(
                "INSERT INTO schema_migrations (number, name, applied_at)"
                " VALUES (:number, :name, :now)",
                number=migration.number,
                name=migration.name,
                now=now,
            )
    return missing


class SchemaIsNewer(Exception):  # named for what happened
    """The database has had a migration that only programs which know it can live with."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"the database has had migration {number:04}, which this program is too old for"
        )
