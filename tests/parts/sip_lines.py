"""What SIPp cannot do: a caller on a bad line, one over TLS, and raw messages."""

import re
import socket
from itertools import count
from typing import Self

from parts.program import PATIENCE_S

INVITE = (
    "INVITE sip:{called}@edge SIP/2.0\r\n"
    "Via: SIP/2.0/{transport} {address}:{port};branch=z9hG4bK{call}\r\n"
    "Max-Forwards: 70\r\n"
    "From: <sip:01012345678@{address}:{port}>;tag=line\r\n"
    "To: <sip:{called}@edge>{to_tag}\r\n"
    "Call-ID: {call}\r\n"
    "CSeq: 1 {method}\r\n"
    "{more}"
    "Contact: <sip:01012345678@{address}:{port}>\r\n"
    "Content-Length: 0\r\n\r\n"
)
numbering = count(1)


class UdpLine:
    """One caller that sends what it is told and hears what comes."""

    def __init__(self, address: str, to: str) -> None:
        host, port = to.split(":")
        self.to = (host, int(port))
        self.call = f"line{next(numbering)}-{address}"
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 0))
        self.address, self.port = self.socket.getsockname()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def say(self, method: str, called: str, *, to_tag: str = "", more: str = "") -> None:
        text = INVITE.format(
            called=called,
            transport="UDP",
            address=self.address,
            port=self.port,
            call=self.call,
            to_tag=to_tag,
            method=method,
            more=more,
        )
        self.socket.sendto(text.replace("INVITE sip", f"{method} sip", 1).encode(), self.to)

    def hear(self, first_line: str) -> str:
        """The next message whose beginning fits the pattern."""
        self.socket.settimeout(PATIENCE_S)
        while True:
            text = self.socket.recv(65535).decode()
            if re.match(first_line, text):
                return text
