"""Emptying a database between two tests."""

import re
from functools import cache
from importlib.resources import files

from dialplane.store.database import Database


@cache
def _statements() -> tuple[str, ...]:
    """One per table, those that refer to others first."""
    schema = (files("dialplane.store") / "schema.sql").read_text(encoding="utf-8")
    tables = re.findall(r"CREATE TABLE (\w+)", schema)
    return tuple(f"DELETE FROM {table}" for table in reversed(tables))  # noqa: S608  # our schema


def sweep(database: Database) -> None:
    """Leave nothing in the database but its schema."""
    with database.writing() as db:
        for statement in _statements():
            db.run(statement)  # type: ignore[arg-type]
