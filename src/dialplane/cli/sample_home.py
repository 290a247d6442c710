"""Where the demo keeps its data, and the keys it prints."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from dialplane.cli import sample
from dialplane.cli.faults import Refused
from dialplane.cli.opening import now, opened
from dialplane.cli.sample import Tokens
from dialplane.domain.callers import Arrival
from dialplane.domain.numbers import Status
from dialplane.domain.values import OrganizationId
from dialplane.foundations import secret_box_of
from dialplane.operations.keys import hashed
from dialplane.operations.numbers import NumberPolicy
from dialplane.settings import Settings
from dialplane.store import keys, number_lists, organizations
from dialplane.store.database import Database, Reader
from dialplane.store.number_lists import NumberFilter
from dialplane.store.opening import SQLITE_FILE
from dialplane.store.pages import PageRequest
from dialplane.store.secret_box import KEY_FILE

TOKENS_FILE: Final = "demo-keys.json"
LOCK_FILE: Final = "demo.lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What somebody who tries the demo needs to know of it."""

    organization_id: str
    organization_telephone_number_id: str
    tokens: Tokens


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Keep a second demo from the data while one runs; the lock goes with its process.

    Raises:
        Refused: a demo runs on them already.
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (home / LOCK_FILE).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Refused(
                f"A demo runs on {home} already.",
                "Use that one or stop it, or set DIALPLANE_DATA_DIR to have two.",
                "DEMO_RUNS",
            ) from error
        yield


def clear(home: Path) -> None:
    """Remove what the demo has made, and nothing else."""
    for file in (TOKENS_FILE, KEY_FILE, *(SQLITE_FILE + tail for tail in ("", "-wal", "-shm"))):
        (home / file).unlink(missing_ok=True)
    shutil.rmtree(home / "metrics", ignore_errors=True)


def opened_sample(settings: Settings) -> Sample:
    """The sample as an earlier run left it, or a new one."""
    with opened(settings) as database:
        with database.reading() as db:
            found = organizations.list_live(db)
            tokens = _read(settings.data_dir / TOKENS_FILE)
            usable = tokens is not None and _work(db, tokens)
        if tokens is None or not usable:
            tokens = _make(database, settings, found[0].id if found else None)
        with database.reading() as db:
            return _sample(db, tokens)


def _make(database: Database, settings: Settings, organization_id: OrganizationId | None) -> Tokens:
    policy = NumberPolicy(allow_private_sip=settings.allow_private_sip)
    with database.writing() as db:
        if organization_id is None:
            made = sample.make(db, secret_box_of(settings), policy, now=now())
        else:
            _, made = sample.make_keys(db, organization_id, now=now())
        _write(settings.data_dir / TOKENS_FILE, made)
    return made


def _sample(db: Reader, tokens: Tokens) -> Sample:
    """What is printed: the oldest number is the one that shows most."""
    at = now()
    found = keys.find_caller(db, hashed(tokens.live), Arrival(at))
    if found is None:
        raise AssertionError("the key was made or looked at just now")
    caller = found.caller
    every = NumberFilter(provider=None, statuses=frozenset(Status), now=at)
    oldest = PageRequest(limit=1, descending=False)
    page = number_lists.list_page(
        db, caller.organization_id, every, oldest, reading=number_lists.GLANCES
    )
    return Sample(
        organization_id=caller.organization_id,
        organization_telephone_number_id=page.items[0].id,
        tokens=tokens,
    )


def _read(file: Path) -> Tokens | None:
    try:
        return Tokens(**json.loads(file.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _write(file: Path, tokens: Tokens) -> None:
    """For its owner only."""
    file.unlink(missing_ok=True)
    handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w") as out:
        json.dump(asdict(tokens), out)


def _work(db: Reader, tokens: Tokens) -> bool:
    at = now()
    hashes = (hashed(tokens.live), hashed(tokens.test))
    return all(keys.find_caller(db, each, Arrival(at)) is not None for each in hashes)
