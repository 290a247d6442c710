"""Peers that behave as no carrier should, on loopback."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

HOST = "127.0.0.1"
Answer = Callable[[bytes], bytes]
"""From what was asked to what comes back; nothing comes back for no bytes."""


def always(words: bytes) -> Answer:
    return lambda _: words


def headers_of(request: bytes) -> bytes:
    """Those an answer has to repeat."""
    wanted = (b"via", b"from", b"to", b"call-id", b"cseq")
    lines = request.split(b"\r\n")
    return b"".join(each + b"\r\n" for each in lines if each.split(b":")[0].lower() in wanted)


def saying(first_line: str, *headers: str) -> Answer:
    """A proper answer with this first line and these headers."""
    more = "".join(f"{each}\r\n" for each in headers).encode()
    return lambda request: (
        first_line.encode() + b"\r\n" + headers_of(request) + more + b"Content-Length: 0\r\n\r\n"
    )


@contextmanager
def datagrams(answer: Answer) -> Iterator[int]:
    """The port of a peer over UDP."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind((HOST, 0))
        port = bound.getsockname()[1]

        def serve() -> None:
            while (asked := bound.recvfrom(65535))[0] != b"stop":
                if words := answer(asked[0]):
                    bound.sendto(words, asked[1])

        server = threading.Thread(target=serve)
        server.start()
        try:
            yield port
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
                last.sendto(b"stop", (HOST, port))
            server.join()


@contextmanager
def connections(answer: Answer) -> Iterator[int]:
    """The port of a peer over TCP that hangs up after its first answer."""
    with socket.create_server((HOST, 0)) as listening:
        port = listening.getsockname()[1]

        def serve() -> None:
            while True:
                taken, _ = listening.accept()
                with taken:
                    asked = taken.recv(65535)
                    if asked == b"stop":
                        return
                    taken.sendall(answer(asked))

        server = threading.Thread(target=serve)
        server.start()
        try:
            yield port
        finally:
            with socket.create_connection((HOST, port)) as last:
                last.sendall(b"stop")
            server.join()


@contextmanager
def drips() -> Iterator[int]:
    """The port of a peer over TCP that sends a byte now and then, and never comes to an end."""
    over = threading.Event()
    with socket.create_server((HOST, 0)) as listening:

        def serve() -> None:
            taken, _ = listening.accept()
            with taken, suppress(OSError):
                while not over.wait(0.05):
                    taken.sendall(b"S")

        server = threading.Thread(target=serve)
        server.start()
        try:
            yield listening.getsockname()[1]
        finally:
            over.set()
            server.join()
