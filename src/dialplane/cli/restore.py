"""`dialplane restore`: a backup back into an empty data directory."""

from pathlib import Path
from typing import Annotated

import typer

from dialplane.cli import backup_file
from dialplane.cli.backup_file import Manifest
from dialplane.cli.commands import command, single
from dialplane.cli.faults import Refused
from dialplane.cli.known_settings import place_of, settings_in
from dialplane.cli.opening import reached
from dialplane.cli.terminal import Report, facts_table, remark
from dialplane.operations.installation import prove_key_ring
from dialplane.settings import Settings
from dialplane.store import backup as store
from dialplane.store.migrate import refuse_older_program
from dialplane.store.opening import SQLITE_FILE
from dialplane.store.secret_box import KEY_FILE, SecretBox

app = single()


@command(app, "restore")
def restore(file: Annotated[Path, typer.Argument(help="What `dialplane backup` wrote.")]) -> Report:
    """Bring a backup back into a data directory that holds nothing yet; all of it, or nothing."""
    settings = settings_in()
    _require_empty(settings)
    if not file.is_file():
        raise Refused(f"There is no {file}.", "See `dialplane backup`.", "NOT_FOUND")
    folder = settings.data_dir
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    database, key_file = folder / SQLITE_FILE, folder / KEY_FILE
    try:
        manifest, key = backup_file.read(file, database)
        if key is not None and not settings.secret_key:
            key_file.touch(mode=0o600)
            key_file.write_text(key)
        _check(settings, manifest, key)
    except BaseException:
        # What was not there before is not there afterwards.
        for made in (database, key_file, *folder.glob(SQLITE_FILE + "-*")):
            made.unlink(missing_ok=True)
        raise
    remark("Next: dialplane doctor, then dialplane serve")
    facts = {
        "database": str(database),
        "backed_up_at": manifest.created_at,
        "key": "DIALPLANE_SECRET_KEY" if settings.secret_key else str(key_file),
    }
    return Report(facts=facts, told=[facts_table(facts)])


def _require_empty(settings: Settings) -> None:
    if settings.database_url:
        raise Refused(
            f"{place_of(settings)} is restored by PostgreSQL itself.",
            'pg_restore --dbname="$DIALPLANE_DATABASE_URL" dialplane.dump: docs/runbook/backup.md.',
            "NOT_SQLITE",
        )
    for name in (SQLITE_FILE, KEY_FILE):
        if (settings.data_dir / name).exists():
            raise Refused(
                f"{settings.data_dir / name} is there already.",
                "Move it away, or choose another DIALPLANE_DATA_DIR.",
                "FILE_EXISTS",
            )


def _check(settings: Settings, manifest: Manifest, key: str | None) -> None:
    store.check(settings.data_dir / SQLITE_FILE)
    ring = settings.secret_key or key
    if not ring:
        raise Refused(
            f"The key ring {manifest.sealing_key_id} is not in this backup.",
            "Set DIALPLANE_SECRET_KEY to it, and run this again.",
            "KEY_NEEDED",
        )
    with reached(settings) as restored:
        with restored.reading() as db:
            refuse_older_program(db)
        prove_key_ring(restored, SecretBox(ring))
