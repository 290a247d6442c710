"""From the environment to an open database that this program fits."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module

from dialplane.cli.faults import Refused
from dialplane.cli.known_settings import place_of, settings_in
from dialplane.domain.journal import OPERATOR, Author
from dialplane.domain.values import Millis
from dialplane.settings import Settings
from dialplane.store.database import Database
from dialplane.store.migrate import Migration, migrate, pending, refuse_older_program
from dialplane.store.opening import open_database


def now() -> Millis:
    return time.time_ns() // 1_000_000


def operator(at: Millis | None = None) -> Author:
    """Who types here, for the journal."""
    return Author(actor=OPERATOR, at=now() if at is None else at)


@contextmanager
def opened(settings: Settings | None = None) -> Iterator[Database]:
    """The database, brought up to date; on PostgreSQL that is left to the operator.

    Raises:
        Refused: it cannot be reached, or has pending migrations.
        SchemaIsNewer: only newer programs suit it any more.
    """
    settings = settings or settings_in()
    with reached(settings) as database:
        if not settings.database_url:
            migrate(database, now=now())
        else:
            _require_fit(database)
        yield database


def _require_fit(database: Database) -> None:
    if missing := pending(database):
        raise migrations_pending(missing)
    # A newer one is fine as long as it suits us: it is migrated before the programs are replaced.
    with database.reading() as db:
        refuse_older_program(db)


@contextmanager
def reached(settings: Settings) -> Iterator[Database]:
    """The database as it is.

    Raises:
        Refused: it cannot be reached.
    """
    if why_not := unreachable(settings):
        raise Refused(
            f"The database {place_of(settings)} cannot be used: {why_not}",
            "Check DIALPLANE_DATABASE_URL, or run `dialplane doctor`.",
            "DATABASE_UNREACHABLE",
        )
    database = _open(settings)
    try:
        yield database
    finally:
        database.close()


def _open(settings: Settings) -> Database:
    try:
        return open_database(settings.database_url, settings.data_dir, connections_max=2)
    except (OSError, sqlite3.Error) as error:
        why_not = error.strerror if isinstance(error, OSError) else str(error)
        raise Refused(
            f"The database {place_of(settings)} cannot be used: {why_not}.",
            "Check DIALPLANE_DATA_DIR, or run `dialplane doctor`.",
            "DATABASE_FAILED",
        ) from error


def unreachable(settings: Settings) -> str | None:
    """Why PostgreSQL does not let us in, in its own words and at once instead of after a while."""
    if not settings.database_url:
        return None
    # Only who uses PostgreSQL pays for its driver: a third of a second, measured.
    why_not: Callable[[str], str | None] = import_module("dialplane.cli.postgres").why_not
    return why_not(settings.database_url)


def migrations_pending(waiting: list[Migration]) -> Refused:
    return Refused(
        f"The database has {len(waiting)} pending migrations.",
        "Make a backup, look with `dialplane migrate --plan`, then run `dialplane migrate`.",
        "MIGRATIONS_PENDING",
    )
