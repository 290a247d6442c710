"""TLS in front of a peer that speaks TCP: SIPp on Debian is built without."""

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dialplane.edge.kamailio.settings import TlsFiles


def a_certificate(directory: Path, *, verify_peers: bool = True) -> TlsFiles:
    """Signed by itself."""
    certificate, private_key = directory / "edge.pem", directory / "edge.key"
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=edge"]
    files = ["-keyout", str(private_key), "-out", str(certificate)]
    subprocess.run([*request, *files], check=True, capture_output=True)
    return TlsFiles(
        certificate=str(certificate), private_key=str(private_key), verify_peers=verify_peers
    )


@contextmanager
def tls_in_front_of(address: str, port: int, files: TlsFiles) -> Iterator[int]:
    """The port on the same address where TLS is spoken."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.private_key)
    with socket.create_server((address, 0)) as door:
        guard = threading.Thread(target=_let_in, args=(door, context, (address, port)))
        guard.start()
        try:
            yield int(door.getsockname()[1])
        finally:
            door.shutdown(socket.SHUT_RDWR)  # or it would wait for the next for ever
            guard.join()


def _let_in(door: socket.socket, context: ssl.SSLContext, behind: tuple[str, int]) -> None:
    with suppress(OSError):
        while True:
            raw, _ = door.accept()
            threading.Thread(target=_join, args=(raw, context, behind), daemon=True).start()


def _join(raw: socket.socket, context: ssl.SSLContext, behind: tuple[str, int]) -> None:
    with (
        suppress(OSError),
        context.wrap_socket(raw, server_side=True) as outer,
        socket.create_connection(behind) as inner,
    ):
        back = threading.Thread(target=_carry, args=(inner, outer), daemon=True)
        back.start()
        _carry(outer, inner)
        back.join()


def _carry(come: socket.socket, go: socket.socket) -> None:
    with suppress(OSError):
        while heard := come.recv(65535):
            go.sendall(heard)
    with suppress(OSError):
        go.shutdown(socket.SHUT_RDWR)
