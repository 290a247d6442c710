"""What only a real server can be sent: chunks, broken HTTP, strange methods, odd headers."""

import json
from typing import Any

import pytest

from builders import DIGITS, NUMBERS, REGISTER
from parts.server import Server
from parts.world import ACME_TOKEN

WHO = f"Host: localhost\r\nAuthorization: Bearer {ACME_TOKEN}\r\n".encode()
JSON = b"Content-Type: application/json\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
SHORT_S = 1.0
"""For what gets no answer because the server still waits for the rest."""
LAST = b"Connection: close\r\n\r\n"
SOMETHING = json.dumps({"number": DIGITS, "address": "trunk.example.com", "memo": 7}).encode()


def get(path: bytes = NUMBERS.encode(), headers: bytes = b"") -> bytes:
    return b"GET " + path + b" HTTP/1.1\r\n" + WHO + headers + LAST


def post(*body: bytes, headers: bytes = CHUNKED) -> tuple[bytes, ...]:
    head = b"POST " + REGISTER.encode() + b" HTTP/1.1\r\n" + WHO + JSON + headers + LAST
    return (head, *body)


def chunks(*pieces: bytes) -> bytes:
    sized = [f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in pieces]
    return b"".join(sized) + b"0\r\n\r\n"


def status(heard: bytes) -> int:
    return int(heard.split(b" ", 2)[1]) if heard else 0


def body(heard: bytes) -> Any:
    return json.loads(heard.partition(b"\r\n\r\n")[2])


def code(heard: bytes) -> str:
    return str(body(heard)["error"]["code"])


def fields(heard: bytes) -> list[str]:
    return [wrong["field"] for wrong in body(heard)["error"]["details"]["fields"]]


@pytest.fixture(autouse=True)
def _unharmed(server: Server) -> Any:
    """Whatever it was sent, the server answers the next request."""
    yield
    with server.client() as client:
        assert client.get(NUMBERS).status == 200


class TestChunks:
    @pytest.mark.parametrize("size", [1, 7, 1000])
    def test_a_body_in_chunks_is_read_whole(self, server: Server, size: int) -> None:
        pieces = [SOMETHING[start : start + size] for start in range(0, len(SOMETHING), size)]

        heard = server.raw(*post(chunks(*pieces)))

        assert (status(heard), fields(heard)) == (400, ["memo"])

    def test_64_kib_are_the_most_in_chunks_too(self, server: Server) -> None:
        heard = server.raw(*post(chunks(*[b" " * 1000] * 66)))

        assert (status(heard), code(heard)) == (413, "PAYLOAD_TOO_LARGE")

    def test_and_may_be_used_up(self, server: Server) -> None:
        padding = b" " * (64 * 1024 - len(SOMETHING))

        assert fields(server.raw(*post(chunks(SOMETHING, padding)))) == ["memo"]

    def test_no_chunk_is_no_body(self, server: Server) -> None:
        heard = server.raw(*post(b"0\r\n\r\n"))

        assert (status(heard), fields(heard)) == (400, ["body"])

    @pytest.mark.parametrize(
        "broken",
        [
            pytest.param(b"zz\r\nx\r\n0\r\n\r\n", id="no size"),
            pytest.param(b"-1\r\nx\r\n0\r\n\r\n", id="a negative size"),
            pytest.param(b"ffffffffffffffffff\r\nx\r\n0\r\n\r\n", id="an endless size"),
            pytest.param(b"5\r\n{}\r\n", id="the end comes early"),
            pytest.param(b"", id="nothing comes"),
        ],
    )
    def test_broken_chunks_are_the_callers_mistake(self, server: Server, broken: bytes) -> None:
        assert status(server.raw(*post(broken), patience_s=SHORT_S)) in (0, 400)


class TestLengths:
    def test_who_announces_too_much_is_told_at_once(self, server: Server) -> None:
        heard = server.raw(*post(b"{}", headers=b"Content-Length: 1000000000\r\n"))

        assert (status(heard), code(heard)) == (413, "PAYLOAD_TOO_LARGE")

    @pytest.mark.parametrize("length", [b"-1", b"abc", b"1e3", b"99999999999999999999999", b"+5"])
    def test_what_is_no_length_is_refused(self, server: Server, length: bytes) -> None:
        heard = server.raw(*post(b"{}", headers=b"Content-Length: " + length + b"\r\n"))

        assert status(heard) == 400

    def test_two_lengths_are_refused(self, server: Server) -> None:
        lengths = b"Content-Length: 2\r\nContent-Length: 3\r\n"

        assert status(server.raw(*post(b"{} ", headers=lengths))) == 400

    def test_a_length_beside_chunks_does_not_smuggle_a_request(self, server: Server) -> None:
        smuggled = chunks(b"{}") + get(b"/healthz")
        headers = CHUNKED + b"Content-Length: 4\r\n"

        heard = server.raw(*post(smuggled, headers=headers))

        assert status(heard) == 400
        assert b'{"status":"ok"}' not in heard

    def test_a_body_that_never_comes_harms_nobody(self, server: Server) -> None:
        heard = server.raw(*post(b"{", headers=b"Content-Length: 50\r\n"), patience_s=SHORT_S)

        assert status(heard) in (0, 400)


class TestMethods:
    @pytest.mark.parametrize("method", [b"BREW", b"PROPFIND", b"get", b"TRACE", b"PUT", b"X" * 99])
    def test_other_methods_are_refused(self, server: Server, method: bytes) -> None:
        heard = server.raw(method + get()[3:])

        assert status(heard) in (400, 405)
        assert b"trunk" not in heard

    def test_head_has_no_body(self, server: Server) -> None:
        heard = server.raw(b"HEAD" + get()[3:])

        assert status(heard) == 405
        assert heard.endswith(b"\r\n\r\n")

    def test_options_tells_methods_and_nothing_else(self, server: Server) -> None:
        heard = server.raw(b"OPTIONS" + get()[3:])

        assert status(heard) in (200, 204)
        assert b"GET" in heard.partition(b"allow: ")[2].partition(b"\r\n")[0]


class TestPaths:
    @pytest.mark.parametrize(
        "path",
        [
            b"/v3/organization-telephone-numbers/../keys",
            b"//x/v1/keys",
            b"/v3//agents",
            b"/%2e%2e/%2e%2e/etc/passwd",
            b"/assets/swagger-ui/../../main.py",
            b"/assets/swagger-ui/%2e%2e/%2e%2e/settings.py",
            b"/docs/../../pyproject.toml",
            b"/docs/%2e%2e%2f%2e%2e%2fsecret.key",
            b"/docs/nothing.md",
            b"/\xff\xfe",
            b"/%ff",
            b"/v3/agents%00",
            b"/" + b"a" * 5000,
            b"/v3/telephone-numbers/available;x=1",
            b"/v3\\agents",
        ],
    )
    def test_roundabout_paths_lead_nowhere(self, server: Server, path: bytes) -> None:
        heard = server.raw(get(path))

        assert status(heard) in (400, 404)
        assert b"import" not in heard

    def test_a_whole_url_is_a_path(self, server: Server) -> None:
        assert status(server.raw(get(b"http://elsewhere.example/healthz"))) == 200

    def test_a_fragment_is_not_for_servers(self, server: Server) -> None:
        assert status(server.raw(get(b"/healthz#x"))) in (200, 400, 404)


class TestHeaders:
    @pytest.mark.parametrize(
        "header",
        [
            pytest.param(b"Accept-Language: en-\xff\r\n", id="a language in no encoding"),
            pytest.param(b"Accept-Language: " + b"en," * 5000 + b"\r\n", id="many languages"),
            pytest.param(b"If-None-Match: " + b'"x",' * 5000 + b"\r\n", id="many tags"),
            pytest.param(b"If-Match: \xea\xb0\x80\r\n", id="a Korean tag"),
            pytest.param(b"X-Request-Id: \xea\xb0\x80\r\n", id="a Korean request id"),
            pytest.param(b"Idempotency-Key: \xea\xb0\x80\r\n", id="a Korean key"),
            pytest.param(b"Cookie: " + b"a=b; " * 2000 + b"\r\n", id="many cookies"),
            pytest.param(b"".join(b"X-%d: x\r\n" % n for n in range(90)), id="many headers"),
            pytest.param(b"Accept: image/png\r\n", id="another media type wanted"),
            pytest.param(b"Range: bytes=0-1\r\n", id="a range"),
            pytest.param(b"X-HTTP-Method-Override: DELETE\r\n", id="a method override"),
            pytest.param(b"X-Forwarded-Prefix: /evil\r\n", id="a prefix"),
        ],
    )
    def test_odd_headers_change_nothing(self, server: Server, header: bytes) -> None:
        heard = server.raw(get(headers=header))

        assert status(heard) == 200
        assert body(heard)["total_count"] == 0

    @pytest.mark.parametrize(
        "header",
        [
            pytest.param(b"X: a\x00b\r\n", id="a null byte"),
            pytest.param(b"X: a\x7fb\r\n", id="a control character"),
            pytest.param(b"No colon here\r\n", id="no colon"),
            pytest.param(b": no name\r\n", id="no name"),
            pytest.param(b"X y: z\r\n", id="a space in the name"),
            pytest.param(b"X: " + b"a" * 1_000_000 + b"\r\n", id="a megabyte"),
            pytest.param(b"".join(b"X-%d: x\r\n" % n for n in range(5000)), id="5000 headers"),
        ],
    )
    def test_what_is_no_header_is_refused(self, server: Server, header: bytes) -> None:
        assert status(server.raw(get(headers=header))) in (0, 400, 431)

    def test_an_idempotency_key_nobody_can_read_is_refused(self, server: Server) -> None:
        headers = b"Idempotency-Key: \xea\xb0\x80\xff\r\n" + CHUNKED

        heard = server.raw(*post(chunks(SOMETHING.replace(b"7}", b"null}")), headers=headers))

        assert (status(heard), fields(heard)) == (400, ["Idempotency-Key"])

    @pytest.mark.parametrize(
        "junk",
        [
            b"\x00" * 100,
            b"\xff" * 100,
            b"GET\r\n\r\n",
            b"GET /\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"INVITE sip:07011112222@127.0.0.1 SIP/2.0\r\n\r\n",
            b"\r\n" * 1000,
        ],
    )
    def test_what_is_no_http_is_refused(self, server: Server, junk: bytes) -> None:
        assert status(server.raw(junk, patience_s=SHORT_S)) in (0, 400, 404, 505)
