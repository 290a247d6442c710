"""Strangers: whoever shows keys that do not work waits longer and longer.

Only those who show such a key are slowed, never the address itself: a key that works is let in
whoever else comes from there. Each process counts for itself.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from dialplane.domain.errors import RateLimited, Unauthorized
from dialplane.domain.values import SECOND_MS, Millis

FREE_TRIES: Final = 20
FIRST_WAIT_MS: Final = SECOND_MS
LONGEST_WAIT_MS: Final = 5 * 60 * SECOND_MS
FORGOTTEN_AFTER_MS: Final = 15 * 60 * SECOND_MS
SOURCES_MAX: Final = 10_000
# Whoever has one IPv6 address has the 2**64 beside it.
_IPV6_PREFIX: Final = 64

Networks = tuple[IPv4Network | IPv6Network, ...]


def networks_in(text: str) -> Networks:
    """The networks of a comma separated list; an address alone is a network of one.

    Raises:
        ValueError: one of them is none.
    """
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


@dataclass(slots=True)
class _Stranger:
    tries: int = 0
    wait_until: Millis = 0
    seen_at: Millis = 0


class Strangers:
    """Remembers, for a while, from where keys came that did not work; `clock` goes forward only."""

    def __init__(self, trusted_proxies: Networks, clock: Callable[[], Millis]) -> None:
        self._trusted_proxies = trusted_proxies
        self._clock = clock
        self._known: OrderedDict[str, _Stranger] = OrderedDict()
        self._lock = threading.Lock()

    def turn_away(self, source: str) -> Unauthorized | RateLimited:
        """What somebody hears who showed a key that does not work."""
        with self._lock:
            now = self._clock()
            stranger = self._stranger(source, now)
            if now < stranger.wait_until:
                return RateLimited(stranger.wait_until - now)
            stranger.tries += 1
            stranger.seen_at = now
            if stranger.tries > FREE_TRIES:
                doublings = min(stranger.tries - FREE_TRIES - 1, 20)
                wait_ms = min(FIRST_WAIT_MS << doublings, LONGEST_WAIT_MS)
                stranger.wait_until = now + wait_ms
            return Unauthorized()

    def _stranger(self, source: str, now: Millis) -> _Stranger:
        found = self._known.get(source)
        if found is None or now - found.seen_at > FORGOTTEN_AFTER_MS:
            found = self._known[source] = _Stranger()
        self._known.move_to_end(source)
        if len(self._known) > SOURCES_MAX:
            self._known.popitem(last=False)
        return found

    def source_of(self, peer: str, forwarded_for: str | None) -> str:
        """Where a request comes from: the last address that no trusted proxy stands behind."""
        for text in (peer, *reversed(_addresses(forwarded_for))):
            source = text
            if not self._is_trusted(text):
                break
        return _network_of(source)

    def _is_trusted(self, text: str) -> bool:
        try:
            address = ip_address(text)
        except ValueError:
            return False
        return any(address in network for network in self._trusted_proxies)


def _addresses(forwarded_for: str | None) -> list[str]:
    return [part.strip() for part in (forwarded_for or "").split(",") if part.strip()]


def _network_of(text: str) -> str:
    try:
        address = ip_address(text)
    except ValueError:
        return text[:64]
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((address, _IPV6_PREFIX), strict=False))
