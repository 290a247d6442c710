"""A name server on loopback that knows what a test tells it."""

import threading
from collections.abc import Mapping
from typing import Self

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset

from parts.sip_impostors import datagrams

Zone = Mapping[tuple[str, str], tuple[str, ...]]
"""From name and kind to records as they stand in zone files."""


class NameServer:
    """Answers from its zone; names under `broken.test` are more than it can bear."""

    def __init__(self, zone: Zone) -> None:
        self._zone = zone
        self._serving = datagrams(self._answer)
        self.asked: list[tuple[str, str]] = []
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._port = self._serving.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._serving.__exit__(None, None, None)

    @property
    def resolver(self) -> dns.resolver.Resolver:
        made = dns.resolver.Resolver(configure=False)
        made.nameservers = ["127.0.0.1"]
        made.port = self._port
        return made

    def _answer(self, raw: bytes) -> bytes:
        query = dns.message.from_wire(raw)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True)
        kind = dns.rdatatype.to_text(question.rdtype)
        with self._lock:
            self.asked.append((name, kind))
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if name.endswith("silent.test"):
            return b""
        if name.endswith("broken.test"):
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif (name, kind) in self._zone:
            records = self._zone[name, kind]
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *records))
        elif not any(known == name for known, _ in self._zone):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer.to_wire()
