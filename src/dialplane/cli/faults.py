"""From what went wrong to what the operator can do about it."""

import sqlite3
from dataclasses import dataclass
from importlib import import_module

from dialplane.domain.errors import DomainError, Invalid, Unavailable
from dialplane.store.backup import NotWhole
from dialplane.store.database import Contended
from dialplane.store.migrate import SchemaIsNewer
from dialplane.store.secret_box import CannotOpen


@dataclass(eq=False)
class Refused(Exception):
    """A command cannot do what it was asked, and what to do next."""

    message: str
    remedy: str = ""
    code: str = "REFUSED"


def explained(error: Exception) -> Refused | None:
    """The same in words for the operator; None for what must be a mistake of ours."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, DomainError):
        return _domain_fault(error)
    # Only a command that asks the API has loaded the SDK, and can have failed in it.
    if type(error).__module__.startswith("dialplane.client."):
        found: Refused | None = import_module("dialplane.cli.api_faults").explained(error)
        return found
    return _setup_fault(error) or _engine_fault(error)


def _domain_fault(error: DomainError) -> Refused:
    remedy = "Run `dialplane doctor`." if isinstance(error, Unavailable) else ""
    message = error.message()
    if isinstance(error, Invalid):
        fields = "; ".join(f"{problem.field}: {problem.reason}" for problem in error.problems)
        message = f"{message} {fields}"
    return Refused(message, remedy, error.code)


def _setup_fault(error: Exception) -> Refused | None:
    if isinstance(error, SchemaIsNewer):
        return Refused(
            f"{str(error).capitalize()}.",
            "Install the version that migrated it, or a newer one.",
            "SCHEMA_IS_NEWER",
        )
    if isinstance(error, NotWhole):
        return Refused(
            f"The copy of the database is damaged: {error}.",
            "Keep what you have, and look at the disk; then try again.",
            "NOT_WHOLE",
        )
    if isinstance(error, CannotOpen):
        return Refused(
            "The secret key is not the one this database was set up with.",
            "Set DIALPLANE_SECRET_KEY to the earlier ring, or bring back secret.key in the data"
            " directory.",
            "WRONG_SECRET_KEY",
        )
    if isinstance(error, Contended):
        return Refused("Another change came in between.", "Run it again.", "CONTENDED")
    return None


def _engine_fault(error: Exception) -> Refused | None:
    if isinstance(error, sqlite3.DatabaseError):
        return Refused(
            f"SQLite: {error}.",
            "Run `dialplane doctor`, which looks at the data directory.",
            "DATABASE_FAILED",
        )
    if type(error).__module__.partition(".")[0] == "psycopg":
        return Refused(f"PostgreSQL: {error}", "Run `dialplane doctor`.", "DATABASE_FAILED")
    if isinstance(error, OSError):
        place = f": {error.filename}" if error.filename else ""
        return Refused(f"{error.strerror or error}{place}.", code="SYSTEM_FAILED")
    return None
