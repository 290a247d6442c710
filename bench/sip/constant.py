"""A control plane that always gives the same answer: nginx, which neither reads nor records."""

import contextlib
import json
import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from bench.peers.nginx import CONFIGURATION
from bench.sip.calling import CARRIER
from parts.control_plane import ControlPlane
from parts.program import ask, wait_until
from parts.sip_peers import free_port


def answer(control: ControlPlane, digits: str) -> str:
    """What Dialplane says when SIPp calls this number."""
    question = {
        "edge_id": "edge-1",
        "call_id": str(uuid.uuid4()),
        "sip_call_id": "1-1@127.0.0.1",
        "called": digits,
        "caller": "01012345678",
        "source_address": CARRIER,
        "source_port": 5060,
        "transport": "udp",
        "received_at": time.time_ns() // 1_000_000,
    }
    _, told = ask(
        control.port, "/edge/v1/inbound", method="POST", token=control.token, body=question
    )
    return json.dumps(told, separators=(",", ":"))


@contextlib.contextmanager
def constant(folder: Path, said: str) -> Iterator[str]:
    """Its address, while it runs."""
    folder.mkdir()
    port = free_port()
    file = folder / "nginx.conf"
    file.write_text(CONFIGURATION.format(workers=1, folder=folder, port=port, answer=said))
    process = subprocess.Popen([str(shutil.which("nginx")), "-p", str(folder), "-c", str(file)])
    try:
        wait_until(lambda: _listens(port))
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
