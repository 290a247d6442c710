"""The schema is the sum of its migrations, and is reached safely."""

from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files

import pytest

from conftest import Home
from dialplane.store.database import Database, Row, Writer
from dialplane.store.migrate import (
    Migration,
    SchemaIsNewer,
    is_current,
    migrate,
    migrations,
    pending,
)

NOW = 1_700_000_000_000
_SQLITE_LOOKS = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
_POSTGRES_LOOKS = (
    """
    SELECT table_name AS type, column_name AS name,
           data_type || is_nullable || coalesce(column_default, '') AS sql
      FROM information_schema.columns WHERE table_schema = 'public'
    """,
    """
    SELECT 'index' AS type, indexname AS name, indexdef AS sql FROM pg_indexes
     WHERE schemaname = 'public'
    """,
    """
    SELECT 'rule' AS type, conrelid::regclass::text AS name, pg_get_constraintdef(oid) AS sql
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    """,
)


def shape_of(database: Database, engine: str) -> set[tuple[str, str, str]]:
    queries = (_SQLITE_LOOKS,) if engine == "sqlite" else _POSTGRES_LOOKS
    with database.reading() as db:
        rows: list[Row] = [row for query in queries for row in db.all(query)]
        return {
            (row["type"], row["name"], " ".join(str(row["sql"]).split()))
            for row in rows
            if "schema_migrations" not in f"{row['type']}{row['name']}{row['sql']}"
        }


def run_script(db: Writer, script: str) -> None:
    for statement in Migration(0, "schema", script).statements():
        db.run(statement)


def test_the_schema_file_is_the_sum_of_the_migrations(engine: str, empty_home: Home) -> None:
    database = empty_home.open()
    migrate(database, now=NOW)
    migrated = shape_of(database, engine)
    with database.writing() as db:
        for table in _tables(db, engine):
            db.run(f"DROP TABLE {table}{' CASCADE' if engine == 'postgres' else ''}")
        run_script(db, (files("dialplane.store") / "schema.sql").read_text())

    assert shape_of(database, engine) == migrated
    database.close()


def _tables(db: Writer, engine: str) -> list[str]:
    if engine == "postgres":
        rows = db.all("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")
        return [row["name"] for row in rows]
    # SQLite checks references as tables go, so the referring ones go first.
    rows = db.all("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid DESC")
    return [row["name"] for row in rows if not row["name"].startswith("sqlite_")]


def test_migrating_twice_does_nothing_the_second_time(empty_home: Home) -> None:
    database = empty_home.open()

    assert [migration.number for migration in migrate(database, now=NOW)] == [
        migration.number for migration in migrations()
    ]
    assert migrate(database, now=NOW) == pending(database) == []
    database.close()


def test_programs_that_start_together_migrate_once(empty_home: Home) -> None:
    database = empty_home.open()

    with ThreadPoolExecutor(8) as starters:
        done = list(starters.map(lambda _: migrate(database, now=NOW), range(8)))

    assert sorted(map(len, done)) == [0] * 7 + [len(migrations())]
    database.close()


def test_an_older_program_refuses_a_newer_database(database: Database) -> None:
    with database.writing() as db:
        db.run("INSERT INTO schema_migrations (number, name, applied_at) VALUES (9999, 'x', 1)")

    with pytest.raises(SchemaIsNewer):
        migrate(database, now=NOW)
    with database.reading() as db:
        assert not is_current(db)


def test_names_say_whether_a_migration_runs_before_or_after_the_code_is_replaced() -> None:
    numbers = [migration.number for migration in migrations()]

    assert numbers == list(range(1, len(numbers) + 1))
    assert all(migration.name[5:9] in {"pre_", "post"} for migration in migrations())
