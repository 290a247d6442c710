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

from bench.sip.calling import CARRIER
from parts.control_plane import ControlPlane
from parts.program import ask, wait_until
from parts.sip_peers import free_port

CONFIGURATION = """
daemon off;
pid {folder}/nginx.pid;
error_log stderr error;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        default_type application/json;
        location / {{ return 200 '{answer}'; }}
    }}
}}
"""


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
    file.write_text(CONFIGURATION.format(folder=folder, port=port, answer=said))
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
