"""Several API nodes on one PostgreSQL behind the HAProxy of `deploy/`."""

import base64
import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from parts.client import Client, over_network
from parts.program import PATIENCE_S, started, wait_until, wait_until_gone
from parts.server import Server
from parts.sip_peers import free_port
from parts.world import ACME_TOKEN

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "haproxy.cfg"
EDGE_TOKEN = "the-edge-of-the-cluster"
RING = base64.b64encode(b"k" * 32).decode()


@dataclass(kw_only=True)
class Node:
    """One `dialplane serve`, with a data directory of its own."""

    home: Any
    directory: Path
    port: int = field(default_factory=free_port)
    server: Server | None = None
    _running: ExitStack = field(default_factory=ExitStack)

    def begin(self) -> None:
        """Start, without waiting until it serves."""
        environment = {
            "DIALPLANE_DATABASE_URL": self.home.url,
            "DIALPLANE_DATA_DIR": str(self.directory),
            "DIALPLANE_SECRET_KEY": RING,
            "DIALPLANE_EDGE_TOKEN": EDGE_TOKEN,
            "DIALPLANE_ALLOW_PRIVATE_WEBHOOKS": "1",
        }
        beginning = started("serve", "--port", str(self.port), "--json", env=environment)
        running = self._running.enter_context(beginning)
        self.server = Server(url=f"http://127.0.0.1:{self.port}", running=running)

    def await_serving(self) -> None:
        assert self.server is not None
        assert self.server.running.report()["url"] == self.server.url

    def kill(self) -> None:
        """Every process of it at once: nobody tidies up after anybody."""
        assert self.server is not None
        pids = [self.server.running.process.pid, *self.server.running.children()]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        self.server.running.process.wait(PATIENCE_S)
        wait_until_gone(pids[1:])
        self._running.close()
        self.server = None

    def stop(self) -> None:
        if self.server is not None:
            assert self.server.running.stop() == 0
        self._running.close()

    @contextlib.contextmanager
    def client(self, token: str = ACME_TOKEN) -> Iterator[Client]:
        """Past the balancer, to this node."""
        assert self.server is not None
        with self.server.client(token) as client:
            yield client


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Where everybody goes in, and the nodes behind it."""

    url: str
    nodes: tuple[Node, ...]

    @contextlib.contextmanager
    def client(self, token: str = ACME_TOKEN) -> Iterator[Client]:
        with httpx.Client(base_url=self.url, timeout=PATIENCE_S) as http:
            yield Client(over_network(http), {"authorization": f"Bearer {token}"})


@contextlib.contextmanager
def running_cluster(home: Any, directory: Path) -> Iterator[Cluster]:
    """Three nodes; the caller has migrated the database and put keys into it."""
    nodes = tuple(Node(home=home, directory=directory / f"node-{n}") for n in range(3))
    with contextlib.ExitStack() as running:
        for node in nodes:
            node.begin()
            running.callback(node.stop)
        for node in nodes:
            node.await_serving()
        port = running.enter_context(_balancer(nodes))
        yield Cluster(url=f"http://127.0.0.1:{port}", nodes=nodes)


@contextlib.contextmanager
def _balancer(nodes: tuple[Node, ...]) -> Iterator[int]:
    program = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
    if program is None:
        reason = "HAProxy is not installed: apt-get install haproxy"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    port = free_port()
    addresses = {f"DIALPLANE_NODE_{n}": f"127.0.0.1:{node.port}" for n, node in enumerate(nodes, 1)}
    with subprocess.Popen(
        [program, "-db", "-q", "-f", CONFIGURATION],
        env={"DIALPLANE_BIND": f"127.0.0.1:{port}", **addresses},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            wait_until(lambda: _is_ready(port), lambda: "no node answers through the balancer")
            yield port
        finally:
            process.kill()


def _is_ready(port: int) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == httpx.codes.OK
    return False
