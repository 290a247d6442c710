"""The real program `dialplane`: run to its end, or running beside the test."""

import contextlib
import json
import os
import pty
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import IO, Any

PROGRAM = Path(sys.executable).with_name("dialplane")
PATIENCE_S = 60


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """What a program inherits: nothing that was set for Dialplane on this machine."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DIALPLANE_")}
    return kept | {"NO_COLOR": "1", "TERM": "dumb"} | dict(extra)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a program left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def remarks(self) -> str:
        """What stands on stderr, without the boxes and breaks it is laid out with."""
        return " ".join(re.sub("[\u2500-\u257f]", " ", self.err).split())


def run(*arguments: str, env: Mapping[str, str], cwd: Path | None = None) -> Outcome:
    done = subprocess.run(
        [PROGRAM, *arguments],
        env=environment(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return Outcome(code=done.returncode, out=done.stdout, err=done.stderr)


def on_a_terminal(*arguments: str, env: Mapping[str, str], answer: str = "") -> tuple[int, str]:
    """Exit code, and everything somebody sees who sits there and types `answer` in advance."""
    reader, terminal = pty.openpty()
    os.write(reader, answer.encode())
    inherited = environment(env) | {"TERM": "xterm"} | dict(env)
    if "NO_COLOR" not in env:
        del inherited["NO_COLOR"]
    with subprocess.Popen(
        [PROGRAM, *arguments], env=inherited, stdin=terminal, stdout=terminal, stderr=terminal
    ) as process:
        os.close(terminal)
        seen = b"".join(_seen(reader))
        code = process.wait(PATIENCE_S)
    os.close(reader)
    return code, seen.decode()


def _seen(reader: int) -> Iterator[bytes]:
    # On Linux a terminal nobody holds any more ends with an error instead of nothing.
    with contextlib.suppress(OSError):
        while part := os.read(reader, 4096):
            yield part


@dataclass(slots=True)
class Running:
    """A program that goes on; what it says is read as it comes, so that it never has to wait."""

    process: "subprocess.Popen[str]"
    _out: "queue.Queue[str]" = field(default_factory=queue.Queue)
    _said: list[str] = field(default_factory=list)
    _err: list[str] = field(default_factory=list)
    _readers: list[threading.Thread] = field(default_factory=list)

    def __post_init__(self) -> None:
        for read in (self._read_out, self._read_err):
            self._readers.append(threading.Thread(target=read, daemon=True))
            self._readers[-1].start()

    def _read_out(self) -> None:
        for line in _pipe(self.process.stdout):
            self._out.put(line)
        self._out.put("")

    def _read_err(self) -> None:
        self._err += _pipe(self.process.stderr)

    @property
    def err(self) -> str:
        return "".join(self._err)

    def line(self, awaited: str = "line") -> str:
        """The next line on stdout; empty at its end."""
        try:
            line = self._out.get(timeout=PATIENCE_S)
        except queue.Empty:
            said = f"on stdout:\n{''.join(self._said)}\non stderr:\n{self.err}"
            raise AssertionError(f"no {awaited} within {PATIENCE_S} s; {said}") from None
        self._said.append(line)
        return line

    def line_with(self, text: str) -> str:
        while text not in (line := self.line(f"line with {text!r}")):
            assert line, f"it ended without saying {text!r}: {self.err}"
        return line

    def report(self) -> Any:
        """The JSON document it prints once it serves."""
        text = ""
        while not text.endswith("\n}\n"):
            line = self.line("report")
            assert line, f"it ended without a report: {self.err}"
            text += line
        return json.loads(text)

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> int:
        """Its exit code, after it was told to go."""
        self.process.send_signal(with_signal)
        code = self.process.wait(PATIENCE_S)
        self.hear_out()
        return code

    def hear_out(self) -> None:
        """Until all that it said has been read."""
        for reader in self._readers:
            reader.join(PATIENCE_S)

    def children(self) -> list[int]:
        """Processes started by it."""
        asked = ["pgrep", "-P", str(self.process.pid)]
        listed = subprocess.run(asked, capture_output=True, text=True, check=False)
        return [int(pid) for pid in listed.stdout.split()]


@contextlib.contextmanager
def started(*arguments: str, env: Mapping[str, str], cwd: Path | None = None) -> Iterator[Running]:
    """Whatever happens, it does not outlive the test."""
    with subprocess.Popen(
        [PROGRAM, *arguments],
        env=environment(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        running = Running(process)
        try:
            yield running
        finally:
            if process.poll() is None:
                process.kill()
            running.hear_out()


def ask(
    port: int, path: str, *, method: str = "GET", token: str = "", body: Any = None
) -> tuple[int, Any]:
    """Status and body of one request on a connection of its own."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with contextlib.closing(connection):
        connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def wait_until(
    holds: Callable[[], bool], otherwise: Callable[[], object] = lambda: "it never came true"
) -> None:
    """`otherwise` tells what is the matter when patience runs out."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, f"after {PATIENCE_S} s: {otherwise()}"
        time.sleep(0.01)


def wait_until_listening(port: int) -> None:
    wait_until(lambda: is_listened_on(port), lambda: f"nobody listens on {port}")


def is_listened_on(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S).close()
    except OSError:
        return False
    return True


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until_gone(pids: list[int]) -> None:
    wait_until(
        lambda: not any(map(is_alive, pids)), lambda: f"still there: {[*filter(is_alive, pids)]}"
    )


def _pipe(pipe: "IO[str] | None") -> "IO[str]":
    assert pipe is not None
    return pipe
