"""`dialplane backup`: one file with everything, taken while the server goes on."""

import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from dialplane.cli import backup_file
from dialplane.cli.backup_file import Manifest
from dialplane.cli.commands import command, single
from dialplane.cli.faults import Refused
from dialplane.cli.known_settings import place_of, settings_in
from dialplane.cli.opening import now, opened
from dialplane.cli.terminal import Report, facts_table, remark
from dialplane.foundations import secret_box_of
from dialplane.settings import Settings
from dialplane.store import backup as store
from dialplane.store.opening import SQLITE_FILE
from dialplane.store.secret_box import KEY_FILE

app = single()


@command(app, "backup")
def backup(
    file: Annotated[Path, typer.Argument(help="What to write; never over anything.")],
    *,
    without_key: Annotated[
        bool, typer.Option("--without-key", help="Leave secret.key out; keep it elsewhere.")
    ] = False,
) -> Report:
    """Write database and key into one file, while the server goes on, and check it.

    For PostgreSQL that is pg_dump's work: see the page on backups.
    """
    settings = settings_in()
    if settings.database_url:
        raise Refused(
            f"{place_of(settings)} is backed up by PostgreSQL itself.",
            'pg_dump --format=custom --file=dialplane.dump "$DIALPLANE_DATABASE_URL", and keep'
            " the key ring beside it: docs/runbook/backup.md.",
            "NOT_SQLITE",
        )
    if file.exists():
        raise Refused(f"{file} is there already.", "Choose another name.", "FILE_EXISTS")
    with opened(settings):
        manifest = _written(settings, file, with_key=not without_key)
    _say_about_key(manifest)
    facts = {
        "file": str(file),
        "bytes": file.stat().st_size,
        "has_key": manifest.has_key,
        "sealing_key_id": manifest.sealing_key_id,
        "created_at": manifest.created_at,
    }
    return Report(facts=facts, told=[facts_table(facts)])


def _say_about_key(manifest: Manifest) -> None:
    if not manifest.has_key:
        remark(
            Text(
                f"The key ring {manifest.sealing_key_id} is NOT in it: without it every SIP"
                " password is lost. Keep it elsewhere.",
                "bold yellow",
            )
        )
    else:
        remark("It holds the key to every password in it: keep it like one.")


def _written(settings: Settings, file: Path, *, with_key: bool) -> Manifest:
    key_file = settings.data_dir / KEY_FILE
    box = secret_box_of(settings)
    key = key_file.read_text() if with_key and not settings.secret_key else None
    with tempfile.TemporaryDirectory(dir=file.absolute().parent, prefix=".dialplane-") as folder:
        copied = Path(folder) / SQLITE_FILE
        at = now()
        store.copy(settings.data_dir / SQLITE_FILE, copied)
        store.check(copied)
        manifest = Manifest(
            program=version("dialplane"),
            created_at=at,
            sha256=backup_file.sha256_of(copied),
            sealing_key_id=box.sealing_id,
            has_key=key is not None,
        )
        backup_file.write(file, copied, key, manifest)
        # What was written is what can be read: the same way a restore does it.
        backup_file.read(file, Path(folder) / "read-again")
    return manifest
