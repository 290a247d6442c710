"""From the environment to an open database that this program fits."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from urllib.parse import urlsplit

from dialplane.cli.faults import Refused
from dialplane.domain.values import Millis
from dialplane.settings import Settings, read_settings
from dialplane.store.database import Database
from dialplane.store.migrate import Migration, migrate, pending
from dialplane.store.opening import SQLITE_FILE, open_database


def now() -> Millis:
    return time.time_ns() // 1_000_000


def settings_of_environment() -> Settings:
    """Read the settings.

    Raises:
        Refused: naming the variable that is not understood.
    """
    try:
        settings = read_settings()
    except ValueError as error:
        raise Refused(*_culprit(error), code="BAD_SETTING") from error
    for name, value, known in (
        ("DIALPLANE_LOG_LEVEL", settings.log_level.lower(), ("debug", "info", "warning", "error")),
        ("DIALPLANE_LOG_FORMAT", settings.log_format, ("json", "console")),
    ):
        if value not in known:
            raise Refused(f"{name} is {value!r}.", f"Use one of: {', '.join(known)}.")
    return settings


def _culprit(error: ValueError) -> tuple[str, str]:
    for name, value in os.environ.items():
        try:
            read_settings({name: value})
        except ValueError:
            return f"{name} is {value!r}, which is not understood.", "Run `dialplane settings`."
    return str(error), "Run `dialplane settings`."


@contextmanager
def opened(settings: Settings | None = None) -> Iterator[Database]:
    """The database, brought up to date; on PostgreSQL that is left to the operator.

    Raises:
        Refused: it cannot be reached, or has pending migrations.
    """
    settings = settings or settings_of_environment()
    with reached(settings) as database:
        if waiting := pending(database):
            if settings.database_url:
                raise migrations_pending(waiting)
            migrate(database, now=now())
        yield database


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
    database = open_database(settings.database_url, settings.data_dir, connections_max=2)
    try:
        yield database
    finally:
        database.close()


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


def place_of(settings: Settings) -> str:
    """Where the database is; without the password, which may be part of the address."""
    if not settings.database_url:
        return str(settings.data_dir / SQLITE_FILE)
    url = urlsplit(settings.database_url)
    if url.password is None:
        return url.geturl()
    return url._replace(netloc=url.netloc.replace(f":{url.password}@", ":***@", 1)).geturl()
