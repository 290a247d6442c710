"""The address of a SIP trunk: read once, strictly, so that nothing later has to guess."""

import re
from dataclasses import field
from enum import StrEnum
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import quote

from dialplane.domain.frozen import dataclass

LONGEST = 255


class Scheme(StrEnum):
    SIP = "sip"
    SIPS = "sips"


class Transport(StrEnum):
    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


class AddressFault(StrEnum):
    """What is wrong with a text that should have been a SIP address."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    CHARACTERS = "characters"
    SCHEME = "scheme"
    USER_PART = "user_part"
    HEADERS = "headers"
    HOST = "host"
    IPV6_WITHOUT_BRACKETS = "ipv6_without_brackets"
    PORT = "port"
    PARAMETER = "parameter"
    TRANSPORT = "transport"


class SipAddressRefused(ValueError):
    """This text is not the address of a SIP trunk; `reason` says in one word why."""

    def __init__(self, reason: AddressFault) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class SipAddress:
    """Two addresses are equal when they mean the same, however they were written."""

    scheme: Scheme
    host: str
    port: int | None
    transport: Transport | None
    is_ip: bool
    original: str = field(compare=False)

    @property
    def uri(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port is None else f":{self.port}"
        transport = "" if self.transport is None else f";transport={self.transport}"
        return f"{self.scheme}:{host}{port}{transport}"


def parse_sip_address(text: str) -> SipAddress:
    """Read host, host:port, IPv4, [IPv6] or a sip: or sips: URI with at most a transport.

    Whatever would be carried along without effect (a user, headers, other parameters) is refused:
    an address that is not obeyed to the letter sends calls somewhere else than its owner reads.
    """
    _refuse_if_unreadable(text)
    scheme, rest = _scheme(text)
    host_and_port, *parameters = rest.split(";")
    host, port = _host_and_port(host_and_port)
    transport = _transport(scheme, parameters)
    host, is_ip = _host(host)
    return SipAddress(
        scheme=scheme, host=host, port=port, transport=transport, is_ip=is_ip, original=text
    )


def uri_of_user(uri: str, user: str) -> str:
    """The request URI of somebody at an address without a user, such as `SipAddress.uri`."""
    scheme, _, host = uri.partition(":")
    return f"{scheme}:{quote(user, safe=_UNESCAPED_IN_USERS)}@{host}" if user else uri


def is_private_target(address: SipAddress) -> bool:
    """Whether calls to it would reach this machine, its neighbours on the wire or its cloud."""
    if address.is_ip:
        return is_private_ip(address.host)
    return address.host in _PRIVATE_NAMES or address.host.endswith(".localhost")


def is_private_ip(text: str) -> bool:
    """The same for what a name resolved to: a harmless name may point anywhere."""
    ip = IPv6Address(text) if ":" in text else IPv4Address(text)
    if isinstance(ip, IPv6Address):
        hidden = _ipv4_within(ip)
        return _is_private(ip) or (hidden is not None and _is_private(hidden))
    return _is_private(ip)


_UNREADABLE = re.compile(r"[^\x21-\x7e]")
_SCHEME = re.compile(r"(sips?):(.*)", re.IGNORECASE | re.DOTALL)
_PORT = re.compile(r"[1-9][0-9]{0,4}")
_HIGHEST_PORT = 65535
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_LONGEST_NAME = 253

# RFC 3261, user: whatever else occurs would end the user part or the whole line.
_UNESCAPED_IN_USERS = "-_.!~*'()&=+$,"

_PRIVATE_NAMES = frozenset(
    {
        "localhost",
        "localhost.localdomain",
        "localhost4",
        "localhost6",
        "ip6-localhost",
        "ip6-loopback",
        "metadata",
        "metadata.google.internal",
        "instance-data",
        "instance-data.ec2.internal",
    }
)
# Ranges that the questions of `ipaddress` (loopback, link-local, multicast, unspecified) leave out.
# Networks such as 10.0.0.0/8 are no such place: that is where people keep their telephone systems.
_PRIVATE_NETWORKS = (
    IPv4Network("0.0.0.0/8"),  # "this network": Linux takes it for the machine itself
    IPv4Network("255.255.255.255/32"),
    IPv4Network("100.100.100.200/32"),  # metadata, Alibaba
    IPv4Network("168.63.129.16/32"),  # metadata, Azure
    IPv4Network("192.0.0.192/32"),  # metadata, Oracle
    IPv6Network("fd00:ec2::254/128"),  # metadata, Amazon
    IPv6Network("fd20:ce::254/128"),  # metadata, Google
)
_CARRIES_IPV4_IN_ITS_LAST_BITS = (
    IPv6Network("::/96"),  # IPv4-compatible
    IPv6Network("::ffff:0:0/96"),  # IPv4-mapped
    IPv6Network("::ffff:0:0:0/96"),  # IPv4-translated
    IPv6Network("64:ff9b::/96"),  # NAT64
)


def _refuse_if_unreadable(text: str) -> None:
    if not text:
        raise SipAddressRefused(AddressFault.EMPTY)
    if len(text) > LONGEST:
        raise SipAddressRefused(AddressFault.TOO_LONG)
    if _UNREADABLE.search(text):
        raise SipAddressRefused(AddressFault.CHARACTERS)
    if "://" in text:
        raise SipAddressRefused(AddressFault.SCHEME)
    if "@" in text:
        raise SipAddressRefused(AddressFault.USER_PART)
    if "?" in text:
        raise SipAddressRefused(AddressFault.HEADERS)


def _scheme(text: str) -> tuple[Scheme, str]:
    uri = _SCHEME.fullmatch(text)
    return (Scheme(uri[1].lower()), uri[2]) if uri else (Scheme.SIP, text)


def _host_and_port(text: str) -> tuple[str, int | None]:
    if text.startswith("["):
        inside, bracket, after = text.partition("]")
        if not bracket or (after and not after.startswith(":")):
            raise SipAddressRefused(AddressFault.HOST)
        return inside + bracket, _port(after[1:]) if after else None
    if text.count(":") > 1:
        # 2001:db8::1:5060 could end in a port or not: refused rather than guessed.
        raise SipAddressRefused(AddressFault.IPV6_WITHOUT_BRACKETS)
    host, colon, port = text.partition(":")
    return host, _port(port) if colon else None


def _port(text: str) -> int:
    if not _PORT.fullmatch(text) or int(text) > _HIGHEST_PORT:
        raise SipAddressRefused(AddressFault.PORT)
    return int(text)


def _transport(scheme: Scheme, parameters: list[str]) -> Transport | None:
    if not parameters:
        return None
    name, _, value = parameters[0].lower().partition("=")
    if len(parameters) > 1 or name != "transport":
        raise SipAddressRefused(AddressFault.PARAMETER)
    if value not in set(Transport) or (scheme is Scheme.SIPS and value == Transport.UDP):
        raise SipAddressRefused(AddressFault.TRANSPORT)
    return Transport(value)


def _host(text: str) -> tuple[str, bool]:
    """The host in its one canonical spelling, and whether it is an IP address."""
    try:
        if text.startswith("["):
            return str(_unscoped(IPv6Address(text[1:-1]))), True
        return str(IPv4Address(text)), True
    except AddressValueError:
        return _name(text), False


def _unscoped(ip: IPv6Address) -> IPv6Address:
    # fe80::1%eth0 names an interface of one machine, which means nothing to another.
    if ip.scope_id is not None:
        raise SipAddressRefused(AddressFault.HOST)
    return ip


def _name(text: str) -> str:
    """A host name after RFC 1123 whose last label begins with a letter, as RFC 3261 wants it.

    That turns away 127.1, 0x7f000001 and 2130706433, which some resolvers take for IPv4.
    """
    name = text.lower().removesuffix(".")
    labels = name.split(".")
    if (
        len(name) > _LONGEST_NAME
        or not all(_LABEL.fullmatch(label) for label in labels)
        or not labels[-1][0].isalpha()
    ):
        raise SipAddressRefused(AddressFault.HOST)
    return name


def _ipv4_within(ip: IPv6Address) -> IPv4Address | None:
    if ip.sixtofour is not None:
        return ip.sixtofour
    if any(ip in network for network in _CARRIES_IPV4_IN_ITS_LAST_BITS):
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return None


def _is_private(ip: IPv4Address | IPv6Address) -> bool:
    return (
        ip.is_loopback
        or ip.is_link_local
        or ip.is_multicast
        or ip.is_unspecified
        or any(ip in network for network in _PRIVATE_NETWORKS)
    )
