"""A PostgreSQL that lives as long as one test session and leaves nothing behind."""

import contextlib
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
from psycopg import sql

from parts.sip_peers import free_port

PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
)
SECONDS_TO_START = 60
PORTS_TO_TRY = 3

# Nothing here has to survive a crash, and every connection of a worker's tests has to fit.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "300",
    "shared_buffers": "64MB",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "log_min_messages": "warning",
}

# For those who kill its processes: what was acknowledged is with the system, which lives on.
KILLABLE = {"synchronous_commit": "on", "full_page_writes": "on"}

# PostgreSQL has no wish to end with its parent. The shell waits on a pipe that closes when the
# test session is gone, however it went, and then removes the server and, unless told, its files.
LEASH = '"$@" & read -r last; kill -QUIT "$!"; wait "$!"; [ "$last" ] || rm -rf "$0"'
KEEP_FILES = b"keep\n"


# Whoever comes too early is told so in the same tone.
_FAILURE = re.compile("FATAL:  (?!the database system is )")


class NoPostgresError(Exception):
    """There is no PostgreSQL to test with."""


class _PortTakenError(Exception):
    """Somebody was faster; another port will do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresServer:
    """Where tests may create databases."""

    url: str

    def create(self, *, template: str = "template0") -> str:
        """URL of a new database, named so that sessions sharing a server never meet."""
        name = f"dialplane_test_{uuid4().hex}"
        self._run("CREATE DATABASE {} TEMPLATE {}", name, template)
        return urlsplit(self.url)._replace(path=f"/{name}").geturl()

    def copy(self, url: str) -> str:
        """URL of a new database that equals the given one, which nobody may be connected to."""
        return self.create(template=_name(url))

    def drop(self, url: str) -> None:
        """The database is gone, even if somebody still holds a connection to it."""
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", _name(url))

    def _run(self, statement: str, *names: str) -> None:
        command = sql.SQL(statement).format(*map(sql.Identifier, names))
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(command)


@contextlib.contextmanager
def running_postgres(more: Mapping[str, str] | None = None) -> Iterator[PostgresServer]:
    """The server of DIALPLANE_TEST_POSTGRES_URL, else one started from the binaries found.

    With settings of one's own it is always one that was started.
    """
    given = os.environ.get("DIALPLANE_TEST_POSTGRES_URL")
    if given and more is None:
        yield PostgresServer(url=given)
        return
    binaries = _binaries()
    home = Path(tempfile.mkdtemp(prefix="dialplane-pg-"))  # short: a socket path has ~100 bytes
    try:
        _prepare(binaries, home)
        with _started(binaries, home, SETTINGS | dict(more or {})) as url:
            yield PostgresServer(url=url)
    finally:
        shutil.rmtree(home, ignore_errors=True)


class FicklePostgres:
    """One that goes and comes back, with what it had, where it was."""

    def __init__(self, binaries: Path, home: Path) -> None:
        self._binaries = binaries
        self._home = home
        self._settings = {**SETTINGS, **KILLABLE, "port": str(free_port())}
        self._up = contextlib.ExitStack()
        self.server = PostgresServer(url=_url(self._settings["port"]))

    def come(self) -> None:
        leashed = _leashed(self._binaries, self._home, self._settings, last=KEEP_FILES)
        self._up.enter_context(leashed)
        _wait_until_ready(self._home / "log")

    def go(self) -> None:
        """Without a word to those who are connected."""
        self._up.close()


@contextlib.contextmanager
def fickle_postgres() -> Iterator[FicklePostgres]:
    binaries = _binaries()
    with tempfile.TemporaryDirectory(prefix="dialplane-pg-") as name:
        _prepare(binaries, Path(name))
        fickle = FicklePostgres(binaries, Path(name))
        fickle.come()
        try:
            yield fickle
        finally:
            fickle.go()


def client_program(name: str) -> str:
    """pg_dump and the like, of the version the server has."""
    beside = _binaries() / name
    return str(beside) if beside.exists() else name


def _binaries() -> Path:
    found = [Path(initdb).parent for initdb in [shutil.which("initdb")] if initdb]
    for place in PLACES:
        found += sorted(Path("/").glob(place[1:]), key=_version, reverse=True)
    for folder in found:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    message = f"no initdb and postgres on PATH or in {', '.join(PLACES)}"
    raise NoPostgresError(message)


def _version(folder: Path) -> int:
    return int((re.findall(r"\d+", str(folder)) or ["0"])[-1])


def _prepare(binaries: Path, home: Path) -> None:
    if user := _unprivileged():
        shutil.chown(home, user, pwd.getpwnam(user).pw_gid)
    command = [binaries / "initdb", "--pgdata", home / "data", "--username", "postgres"]
    command += ["--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync"]
    made = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False, **_drop())
    if made.returncode:
        raise NoPostgresError(f"initdb failed: {made.stderr.strip()}")


@contextlib.contextmanager
def _started(binaries: Path, home: Path, settings: Mapping[str, str]) -> Iterator[str]:
    for _ in range(PORTS_TO_TRY):
        port = free_port()
        options = {**settings, "port": str(port)}
        with contextlib.suppress(_PortTakenError), _leashed(binaries, home, options):
            _wait_until_ready(home / "log")
            yield _url(options["port"])
            return
    raise NoPostgresError(f"no free port in {PORTS_TO_TRY} attempts")


def _url(port: str) -> str:
    return f"postgresql://postgres@127.0.0.1:{port}/postgres"


@contextlib.contextmanager
def _leashed(
    binaries: Path, home: Path, settings: Mapping[str, str], *, last: bytes = b""
) -> Iterator[None]:
    server = [binaries / "postgres", "-D", home / "data", "-k", home]
    for name, value in settings.items():
        server += ["-c", f"{name}={value}"]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            ["/bin/sh", "-c", LEASH, home, *server],
            start_new_session=True,  # Ctrl-C ends the tests first, then their server
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            **_drop(),
        )
    try:
        yield
    finally:
        process.communicate(last)  # closes the pipe and waits


def _wait_until_ready(log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        said = log.read_text(errors="replace")
        if "ready to accept connections" in said:
            return
        if "could not bind" in said:
            raise _PortTakenError
        if _FAILURE.search(said):
            break
        time.sleep(0.02)
    raise NoPostgresError(f"it did not start: {log.read_text(errors='replace').strip()}")


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root; then it runs as the first of these that exists."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(user for user in ("postgres", "_postgres", "nobody") if user in known)


def _drop() -> dict[str, object]:
    if user := _unprivileged():
        return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
    return {}


def _name(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")
