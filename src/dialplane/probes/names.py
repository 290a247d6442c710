"""From the host of a SIP address to the places calls are sent to, by RFC 3263."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import dns.exception
import dns.resolver
from dns.rdatatype import AAAA, NAPTR, SRV, A, RdataType

from dialplane.domain.frozen import dataclass
from dialplane.domain.sip_addresses import Scheme, SipAddress, Transport
from dialplane.domain.trunk_checks import Destination
from dialplane.probes.deadlines import Deadline

MOST_DESTINATIONS: Final = 8
MOST_RECORDS: Final = 8
PLAIN_PORT: Final = 5060
_PRIORITIES: Final = 1 << 16
TLS_PORT: Final = 5061

_PREFIXES: Final = {
    Transport.UDP: "_sip._udp.",
    Transport.TCP: "_sip._tcp.",
    Transport.TLS: "_sips._tcp.",
}
_NAPTR_SERVICES: Final = {
    "SIP+D2U": Transport.UDP,
    "SIP+D2T": Transport.TCP,
    "SIPS+D2T": Transport.TLS,
}


class NameUnknown(Exception):  # named for what happened
    """There is no such name."""


class NoAddress(Exception):  # named for what happened
    """The name leads to no address."""


class NameServerFailed(Exception):  # named for what happened
    """Nobody could say anything about the name."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where calls go, in the order in which they are tried, and by which records."""

    destinations: tuple[Destination, ...]
    records: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Host:
    name: str
    port: int
    transport: Transport
    priority: int = 0
    weight: int = 0


class Names:
    """Asks name servers; what is only in a hosts file the edge would not find either."""

    def __init__(self, resolver: dns.resolver.Resolver | None = None) -> None:
        self._resolver = resolver

    def whereabouts(self, address: SipAddress, deadline: Deadline) -> Whereabouts:
        """Find out.

        Raises:
            NameUnknown, NoAddress, NameServerFailed.
        """
        if address.is_ip:
            return Whereabouts((_destination(address, address.host),))
        return _Lookup(self._resolver or _of_this_machine(), deadline).whereabouts(address)


class _Lookup:
    """The questions about one name, and what kinds of records answered them."""

    def __init__(self, resolver: dns.resolver.Resolver, deadline: Deadline) -> None:
        self._resolver = resolver
        self._deadline = deadline
        self._answered: dict[str, None] = {}

    def whereabouts(self, address: SipAddress) -> Whereabouts:
        hosts = self._servers(address) if address.port is None else []
        hosts = hosts or [_Host(address.host, _port(address), _transport(address))]
        found = [each for host in hosts for each in self._addresses(host, only=len(hosts) == 1)]
        if not found:
            raise NoAddress
        return Whereabouts(tuple(dict.fromkeys(found))[:MOST_DESTINATIONS], tuple(self._answered))

    def _servers(self, address: SipAddress) -> list[_Host]:
        services = list(self._services(address))
        if not services:
            transports = [address.transport] if address.transport else _transports(address.scheme)
            services = [(_PREFIXES[each] + address.host, each) for each in transports]
        return [
            _Host(
                str(each.target).rstrip("."),
                each.port,
                transport,
                # A service that is liked better goes before every server of the others.
                priority=place * _PRIORITIES + each.priority,
                weight=each.weight,
            )
            for place, (name, transport) in enumerate(services)
            for each in sorted(self._ask(name, SRV), key=_by_preference)
            if str(each.target) != "."
        ][:MOST_RECORDS]

    def _services(self, address: SipAddress) -> Iterator[tuple[str, Transport]]:
        if address.transport is not None:
            return
        for each in sorted(
            self._ask(address.host, NAPTR), key=lambda told: (told.order, told.preference)
        ):
            transport = _NAPTR_SERVICES.get(each.service.decode(errors="replace").upper())
            if transport in _transports(address.scheme) and each.flags.upper() == b"S":
                yield str(each.replacement), transport

    def _addresses(self, host: _Host, *, only: bool) -> Iterator[Destination]:
        for kind in (A, AAAA):
            for each in self._ask(host.name, kind, needed=only):
                yield Destination(
                    ip=each.address,
                    port=host.port,
                    transport=host.transport,
                    priority=host.priority,
                    weight=host.weight,
                )

    def _ask(self, name: str, kind: RdataType, *, needed: bool = False) -> Iterable[Any]:
        """The records, none if there are none; what is needed has to be answered."""
        try:
            answer = self._resolver.resolve(name, kind, lifetime=self._deadline.left)
        except dns.resolver.NoAnswer:
            return []
        except dns.resolver.NXDOMAIN:
            if needed:
                raise NameUnknown from None
            return []
        except (dns.exception.DNSException, OSError) as error:
            if needed:
                raise NameServerFailed(_brief(error)) from None
            return []
        self._answered[kind.name] = None
        return list(answer)[:MOST_RECORDS]


def _of_this_machine() -> dns.resolver.Resolver:
    try:
        return dns.resolver.Resolver()
    except dns.resolver.NoResolverConfiguration:
        raise NameServerFailed("this machine knows none") from None


def _by_preference(record: Any) -> tuple[int, int]:
    # Chance has no place in a report: among equals the heaviest is asked first.
    return record.priority, -record.weight


def _transports(scheme: Scheme) -> tuple[Transport, ...]:
    every = (Transport.UDP, Transport.TCP, Transport.TLS)
    return (Transport.TLS,) if scheme is Scheme.SIPS else every


def _transport(address: SipAddress) -> Transport:
    if address.scheme is Scheme.SIPS:
        return Transport.TLS
    return address.transport or Transport.UDP


def _port(address: SipAddress) -> int:
    return address.port or (TLS_PORT if _transport(address) is Transport.TLS else PLAIN_PORT)


def _destination(address: SipAddress, ip: str) -> Destination:
    return Destination(ip=ip, port=_port(address), transport=_transport(address))


def _brief(error: Exception) -> str:
    if isinstance(error, dns.exception.Timeout | TimeoutError):
        return "it does not answer"
    return "it failed" if isinstance(error, dns.resolver.NoNameservers) else type(error).__name__
