"""Everything a database holds, to compare it with what it holds later."""

import re
from functools import cache
from importlib.resources import files

from dialplane.store.database import Database

Dump = dict[str, list[str]]

BESIDE = frozenset({"last_used_at"})
"""What is noted beside every request, reading included: when its key was used."""


@cache
def tables() -> tuple[str, ...]:
    """Every table of the schema, in its order."""
    schema = (files("dialplane.store") / "schema.sql").read_text(encoding="utf-8")
    return tuple(re.findall(r"CREATE TABLE (\w+)", schema))


def dump(database: Database) -> Dump:
    """Every row of every table, in an order of its own."""
    with database.snapshot() as db:
        return {
            table: sorted(
                repr(sorted((name, row[name]) for name in dict(row) if name not in BESIDE))
                for row in db.all(f"SELECT * FROM {table}")  # type: ignore[arg-type]  # noqa: S608  # our schema
            )
            for table in tables()
        }
