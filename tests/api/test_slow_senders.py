"""Those who send slowly, too much or nothing at all, against the real server."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from builders import NUMBERS, REGISTER
from parts.server import Server, given_two_organizations, serving
from parts.walks import ON_ONE_ENGINE
from parts.world import ACME_TOKEN

pytestmark = ON_ONE_ENGINE

THREADS = 4
GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
BEARER = f"Authorization: Bearer {ACME_TOKEN}\r\n".encode()
STRANGE = b"Authorization: Bearer dp_live_" + b"z" * 43 + b"\r\n"
JSON = b"Content-Type: application/json\r\n"


@pytest.fixture
def server(home: Any) -> Iterator[Server]:
    database = home.open()
    given_two_organizations(database)
    database.close()
    with serving(home, DIALPLANE_THREADS=str(THREADS), DIALPLANE_IDLE_CONNECTION_S="2") as serves:
        yield serves


@contextmanager
def connections(server: Server, count: int, begun: bytes) -> Iterator[list[socket.socket]]:
    """So many that have said this much and then no more."""
    with ExitStack() as open_ones:
        made = [
            open_ones.enter_context(socket.create_connection(server.address, timeout=30))
            for _ in range(count)
        ]
        for each in made:
            each.sendall(begun)
        yield made


def post(key: bytes, length: int) -> bytes:
    return (
        b"POST %s HTTP/1.1\r\nHost: x\r\n" % REGISTER.encode()
        + key
        + JSON
        + b"Content-Length: %d\r\n\r\n" % length
    )


def test_whoever_never_ends_their_headers_keeps_nobody_out_and_is_cut_off(server: Server) -> None:
    with connections(server, 600, GET + b"X-Slow: ") as slow, server.client() as acme:
        answered = acme.get(NUMBERS).status
        ends = [each.recv(100) for each in slow]

    assert answered == 200
    assert {end.partition(b"\r\n")[0] for end in ends} <= {b"", b"HTTP/1.1 408 Request Timeout"}


def test_strangers_who_never_send_their_body_keep_nobody_out(server: Server) -> None:
    begun = post(STRANGE, 50) + b"{"
    with connections(server, 4 * THREADS, begun) as slow, server.client() as acme:
        answered = acme.post(REGISTER, {"number": "07012345678", "address": "sip:t.example.com"})
        statuses = {each.recv(12) for each in slow}

    assert answered.status == 200
    assert statuses == {b"HTTP/1.1 401"}


def test_nor_does_the_holder_of_a_key_for_longer_than_a_moment(server: Server) -> None:
    begun = post(BEARER, 50) + b"{"
    with connections(server, 4 * THREADS, begun) as slow, server.client() as acme:
        read = acme.get(NUMBERS).status
        refused = [each for each in slow if _speaks(each)]

        assert read == 200
        assert len(refused) >= THREADS
        assert {each.recv(12) for each in refused} == {b"HTTP/1.1 503"}


def _speaks(connection: socket.socket) -> bool:
    connection.settimeout(0.2)
    try:
        return bool(connection.recv(12, socket.MSG_PEEK))
    except TimeoutError:
        return False


@pytest.mark.parametrize(
    "too_much",
    [
        pytest.param(b"X-Large: " + b"x" * 100_000 + b"\r\n", id="a header too large"),
        pytest.param(b"".join(b"X-%d: x\r\n" % n for n in range(120)), id="too many headers"),
    ],
)
def test_headers_have_an_end(server: Server, too_much: bytes) -> None:
    assert server.raw(GET + too_much + b"\r\n").startswith(b"HTTP/1.1 431 ")


def test_paths_have_an_end(server: Server) -> None:
    said = server.raw(b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")

    assert said.startswith((b"HTTP/1.1 431 ", b"HTTP/1.1 414 "))
    assert b"HTTP/1.1 404 " in server.raw(
        b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )
