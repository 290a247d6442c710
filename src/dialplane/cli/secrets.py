"""`dialplane secrets`: the key ring that seals passwords, and how its keys are changed."""

import os
from pathlib import Path
from typing import Annotated

import typer

from dialplane.cli.commands import command, group
from dialplane.cli.faults import Refused
from dialplane.cli.known_settings import settings_in
from dialplane.cli.opening import opened
from dialplane.cli.progress import progress_bar
from dialplane.cli.terminal import Report, remark, table
from dialplane.foundations import secret_box_of
from dialplane.operations import key_ring
from dialplane.operations.installation import prove_key_ring, renew_signing_root
from dialplane.operations.key_ring import Census
from dialplane.settings import Settings
from dialplane.store.secret_box import KEY_FILE, SecretBox, new_key

app = group("The key ring that seals passwords, and how its keys are changed.")


@command(app, "status")
def status() -> Report:
    """Count the secrets under each key; keys are told by their ids, never shown."""
    settings = settings_in()
    with opened(settings) as database:
        return _report(secret_box_of(settings), key_ring.census(database))


@command(app, "rotate")
def rotate(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only count what would be done.")
    ] = False,
    new_signing_key: Annotated[
        bool,
        typer.Option(
            "--new-signing-key",
            help="When a key has leaked: cursors and the keys of call webhooks become others.",
        ),
    ] = False,
) -> Report:
    """Seal every secret under the first key of the ring, while the server goes on.

    Stopped or killed, the next run goes on with what is left.
    """
    settings = settings_in()
    box = secret_box_of(settings)
    with opened(settings) as database:
        prove_key_ring(database, box)
        before = key_ring.census(database)
        if not dry_run:
            with progress_bar("Sealing", before.under_others(box.sealing_id)) as bar:
                key_ring.reseal_all(database, box, bar.reach)
            if new_signing_key:
                with database.writing() as db:
                    renew_signing_root(db, box)
                remark("Signatures are made with a new key once every process has started anew.")
        report = _report(box, key_ring.census(database))
    facts = {"dry_run": dry_run, "to_do": before.under_others(box.sealing_id), **report.facts}
    return Report(facts=facts, told=report.told)


@command(app, "add-key")
def add_key() -> Report:
    """Put a new key first in secret.key; with a ring in the environment, print one to put there."""
    settings = settings_in()
    made = new_key()
    if settings.secret_key:
        remark(
            "Put this before the others in DIALPLANE_SECRET_KEY on every node, and restart them."
        )
        return Report(facts={"key": made, "written": False}, told=[made])
    box = secret_box_of(settings)  # makes the file where there is none yet
    file = settings.data_dir / KEY_FILE
    _replace(file, f"{made},{file.read_text().strip()}")
    remark("Restart the server, then: dialplane secrets rotate")
    ids = [SecretBox(made).sealing_id, *box.key_ids]
    return Report(facts={"keys": ids, "written": True}, told=[f"{file}: {', '.join(ids)}"])


@command(app, "drop-key")
def drop_key(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="See `dialplane secrets status`.")],
) -> Report:
    """Take a key out of secret.key; refused while anything is sealed under it."""
    settings = settings_in()
    box = secret_box_of(settings)
    if key_id not in box.key_ids:
        raise Refused(f"The ring has no key {key_id!r}.", "See `dialplane secrets status`.")
    with opened(settings) as database:
        in_use = key_ring.census(database).under(key_id)
    if in_use or key_id == box.sealing_id:
        raise Refused(
            f"{in_use} secrets are sealed under {key_id}."
            if in_use
            else f"{key_id} is the key that seals.",
            "Put another key first, restart, and run `dialplane secrets rotate`.",
            "KEY_IN_USE",
        )
    written = _drop(settings, key_id)
    left = [each for each in box.key_ids if each != key_id]
    return Report(facts={"keys": left, "written": written}, told=[f"Left: {', '.join(left)}"])


def _drop(settings: Settings, key_id: str) -> bool:
    if settings.secret_key:
        remark("Nothing needs it: take it out of DIALPLANE_SECRET_KEY on every node.")
        return False
    file = settings.data_dir / KEY_FILE
    keys = [each.strip() for each in file.read_text().split(",")]
    _replace(file, ",".join(key for key in keys if SecretBox(key).sealing_id != key_id))
    remark("Restart the server, so that it forgets the key too.")
    return True


def _replace(file: Path, ring: str) -> None:
    """All of it or nothing, and never readable by others."""
    beside = file.with_suffix(".new")
    handle = os.open(beside, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w") as written:
        written.write(ring + "\n")
        written.flush()
        os.fsync(handle)
    beside.replace(file)


def _report(box: SecretBox, found: Census) -> Report:
    rows = [
        (place, key_id, _part(box, key_id), count)
        for place, counts in found.by_place.items()
        for key_id, count in sorted(counts.items())
    ]
    keys = [
        {"id": key_id, "seals": key_id == box.sealing_id, "secrets": found.under(key_id)}
        for key_id in box.key_ids
    ]
    left = found.under_others(box.sealing_id)
    verdict = (
        f"{found.total} secrets, all under the first key."
        if not left
        else f"{left} of {found.total} secrets are not under the first key."
    )
    return Report(
        facts={
            "keys": keys,
            "left": left,
            "places": {place: dict(counts) for place, counts in found.by_place.items()},
        },
        told=[table("PLACE", "KEY", "", "#SECRETS", rows=rows), verdict],
    )


def _part(box: SecretBox, key_id: str) -> str:
    if key_id not in box.key_ids:
        return "not in the ring"
    return "seals" if key_id == box.sealing_id else "opens"
