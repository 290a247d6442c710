"""TLS for carriers, and a door for operators that opens to them only."""

import socket
import ssl
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from dialplane.edge.kamailio.settings import TlsFiles
from parts.control_plane import ControlPlane
from parts.edge_process import ADMIN_TOKEN, Edge
from parts.sip_lines import INVITE
from parts.sip_peers import CARRIER, Sipp, free_port
from parts.tls_front import a_certificate

OPEN = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
ASKED = {"jsonrpc": "2.0", "id": 1, "method": "dlg.briefing"}


@pytest.fixture
def certificate(tmp_path: Path) -> TlsFiles:
    return a_certificate(tmp_path)


def test_a_call_over_tls(
    control: ControlPlane, edge: Edge, sipp: Sipp, certificate: TlsFiles
) -> None:
    edge.stop()
    outside = replace(edge.settings.outside, tls_port=free_port())
    edge.settings = replace(edge.settings, tls=certificate, outside=outside)
    edge.start()
    busy = sipp.answer("runtime_refuses", code=486, phrase="Busy Here")
    digits = control.holds(runtimes=[busy.host])

    with _tls_to(outside.tls_port or 0, certificate) as line:
        line.sendall(_said(line, "INVITE", digits, to_tag=""))
        heard = b""
        while b"SIP/2.0 486" not in heard:
            heard += line.recv(65535)
        line.sendall(_said(line, "ACK", digits, to_tag=";tag=runtime1"))

    busy.finish()
    [record] = control.await_records(digits)
    assert record["reason"] == "callee_busy"


def test_metrics_and_rpc_open_to_the_operator_only(edge: Edge) -> None:
    admin = f"http://127.0.0.1:{edge.settings.admin_port}"

    assert httpx.get(f"{admin}/metrics").status_code == 401
    assert httpx.post(f"{admin}/rpc", json=ASKED).status_code == 401
    assert httpx.post(f"{admin}/rpc", json=ASKED, headers=OPEN).status_code == 200
    assert edge.metrics()["dialplane_edge_shmem_free_size"] > 0


def test_the_ports_for_calls_serve_no_metrics(edge: Edge) -> None:
    assert httpx.get(f"http://{edge.outside}/metrics", headers=OPEN).status_code == 404


def _tls_to(port: int, certificate: TlsFiles) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=certificate.certificate)
    context.check_hostname = False
    raw = socket.create_connection(("127.0.0.1", port), 5, source_address=(CARRIER, 0))
    return context.wrap_socket(raw)


def _said(line: ssl.SSLSocket, method: str, called: str, *, to_tag: str) -> bytes:
    address, port = line.getsockname()
    text = INVITE.format(
        called=called,
        transport="TLS",
        address=address,
        port=port,
        call="over-tls",
        to_tag=to_tag,
        method=method,
        more="",
    )
    return text.replace("INVITE sip", f"{method} sip", 1).encode()
