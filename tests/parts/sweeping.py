"""Emptying a database between two tests."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files

from dialplane.store.database import Database, Writer


@cache
def _tables() -> tuple[str, ...]:
    """Those that refer to others first."""
    schema = (files("dialplane.store") / "schema.sql").read_text(encoding="utf-8")
    return tuple(reversed(re.findall(r"CREATE TABLE (\w+)", schema)))


def _filled(db: Writer) -> list[str]:
    """Asked all at once: most tests leave most tables empty, and sixty statements take longer."""
    each = (f"SELECT '{table}' AS name WHERE EXISTS (SELECT 1 FROM {table})" for table in _tables())  # noqa: S608  # our schema
    found = {row["name"] for row in db.all(" UNION ALL ".join(each))}  # type: ignore[arg-type]
    return [table for table in _tables() if table in found]


@contextmanager
def _append_only_lifted(db: Writer) -> Iterator[None]:
    """Let the ledger be emptied, which nothing in the product can do."""
    if db.one_or_none("SELECT 1 AS found FROM ledger LIMIT 1") is None:
        yield
    elif db.dialect == "postgres":
        db.run("ALTER TABLE ledger DISABLE TRIGGER USER")
        yield
        db.run("ALTER TABLE ledger ENABLE TRIGGER USER")
    else:
        triggers = db.all("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        for trigger in triggers:
            db.run(f"DROP TRIGGER {trigger['name']}")  # type: ignore[arg-type]
        yield
        for trigger in triggers:
            db.run(trigger["sql"])


def sweep(database: Database) -> None:
    """Leave nothing in the database but its schema."""
    with database.writing() as db, _append_only_lifted(db):
        for table in _filled(db):
            db.run(f"DELETE FROM {table}")  # type: ignore[arg-type]  # noqa: S608  # our schema
