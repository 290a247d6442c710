"""The programs around the demo's server: they come after it and leave with it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Final

HOST: Final = "127.0.0.1"
START_S: Final = 60.0
LEAVE_S: Final = 3.0
OURS: Final = (sys.executable, "-c", "from dialplane.cli import main; main()")
# Linux keeps such a name for one holder, as far as ports reach, and no longer than that lives.
FIRST: Final = "\0dialplane-demo"
SCENARIOS: Final = Path(__file__).with_name("demo_scenarios")

# A program goes with us however we go: the shell before it reads from a pipe that closes then.
# What tells it to leave in peace (TERM) is for the program; the shell waits until it is gone.
LEASH: Final = (
    "exec 3<&0; trap : TERM; { read -r _ <&3; kill -KILL 0; } &"
    ' "$@" 3<&- </dev/null; ended=$?; kill "$!" 2>/dev/null; exit "$ended"'
)

_PACKAGES: Final = {
    "kamailio": "kamailio kamailio-json-modules kamailio-utils-modules"
    " kamailio-sqlite-modules kamailio-extra-modules kamailio-tls-modules",
    "sipp": "sip-tester",
}


class NotOnStage(Exception):  # named for what happened
    """A program did not start, or the demo is over before it could."""


def missing() -> str | None:
    """What has to be installed before anybody can call, in one line; None when nothing has."""
    absent = [program for program in _PACKAGES if shutil.which(program) is None]
    if absent:
        packages = " ".join(_PACKAGES[program] for program in absent)
        return f"without {' and '.join(absent)}. Debian: apt install {packages}"
    if find_spec("sippy") is None:
        return "without sippy. Install it: pip install 'dialplane[dialer]'"
    return None


class Cast:
    """Starts programs until the demo is over, and sees every one of them off."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._lock = threading.Lock()
        self._over = False
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._name = socket.socket(socket.AF_UNIX)
        self._is_first = _takes(self._name, FIRST)
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)

    @property
    def over(self) -> bool:
        return self._over

    def enter(
        self, name: str, command: tuple[str, ...], settings: Mapping[str, str] | None = None
    ) -> "subprocess.Popen[bytes]":
        """Start a program; what it says goes into a file named after it.

        Raises:
            NotOnStage: the demo is over.
        """
        with self._lock, (self.directory / f"{name}.log").open("wb") as log:
            if self._over:
                raise NotOnStage("the demo is over")
            process = subprocess.Popen(
                ("/bin/sh", "-c", LEASH, name, *command),
                cwd=self.directory,
                env={**os.environ, **(settings or {})},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                # Ctrl-C is for us; they are told one after the other.
                start_new_session=True,
            )
            self._processes[name] = process
        return process

    def port_near(self, wanted: int) -> int:
        """That port if both UDP and TCP may have it, else one that is free.

        Of demos that run at the same time the first one may have those of the documentation: until
        its programs have taken them they look free to the others, too.
        """
        for port in (wanted if self._is_first else 0, *(0 for _ in range(20))):
            with (
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
                socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp,
                suppress(OSError),
            ):
                udp.bind((HOST, port))
                tcp.bind(udp.getsockname())
                return int(udp.getsockname()[1])
        raise NotOnStage("no port is free")

    def wait_for(self, name: str, ready: Callable[[], bool]) -> None:
        """Wait until a program is of use.

        Raises:
            NotOnStage: it ended, or takes too long.
        """
        deadline = time.monotonic() + START_S
        while not ready():
            ended = self._processes[name].poll() is not None
            if ended or time.monotonic() > deadline:
                log = self.directory / f"{name}.log"
                raise NotOnStage(f"{name} does not start; {log} says why")
            time.sleep(0.05)

    def close(self) -> None:
        """Tell everybody to go, and wait until they are gone."""
        with self._lock:
            self._over = True
            leaving = [*self._processes.values()][::-1]
        for process in leaving:
            _tell(process, signal.SIGTERM)
        deadline = time.monotonic() + LEAVE_S
        for process in leaving:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
            # Whoever is left of the family goes now, the head of it included.
            _tell(process, signal.SIGKILL)
            process.communicate()
        self._name.close()


def answers_over_udp(port: int) -> bool:
    """Whether somebody has that port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def answers_over_tcp(port: int) -> bool:
    with suppress(OSError), socket.create_connection((HOST, port), timeout=1):
        return True
    return False


def _takes(name: socket.socket, wanted: str) -> bool:
    try:
        name.bind(wanted)
    except OSError:
        return False
    return True


def _tell(process: "subprocess.Popen[bytes]", what: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, what)
