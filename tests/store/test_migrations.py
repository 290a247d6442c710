"""The schema is the sum of its migrations, and is reached safely."""

from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files

import pytest

from builders import an_organization, lines, numbers
from conftest import Home
from dialplane.store import lines as stock
from dialplane.store import numbers as held
from dialplane.store import organizations
from dialplane.store.database import Database, Row, Writer
from dialplane.store.migrate import (
    Migration,
    SchemaIsNewer,
    fits,
    migrate,
    migrations,
    pending,
)
from parts.counting import require_exact_counts

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
    """
    SELECT 'trigger' AS type, tgname AS name, pg_get_triggerdef(oid) AS sql
      FROM pg_trigger WHERE NOT tgisinternal
    """,
    """
    SELECT 'function' AS type, proname AS name, pg_get_functiondef(oid) AS sql
      FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    """,
)


def shape_of(database: Database, engine: str) -> set[tuple[str, str, str]]:
    queries = (_SQLITE_LOOKS,) if engine == "sqlite" else _POSTGRES_LOOKS
    with database.reading() as db:
        rows: list[Row] = [row for query in queries for row in db.all(query)]
        return {
            (row["type"], row["name"], _respaced(str(row["sql"])))
            for row in rows
            if "schema_migrations" not in f"{row['type']}{row['name']}{row['sql']}"
        }


def _respaced(sql: str) -> str:
    """SQLite keeps the text of a table, and adds columns without our line breaks."""
    return " ".join(sql.replace("(", " ( ").replace(")", " ) ").replace(",", " , ").split())


def test_the_schema_file_is_the_sum_of_the_migrations(engine: str, empty_home: Home) -> None:
    database = empty_home.open()
    migrate(database, now=NOW)
    migrated = shape_of(database, engine)
    with database.writing() as db:
        for table in _tables(db, engine):
            db.run(f"DROP TABLE {table}{' CASCADE' if engine == 'postgres' else ''}")
        for function in _functions(db, engine):
            db.run(f"DROP FUNCTION {function}")
        schema = (files("dialplane.store") / "schema.sql").read_text()
        run(db, [Migration(0, "schema", schema)])

    assert shape_of(database, engine) == migrated
    database.close()


def _tables(db: Writer, engine: str) -> list[str]:
    if engine == "postgres":
        rows = db.all("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")
        return [row["name"] for row in rows]
    # SQLite checks references as tables go, so the referring ones go first.
    rows = db.all("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid DESC")
    return [row["name"] for row in rows if not row["name"].startswith("sqlite_")]


def _functions(db: Writer, engine: str) -> list[str]:
    if engine == "sqlite":
        return []
    rows = db.all("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
    return [row["proname"] for row in rows]


def test_what_was_there_before_it_was_counted_is_counted(empty_home: Home) -> None:
    database = empty_home.open()
    counting = [migration for migration in migrations() if migration.name.endswith("_counts")]
    with database.writing() as db:
        run(db, [migration for migration in migrations() if migration not in counting])
        organizations.add(db, an_organization())
        for line in lines(3):
            stock.put(db, line, now=NOW)
        for number in numbers(4):
            held.add(db, number)

    with database.writing() as db:
        run(db, counting)

    require_exact_counts(database)
    with database.reading() as db:
        assert [row["total"] for row in db.all("SELECT total FROM number_counts")] == [4]
        assert [row["total"] for row in db.all("SELECT total FROM line_counts")] == [3]
    database.close()


def run(db: Writer, some: list[Migration]) -> None:
    for migration in some:
        for statement in migration.statements(db.dialect):
            db.run(statement)


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
        assert not fits(db)


def test_names_say_whether_a_migration_runs_before_or_after_the_code_is_replaced() -> None:
    numbers = [migration.number for migration in migrations()]

    assert numbers == sorted(set(numbers))
    assert all(migration.name[5:9] in {"pre_", "post"} for migration in migrations())
