"""SIPp as the other side of a call: carriers, callers and runtimes, one address each."""

import re
import secrets
import socket
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from parts.program import wait_until

SCENARIOS = Path(__file__).parents[1] / "end_to_end" / "scenarios"
PATIENCE_S = 45

CARRIER = "127.0.0.2"
RUNTIME = "127.0.0.3"
SPARE_RUNTIME = "127.0.0.4"
STRANGER = "127.0.0.9"

# Over UDP, messages overtake each other on their way through the processes of the edge; what comes
# too early is dropped and comes again.
FORGIVING = ("-default_behaviors", "all,-abortunexp")

# Below those a system gives to whoever asks for any: nobody is given one by chance meanwhile.
_PORTS = range(20_000, 32_000)

_message = re.compile(
    r"^-{20,}.*\n(?:Unexpected )?(?:UDP|TCP) message (sent|received).*:\n\n", re.MULTILINE
)


def free_port(address: str = "127.0.0.1") -> int:
    """Free for UDP and for TCP: the edge listens on both under one number."""
    while True:
        port = secrets.choice(_PORTS)
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
            socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp,
            suppress(OSError),
        ):
            udp.bind((address, port))
            tcp.bind((address, port))
            return port


@dataclass(kw_only=True)
class Peer:
    """A running or finished SIPp."""

    name: str
    address: str
    port: int
    process: "subprocess.Popen[bytes]"
    directory: Path

    @property
    def host(self) -> str:
        return f"{self.address}:{self.port}"

    def finish(self) -> "Peer":
        """Waits for the scenario to end as it should; says what went wrong otherwise."""
        code = self.process.wait(PATIENCE_S)
        assert code == 0, f"{self.name} ended with {code}\n{self._complaints()}\n{self._trace()}"
        return self

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def await_received(self, first_line: str) -> None:
        wait_until(
            lambda: self.received(first_line) != [], lambda: f"{self.name} heard no {first_line}"
        )

    def received(self, first_line: str) -> list[str]:
        """Messages that came in and begin with these words, each from its first line on.

        One that came again, byte for byte, is there once.
        """
        parts = _message.split(self._trace())
        found = (
            text.rstrip()
            for direction, text in zip(parts[1::2], parts[2::2], strict=True)
            if direction == "received" and text.startswith(first_line)
        )
        return [*dict.fromkeys(found)]

    def _trace(self) -> str:
        file = self.directory / f"{self.name}.messages"
        return file.read_text(errors="replace") if file.exists() else ""

    def _complaints(self) -> str:
        file = self.directory / f"{self.name}.errors"
        return file.read_text(errors="replace") if file.exists() else ""


@dataclass(kw_only=True)
class Sipp:
    """Starts peers and sees that none survives the test."""

    directory: Path
    peers: list[Peer] = field(default_factory=list)
    numbering: "count[int]" = field(default_factory=lambda: count(1))

    def answer(self, scenario: str, address: str = RUNTIME, **words: object) -> Peer:
        """Waits for calls in the background."""
        peer = self._start(scenario, address, [], words)
        self._wait_until_bound(peer)
        return peer

    def call(self, scenario: str, to: str, *, called: str, **words: object) -> Peer:
        """Places calls and waits for their end."""
        return self.begin_call(scenario, to, called=called, **words).finish()

    def begin_call(self, scenario: str, to: str, *, called: str, **words: object) -> Peer:
        source = str(words.pop("source", CARRIER))
        caller = str(words.pop("caller", "01012345678"))
        numbers = ["-key", "called", called, "-key", "caller", caller]
        return self._start(scenario, source, [to, *numbers], words)

    def stop(self) -> None:
        for peer in self.peers:
            peer.stop()

    def _start(
        self, scenario: str, address: str, arguments: list[str], words: dict[str, object]
    ) -> Peer:
        name = f"{next(self.numbering):02}-{scenario}"
        port = int(str(words.pop("port", 0))) or free_port(address)
        options = [
            *("-m", str(words.pop("calls", 1))),
            *("-r", str(words.pop("per_second", 10))),
            *("-t", str(words.pop("transport", "u1"))),
            *("-cid_str", str(words.pop("call_id", "%u-%p@%s"))),
            *("-timeout", f"{PATIENCE_S - 2}s", "-timeout_error"),
            *FORGIVING,
        ]
        (self.directory / f"{name}.xml").write_text(_filled(scenario, words))
        traces = [
            *("-trace_msg", "-message_file", f"{name}.messages"),
            *("-trace_err", "-error_file", f"{name}.errors"),
        ]
        place = ["-i", address, "-mi", address, "-p", str(port), "-nostdin"]
        process = subprocess.Popen(
            ["sipp", "-sf", f"{name}.xml", *arguments, *place, *options, *traces],
            cwd=self.directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        peer = Peer(
            name=name, address=address, port=port, process=process, directory=self.directory
        )
        self.peers.append(peer)
        return peer

    def _wait_until_bound(self, peer: Peer) -> None:
        ending = f":{peer.port:04X} "
        tables = [Path("/proc/net/udp"), Path("/proc/net/tcp")]
        wait_until(
            lambda: any(ending in table.read_text() for table in tables),
            lambda: f"{peer.name} never listened",
        )


def _filled(scenario: str, words: dict[str, object]) -> str:
    """SIPp takes no parameter for an expected status, so `__CODE__` is filled in beforehand."""
    text = (SCENARIOS / f"{scenario}.xml").read_text()
    for word, value in {"talk": 300, "reason": "done", "wait": 100, **words}.items():
        text = text.replace(f"__{word.upper()}__", str(value))
    left = re.findall(r"__[A-Z]+__", text)
    assert not left, f"{scenario} wants {left}"
    return text
