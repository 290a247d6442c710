"""A real Kamailio with the rendered configuration, in a directory of its own."""

import os
import signal
import socket
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx

from dialplane.edge.kamailio.launch import command, lay_out
from dialplane.edge.kamailio.settings import EdgeSettings, Listener
from parts.program import PATIENCE_S, wait_until
from parts.sip_peers import free_port

ADDRESS = "127.0.0.1"
ADMIN_TOKEN = "admin-of-the-edge"
GOES_WITHIN_S = 30
OPTIONS = (
    "OPTIONS sip:edge SIP/2.0\r\nVia: SIP/2.0/UDP {here}:{port};branch=z9hG4bKready{port}\r\n"
    "Max-Forwards: 5\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:edge>\r\nCall-ID: ready{port}\r\n"
    "CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
)


def edge_settings(directory: Path, control_url: str, token: str) -> EdgeSettings:
    return EdgeSettings(
        directory=directory,
        control_url=control_url,
        token=token,
        admin_token=ADMIN_TOKEN,
        outside=_listener(),
        inside=_listener(),
        admin_port=free_port(),
        # A busy machine is slow to answer; what is slow is not to be taken for dead.
        no_reply_ms=30_000,
        # SIPp takes OPTIONS for a call that went wrong.
        ping_peers=False,
        sip_workers=2,
        question_workers=4,
    )


def _listener() -> Listener:
    port = free_port()
    return Listener(address=ADDRESS, udp_port=port, tcp_port=port)


@dataclass(kw_only=True)
class Edge:
    settings: EdgeSettings
    shared_memory_mb: int = 128
    process: "subprocess.Popen[bytes] | None" = field(default=None)

    @property
    def outside(self) -> str:
        return f"{ADDRESS}:{self.settings.outside.udp_port}"

    @property
    def inside(self) -> str:
        return f"{ADDRESS}:{self.settings.inside.udp_port}"

    @property
    def log(self) -> str:
        file = self.settings.directory / "kamailio.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def lay_out(self) -> None:
        lay_out(self.settings)

    def start(self) -> None:
        self.lay_out()
        with (self.settings.directory / "kamailio.log").open("ab") as log:
            self.process = subprocess.Popen(
                command(self.settings, shared_memory_mb=self.shared_memory_mb),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until_ready()

    def stop(self) -> None:
        """As systemd stops it: Kamailio may forget a signal, or wait for a lock of the dead."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(GOES_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()
        self.process = None

    def kill(self) -> None:
        """As a power cut stops it: every process of its own session at once."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None
        self._wait_until_gone()

    def configured(self, **changes: object) -> None:
        """Other settings from the next start on."""
        self.settings = replace(self.settings, **changes)  # type: ignore[arg-type]

    def metrics(self) -> dict[str, float]:
        answer = httpx.get(
            f"http://{ADDRESS}:{self.settings.admin_port}/metrics",
            headers={"Authorization": f"Bearer {ADMIN_TOKEN}"},
            timeout=PATIENCE_S,
        )
        lines = [line.rsplit(maxsplit=2) for line in answer.text.splitlines()]
        return {
            line[0].replace(" ", ""): float(line[1])
            for line in lines
            if len(line) == 3 and line[0][0] != "#"
        }

    def spooled(self) -> int:
        spool = f"file:{self.settings.spool}?mode=ro"
        with closing(sqlite3.connect(spool, uri=True)) as db:
            return int(db.execute("SELECT count(*) FROM spool").fetchone()[0])

    def _wait_until_gone(self) -> None:
        """The last of its processes lets go of the sockets a moment after the first is dead."""
        place = (ADDRESS, self.settings.outside.tcp_port or 0)
        wait_until(lambda: _is_free(place), lambda: "the edge does not die")

    def _wait_until_ready(self) -> None:
        port = self.settings.outside.udp_port or 0
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((ADDRESS, 0))
            probe.settimeout(0.2)
            wait_until(lambda: self._answers(probe, port), lambda: self.log)

    def _answers(self, probe: socket.socket, port: int) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log
        question = OPTIONS.format(here=ADDRESS, port=probe.getsockname()[1]).encode()
        try:
            probe.sendto(question, (ADDRESS, port))
            return bool(probe.recv(2048))
        except (TimeoutError, ConnectionError):
            return False


def _is_free(place: tuple[str, int]) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(place)
        except OSError:
            return False
        return True
