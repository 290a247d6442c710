"""What `dialplane backup` writes and `dialplane restore` reads: a tar of three files."""

import hashlib
import io
import json
import os
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from dialplane.cli.faults import Refused

DATABASE: Final = "dialplane.sqlite3"
KEY: Final = "secret.key"
MANIFEST: Final = "backup.json"
FORMAT: Final = 1
_PIECE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What is in it, and which key ring opens what is sealed."""

    program: str
    created_at: int
    sha256: str
    sealing_key_id: str
    has_key: bool
    format: int = FORMAT


def write(target: Path, database: Path, key: str | None, manifest: Manifest) -> None:
    """Write it whole or not at all, for its owner's eyes only, and never over anything.

    Raises:
        FileExistsError: there is something of that name.
    """
    beside = target.with_name(target.name + ".part")
    handle = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            with tarfile.open(fileobj=file, mode="w") as tar:
                _add(tar, MANIFEST, json.dumps(_fields(manifest), indent=2).encode())
                if key is not None:
                    _add(tar, KEY, key.encode())
                tar.add(database, DATABASE, filter=_nobodys)
            file.flush()
            os.fsync(file.fileno())
        os.link(beside, target)  # unlike a rename it never replaces anything
    finally:
        beside.unlink(missing_ok=True)


def _fields(manifest: Manifest) -> dict[str, object]:
    return {name: getattr(manifest, name) for name in Manifest.__dataclass_fields__}


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    tar.addfile(entry, io.BytesIO(content))


def _nobodys(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o600
    return entry


def read(source: Path, database: Path) -> tuple[Manifest, str | None]:
    """Write the database to `database`, and give back what is said of it, and the key.

    Raises:
        Refused: it is no backup, or not the one that was written.
    """
    try:
        with tarfile.open(source) as tar:
            manifest = Manifest(**json.loads(_member(tar, MANIFEST).read()))
            key = _member(tar, KEY).read().decode() if manifest.has_key else None
            found = _copied(_member(tar, DATABASE), database)
    except (tarfile.TarError, KeyError, ValueError, TypeError, EOFError) as error:
        raise _damaged(source, "it is not a whole backup") from error
    if found != manifest.sha256:
        raise _damaged(source, "the database in it is not the one that was backed up")
    return manifest, key


def _member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    member = tar.extractfile(name)
    if member is None:
        raise KeyError(name)
    return member


def _copied(source: IO[bytes], target: Path) -> str:
    told = hashlib.sha256()
    handle = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        while piece := source.read(_PIECE):
            told.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return told.hexdigest()


def sha256_of(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _damaged(source: Path, why: str) -> Refused:
    return Refused(f"{source} cannot be restored: {why}.", "Take another backup.", "BAD_BACKUP")
