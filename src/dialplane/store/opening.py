"""From a setting to an open database."""

from pathlib import Path

from dialplane.store.database import Database

SQLITE_FILE = "dialplane.sqlite3"


def open_database(url: str, data_dir: Path, *, connections_max: int = 16) -> Database:
    """Open the database behind `url`, or the SQLite file in `data_dir` when `url` is empty.

    Raises:
        ValueError: `url` is neither empty nor `postgresql://...`.
    """
    # Only the engine in use is imported: a process on SQLite never loads the PostgreSQL driver.
    if url.startswith(("postgresql://", "postgres://")):
        from dialplane.store.postgres import PostgresEngine  # noqa: PLC0415  # see above

        return Database(PostgresEngine(url, connections_max=connections_max))
    if url:
        raise ValueError("DIALPLANE_DATABASE_URL has to be empty or postgresql://...")
    from dialplane.store.sqlite import SqliteEngine  # noqa: PLC0415  # see above

    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Database(SqliteEngine(data_dir / SQLITE_FILE))
