"""One peer, running: started on its core, ready, and asked what it costs."""

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psutil

from bench import rows
from bench.machine import pinned
from bench.peers.catalogue import Peer, Stand

SECONDS_TO_START = 60
OWN_AND_ENDED_CHILDREN = 4  # of psutil's cpu_times: user and system, and both of ended children
OK = 200
ROOT = Path(__file__).parents[1]


class NotServing(Exception):  # named for what happened, like every error here
    """A peer did not start, or does not answer as it should."""


@dataclass(frozen=True, slots=True)
class Start:
    """From the command to the first right answer: by the clock, and in processor time."""

    seconds: float
    cpu_s: float


NOT_YET = Start(0.0, 0.0)


@dataclass(slots=True)
class Server:
    """A running peer.

    `database_pid` is the first process of a database that works for it, if there is one.
    """

    peer: Peer
    stand: Stand
    process: subprocess.Popen[bytes]
    database_pid: int | None = None
    start: Start = NOT_YET

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.stand.port}"

    def _family(self) -> list[psutil.Process]:
        first = psutil.Process(self.process.pid)
        return [first, *first.children(recursive=True)]

    def cpu_s(self) -> float:
        """Processor time all its processes have used so far, in seconds."""
        return sum(_cpu_s(process) for process in self._family())

    def database_cpu_s(self) -> float:
        """The same of the database's processes; 0 where the database is a file."""
        if self.database_pid is None:
            return 0.0
        first = psutil.Process(self.database_pid)
        return sum(_cpu_s(process) for process in [first, *first.children(recursive=True)])

    def memory_mb(self) -> float:
        """What the largest of its processes holds in memory: the worker, in every peer."""
        return max(_memory(process) for process in self._family()) / 2**20

    def memory_all_mb(self) -> float:
        return sum(_memory(process) for process in self._family()) / 2**20


def _cpu_s(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.Error):
        used = process.cpu_times()
        return float(sum(used[:OWN_AND_ENDED_CHILDREN]))
    return 0.0


def _memory(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.Error):
        return int(process.memory_info().rss)
    return 0


@contextlib.contextmanager
def serving(
    peer: Peer, stand: Stand, core: str | None, database_pid: int | None
) -> Iterator[Server]:
    """Start a peer, wait until it answers, and see it gone afterwards.

    Raises:
        NotServing: with what it said.
    """
    stand.folder.mkdir(parents=True, exist_ok=True)
    said = stand.folder / f"{peer.slug}.log"
    began = time.perf_counter()
    with said.open("wb") as log:
        process = subprocess.Popen(
            [*pinned(core), *peer.command(stand)],
            cwd=ROOT,
            env=stand.environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    server = Server(peer, stand, process, database_pid)
    try:
        _wait_until_it_answers(server, said)
        seconds = time.perf_counter() - began
        server.start = Start(seconds, server.cpu_s())
        yield server
    finally:
        _end(process)


def _wait_until_it_answers(server: Server, said: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and server.process.poll() is None:
        if _answers(server.stand):
            return
        time.sleep(0.002)
    text = said.read_text(errors="replace")[-2000:]
    raise NotServing(f"{server.peer.name} does not answer:\n{text}")


def _answers(stand: Stand) -> bool:
    """Whether the key of the first organization is let in, and its number found."""
    connection = HTTPConnection("127.0.0.1", stand.port, timeout=5)
    with contextlib.closing(connection), contextlib.suppress(OSError, HTTPException):
        asked = {"Authorization": f"Bearer {rows.token(rows.BIG)}"}
        connection.request("GET", stand.first_asked, headers=asked)
        return connection.getresponse().status == OK
    return False


def _end(process: "subprocess.Popen[bytes]") -> None:
    family = [process.pid]
    with contextlib.suppress(psutil.Error):
        family += [child.pid for child in psutil.Process(process.pid).children(recursive=True)]
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(10)
    for pid in family:
        with contextlib.suppress(psutil.Error):
            psutil.Process(pid).kill()
    process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
