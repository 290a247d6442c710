"""Sockets to one SIP peer: datagrams, a stream, or a stream within TLS."""

import socket
import ssl
from collections.abc import Callable
from typing import Any, Final, Protocol

from dialplane.domain.sip_addresses import Transport
from dialplane.domain.trunk_checks import Certificate, Destination, SipAnswer
from dialplane.probes.deadlines import Deadline
from dialplane.probes.messages import LONGEST_MESSAGE, Inquiry, length_of_first, read_message

FIRST_REPEAT_S: Final = 0.5  # T1 of RFC 3261
_NAME_MISMATCHES: Final = frozenset({62, 64})  # X509_V_ERR_HOSTNAME_MISMATCH, …_IP_ADDRESS_…
_FINAL: Final = 200
_MOST_NAMES: Final = 10


class Line(Protocol):
    """A way to one peer."""

    via: str

    @property
    def local(self) -> str: ...
    def send(self, message: bytes) -> None: ...
    def receive(self, seconds: float) -> bytes: ...
    def close(self) -> None: ...


def ask(line: Line, inquiry: Inquiry, *, turn: int, login: str, deadline: Deadline) -> SipAnswer:
    """The final answer to one request.

    Raises:
        TimeoutError: there is none in time.
        OSError: the line broke.
        NotSip: something else came.
    """
    request = inquiry.request(via=line.via, local=line.local, turn=turn, login=login)
    repeat_s, due = FIRST_REPEAT_S, True
    while True:
        seconds = min(repeat_s, deadline.left)
        if due:
            line.send(request)
        try:
            raw = line.receive(seconds)
        except TimeoutError:
            repeat_s, due = repeat_s * 2, line.via == "UDP"
            continue
        due = False
        answer, message = read_message(raw)
        if answer.code >= _FINAL and inquiry.is_answered_by(message, turn):
            return answer


class DatagramLine:
    via = "UDP"

    def __init__(self, to: Destination) -> None:
        self._socket = socket.socket(_family(to), socket.SOCK_DGRAM)
        # Connected, it hears nobody else, and of a closed port at once.
        self._socket.connect((to.ip, to.port))

    @property
    def local(self) -> str:
        return _host_and_port(self._socket)

    def send(self, message: bytes) -> None:
        self._socket.send(message)

    def receive(self, seconds: float) -> bytes:
        deadline = Deadline(seconds)
        while True:
            self._socket.settimeout(deadline.left)
            raw = self._socket.recv(LONGEST_MESSAGE)
            if raw.strip():  # an empty line keeps the way through a firewall open
                return raw

    def close(self) -> None:
        self._socket.close()


class StreamLine:
    def __init__(self, to: Destination, deadline: Deadline) -> None:
        self.via = "TCP"
        self._to = to
        self._rest = b""
        self._socket: socket.socket = socket.socket(_family(to), socket.SOCK_STREAM)
        try:
            self._socket.settimeout(deadline.left)
            self._socket.connect((to.ip, to.port))
        except BaseException:
            self._socket.close()
            raise

    @property
    def local(self) -> str:
        return _host_and_port(self._socket)

    def secure(self, host: str, deadline: Deadline, *, any_name: bool) -> Certificate:
        """Go on within TLS.

        Raises:
            ssl.SSLCertVerificationError, OSError.
        """
        context = ssl.create_default_context()
        context.check_hostname = not any_name
        # Python 3.13 asks more of a certificate than OpenSSL by itself, as Kamailio has it.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        self._socket.settimeout(deadline.left)
        secured = context.wrap_socket(self._socket, server_hostname=host)
        self._socket, self.via = secured, "TLS"
        shown = secured.getpeercert() or {}
        names: Any = shown.get("subjectAltName", ())
        return Certificate(
            protocol=secured.version() or "TLS",
            names=tuple(str(name) for _, name in names)[:_MOST_NAMES],
            valid_until_at=int(ssl.cert_time_to_seconds(str(shown["notAfter"]))) * 1000,
            other_name=any_name,
        )

    def send(self, message: bytes) -> None:
        self._socket.sendall(message)

    def receive(self, seconds: float) -> bytes:
        deadline = Deadline(seconds)  # for all of it: a peer may send byte after byte
        while True:
            self._rest = self._rest.lstrip(b"\r\n")
            length = length_of_first(self._rest)
            if len(self._rest) > LONGEST_MESSAGE or (length and len(self._rest) >= length):
                first, self._rest = self._rest[:length], self._rest[length:]
                return first
            self._socket.settimeout(deadline.left)
            more = self._socket.recv(LONGEST_MESSAGE)
            if not more:
                return self._last_words()
            self._rest += more

    def _last_words(self) -> bytes:
        if not self._rest:
            raise ConnectionResetError("it closed the connection")
        last, self._rest = self._rest, b""
        return last

    def close(self) -> None:
        self._socket.close()


def secured(
    line: Callable[[], StreamLine], host: str, deadline: Deadline
) -> tuple[StreamLine, Certificate]:
    """A line within TLS; a certificate that is for another name is told, not refused.

    Raises:
        ssl.SSLCertVerificationError: nobody vouches for it, or it is not valid now.
        OSError: the handshake failed.
    """
    try:
        return _secured(line(), host, deadline, any_name=False)
    except ssl.SSLCertVerificationError as error:
        if error.verify_code not in _NAME_MISMATCHES:
            raise
    return _secured(line(), host, deadline, any_name=True)


def _secured(
    line: StreamLine, host: str, deadline: Deadline, *, any_name: bool
) -> tuple[StreamLine, Certificate]:
    try:
        return line, line.secure(host, deadline, any_name=any_name)
    except BaseException:
        line.close()
        raise


def opened(to: Destination, deadline: Deadline) -> DatagramLine | StreamLine:
    return DatagramLine(to) if to.transport is Transport.UDP else StreamLine(to, deadline)


def _family(to: Destination) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in to.ip else socket.AF_INET


def _host_and_port(used: socket.socket) -> str:
    host, port = used.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
