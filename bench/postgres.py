"""A PostgreSQL of our own, from the binaries found, that keeps what it acknowledges.

Its files stay under bench/data, so that rows are made once; the server goes with the run.
"""

import contextlib
import os
import pwd
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.machine import pinned

PLACES = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql*/bin",
    "usr/local/opt/postgresql*/bin",
)
SECONDS_TO_START = 120

# Everything that makes a commit last is left on, as it is by default.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "300",
    "shared_buffers": "1GB",
    "max_wal_size": "4GB",
    "log_min_messages": "warning",
}

# PostgreSQL has no wish to end with its parent: the shell waits on a pipe that closes with us.
LEASH = '"$@" & read -r _; kill -INT "$!"; wait "$!"'


class NoPostgres(Exception):
    """There is no PostgreSQL to measure on."""


@contextlib.contextmanager
def running_postgres(home: Path, core: str | None) -> Iterator[str]:
    """The address of a database to start from."""
    binaries = _binaries()
    if not (home / "PG_VERSION").exists():
        _make(binaries, home)
    port = _free_port()
    server = [*pinned(core), str(binaries / "postgres"), "-D", str(home), "-p", str(port)]
    for name, value in SETTINGS.items():
        server += ["-c", f"{name}={value}"]
    with (home / "bench.log").open("wb") as log:
        process = subprocess.Popen(
            ["/bin/sh", "-c", LEASH, "leash", *server],
            cwd=home,
            start_new_session=True,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            **_drop(),
        )
    try:
        _wait_until_ready(home / "bench.log")
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        process.communicate()  # closes the pipe and waits


def server_pid(home: Path) -> int:
    return int((home / "postmaster.pid").read_text().splitlines()[0])


def _binaries() -> Path:
    found = [Path(initdb).parent for initdb in [shutil.which("initdb")] if initdb]
    for place in PLACES:
        found += sorted(Path("/").glob(place), key=_version, reverse=True)
    for folder in found:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise NoPostgres(f"no initdb and postgres on PATH or in {', '.join(PLACES)}")


def _version(folder: Path) -> int:
    return int((re.findall(r"\d+", str(folder)) or ["0"])[-1])


def _make(binaries: Path, home: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True, mode=0o700)
    if user := _unprivileged():
        shutil.chown(home, user, pwd.getpwnam(user).pw_gid)
    command = [binaries / "initdb", "--pgdata", home, "--username", "postgres"]
    command += ["--auth", "trust", "--encoding", "UTF8", "--locale", "C"]
    made = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False, **_drop())
    if made.returncode:
        raise NoPostgres(f"initdb failed: {made.stderr.strip()}")


def _wait_until_ready(log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        said = log.read_text(errors="replace")
        if "ready to accept connections" in said:
            return
        if "FATAL" in said:
            break
        time.sleep(0.05)
    raise NoPostgres(f"it did not start: {log.read_text(errors='replace').strip()}")


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root; then it runs as the first of these that exists."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(user for user in ("postgres", "_postgres", "nobody") if user in known)


def _drop() -> dict[str, Any]:
    if user := _unprivileged():
        return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
    return {}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
