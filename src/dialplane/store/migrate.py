"""From whatever the database is to what this program needs; forward only.

Files are `NNNN_pre_name.sql` (run before the code is replaced) or `NNNN_post_name.sql` (after).
"""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from dialplane.domain.values import Millis
from dialplane.store.database import Database, Reader, Writer

_NAME = re.compile(r"(\d{4})_(pre|post)_\w+\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    number: int
    name: str
    sql: str

    def statements(self) -> Iterator[str]:
        """The statements one by one: no engine runs a whole script inside our transaction."""
        statement = ""
        for text in self.sql.split(";"):
            statement += text + ";"
            if sqlite3.complete_statement(statement) and statement.strip(" \n;"):
                yield statement.strip()
                statement = ""


def migrations() -> list[Migration]:
    """Every migration this program knows, in order."""
    found = [
        Migration(int(match[1]), file.name.removesuffix(".sql"), file.read_text())
        for file in (files("dialplane.store") / "migrations").iterdir()
        if (match := _NAME.fullmatch(file.name))
    ]
    return sorted(found, key=lambda migration: migration.number)


def _done(db: Reader) -> set[int]:
    return {row["number"] for row in db.all("SELECT number FROM schema_migrations")}


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


def is_current(db: Reader) -> bool:
    """Whether the database is what this program was made for."""
    return _done(db) == {migration.number for migration in migrations()}


def pending(database: Database) -> list[Migration]:
    """What `migrate` would do now."""
    with database.writing() as db:
        _prepare(db)
        done = _done(db)
    return [migration for migration in migrations() if migration.number not in done]


def migrate(database: Database, *, now: Millis) -> list[Migration]:
    """Run what is missing, all of it or nothing, and tell what was run.

    Raises:
        SchemaIsNewer: the database was migrated by a newer program.
    """
    with database.writing() as db:
        _prepare(db)
        done = _done(db)
        if unknown := done - {migration.number for migration in migrations()}:
            raise SchemaIsNewer(max(unknown))
        missing = [migration for migration in migrations() if migration.number not in done]
        for migration in missing:
            for statement in migration.statements():
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
    """The database has a migration this program does not know: the program is too old."""

    def __init__(self, number: int) -> None:
        super().__init__(f"the database is at migration {number:04}, newer than this program")
