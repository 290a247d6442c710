"""The examinations of `dialplane doctor`, each of one thing."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from dialplane.cli.faults import Refused, explained
from dialplane.cli.known_settings import place_of, settings_in, unknown_variables
from dialplane.cli.opening import reached
from dialplane.foundations import secret_box_of
from dialplane.operations.installation import prove_key_ring
from dialplane.operations.key_ring import census
from dialplane.server import Listener, answers, free_port
from dialplane.settings import Settings
from dialplane.store.database import Database
from dialplane.store.migrate import fits, pending, waiting
from dialplane.store.opening import SQLITE_FILE
from dialplane.store.secret_box import KEY_FILE, CannotOpen, SecretBox

SPACE_LEAST_BYTES: Final = 200 * 1024 * 1024
CLOCK_EARLIEST: Final = datetime(2026, 1, 1, tzinfo=UTC)
CLOCK_TOLERANCE_S: Final = 60
OTHERS_MASK: Final = 0o077


class Verdict(StrEnum):
    GOOD = "pass"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one examination came to; `fix` is for what is not good."""

    check: str
    verdict: Verdict
    found: str
    fix: str = ""


def good(check: str, found: str) -> Finding:
    return Finding(check=check, verdict=Verdict.GOOD, found=found)


def warn(check: str, found: str, fix: str) -> Finding:
    return Finding(check=check, verdict=Verdict.WARN, found=found, fix=fix)


def fail(check: str, found: str, fix: str) -> Finding:
    return Finding(check=check, verdict=Verdict.FAIL, found=found, fix=fix)


@dataclass(slots=True, kw_only=True)
class Patient:
    """What is examined; the database is there once it was reached."""

    settings: Settings
    listener: Listener
    database: Database | None = None
    current: bool = False
    open_things: ExitStack = field(default_factory=ExitStack)


def examine(listener: Listener) -> list[Finding]:
    """Examine everything; what cannot be examined after a failure is left out."""
    try:
        settings = settings_in()
    except Refused as refused:
        return [fail("settings", refused.message, refused.remedy)]
    patient = Patient(settings=settings, listener=listener)
    with patient.open_things:
        found = [_spelling()]
        for examination in EXAMINATIONS:
            found += examination(patient)
        return found


def _spelling() -> Finding:
    if unknown := unknown_variables():
        return warn("settings", f"nobody reads {', '.join(unknown)}", "See `dialplane settings`.")
    return good("settings", "understood")


def _data_dir(patient: Patient) -> Iterator[Finding]:
    folder = patient.settings.data_dir.absolute()
    there = next(each for each in (folder, *folder.parents) if each.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            free = shutil.disk_usage(there).free
    except OSError as error:
        yield fail(
            "data directory",
            f"{there} cannot be written: {error.strerror}",
            "Let the user who runs Dialplane own it, or set DIALPLANE_DATA_DIR.",
        )
        return
    if free < SPACE_LEAST_BYTES:
        yield warn("data directory", f"{free // 1024**2} MB free in {there}", "Make room.")
    else:
        yield good("data directory", f"{folder}" if there == folder else f"{folder}, to be made")


def _database(patient: Patient) -> Iterator[Finding]:
    settings = patient.settings
    if not settings.database_url and not (settings.data_dir / SQLITE_FILE).exists():
        yield good("database", f"{place_of(settings)}, to be made at the first start")
        return
    try:
        patient.database = patient.open_things.enter_context(reached(settings))
        with patient.database.reading() as db:
            db.one_or_none("SELECT 1 AS one")
    except Exception as error:
        refused = explained(error)
        if refused is None:
            raise
        patient.database = None
        yield fail("database", refused.message, "Check DIALPLANE_DATABASE_URL and the server.")
    else:
        yield good("database", place_of(settings))


def _migrations(patient: Patient) -> Iterator[Finding]:
    if patient.database is None:
        return
    missing = pending(patient.database)
    with patient.database.reading() as db:
        patient.current = fits(db)
        later = waiting(db)
    if patient.current and later:
        yield warn(
            "migrations",
            f"{len(later)} to be run once all programs are replaced",
            "`dialplane migrate --post`, when no older program runs any more.",
        )
    elif patient.current:
        yield good("migrations", "up to date")
    elif not missing:
        yield fail(
            "migrations",
            "the database was migrated by a newer program",
            "Install the version that migrated it, or a newer one.",
        )
    elif patient.settings.database_url:
        yield fail("migrations", f"{len(missing)} pending", "Back up, then `dialplane migrate`.")
    else:
        yield good("migrations", f"{len(missing)} pending, done by itself at the next start")


def _secret_key(patient: Patient) -> Iterator[Finding]:
    file = patient.settings.data_dir / KEY_FILE
    if not patient.settings.secret_key:
        if not file.exists():
            yield _without_key(patient, file)
            return
        if file.stat().st_mode & OTHERS_MASK:
            yield fail("secret key", f"{file} can be read by others", f"chmod 600 {file}")
            return
    try:
        box = secret_box_of(patient.settings)
        if patient.database is not None and patient.current:
            prove_key_ring(patient.database, box)
    except (CannotOpen, ValueError) as error:
        yield fail("secret key", str(error), f"Bring back {file} from a backup.")
    else:
        source = "DIALPLANE_SECRET_KEY" if patient.settings.secret_key else f"{file}, 0600"
        yield good("secret key", source)
        yield from _sealed(patient, box)


def _sealed(patient: Patient, box: SecretBox) -> Iterator[Finding]:
    if patient.database is None or not patient.current:
        return
    found = census(patient.database)
    lost = sum(
        count
        for counts in found.by_place.values()
        for key_id, count in counts.items()
        if key_id not in box.key_ids
    )
    if lost:
        fix = "Bring the key back from a backup, behind the others in the ring."
        yield fail("sealed secrets", f"{lost} under a key that is not in the ring", fix)
    elif left := found.under_others(box.sealing_id):
        fix = "`dialplane secrets rotate`"
        yield warn("sealed secrets", f"{left} of {found.total} under an old key", fix)
    else:
        yield good("sealed secrets", f"{found.total}, all under the first key")


def _without_key(patient: Patient, file: Path) -> Finding:
    if patient.database is None:
        return good("secret key", f"{file}, to be made at the first start")
    return warn(
        "secret key",
        f"{file} is not there, but a database is",
        "If this database was served before, bring the key back from a backup: without it every"
        " SIP password is lost.",
    )


def _clock(patient: Patient) -> Iterator[Finding]:
    told = datetime.now(UTC)
    fix = "Set the clock, by NTP for instance: numbers start and end by it."
    written = [file.stat().st_mtime for file in patient.settings.data_dir.glob(SQLITE_FILE + "*")]
    if told < CLOCK_EARLIEST:
        yield fail("clock", f"{told:%Y-%m-%d %H:%M} UTC cannot be", fix)
    elif max(written, default=0.0) > time.time() + CLOCK_TOLERANCE_S:
        yield fail("clock", f"{told:%Y-%m-%d %H:%M} UTC, but the database is newer", fix)
    else:
        yield good("clock", f"{told:%Y-%m-%d %H:%M} UTC")


def _port(patient: Patient) -> Iterator[Finding]:
    listener = patient.listener
    place = f"{listener.host} port {listener.port}"
    try:
        free_port(listener.host, listener.port)
    except OSError as error:
        if answers(listener):
            yield good("port", f"Dialplane serves {place}")
        else:
            yield fail("port", f"{place}: {error.strerror}", "Choose another with --port.")
    else:
        yield good("port", f"{place} is free")


def _sip_programs(patient: Patient) -> Iterator[Finding]:
    del patient
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"))
    for check, program, purpose in (
        ("kamailio", "kamailio", "needed on the machine that takes the calls"),
        ("sipp", "sipp", "places the calls of the demo and of the tests"),
    ):
        if found := shutil.which(program, path=path):
            yield good(check, found)
        else:
            package = "sip-tester" if program == "sipp" else program
            yield warn(check, f"not found; {purpose}", f"apt-get install {package}")


EXAMINATIONS: Final[tuple[Callable[[Patient], Iterator[Finding]], ...]] = (
    _data_dir,
    _database,
    _migrations,
    _secret_key,
    _clock,
    _port,
    _sip_programs,
)
