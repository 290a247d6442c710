"""Where SIP peers are: what their names resolve to is looked up beside the calls, never for one."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from dialplane.domain.frozen import dataclass
from dialplane.domain.sip_addresses import SipAddress, is_private_ip, parse_sip_address
from dialplane.domain.trunk_checks import Destination
from dialplane.domain.values import SECOND_MS, Millis
from dialplane.operations.transactions import in_transaction
from dialplane.store import peers
from dialplane.store.database import Database, Writer

LOOKED_UP_EVERY_MS: Final = 60 * SECOND_MS
# Names with many addresses tell some of them at a time; each stays for as long as this.
KEPT_MS: Final = 60 * 60 * SECOND_MS

Resolve = Callable[[SipAddress], Iterable[Destination]]
"""Where calls to an address go, by its records; nowhere when nobody knows."""


def due(database: Database, *, now: Millis) -> list[str]:
    """The addresses of peers that were never looked up, or not lately."""
    with database.reading() as db:
        return peers.due(db, before=now - LOOKED_UP_EVERY_MS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Where a peer is: addresses that calls come from, and what its name says of where they go."""

    uri: str
    ips: tuple[str, ...]
    destinations: tuple[Destination, ...] = ()


def find(uri: str, resolve: Resolve, *, allow_private: bool) -> Found | None:
    """Look one peer up; None when nobody knows it.

    A name that resolves to this machine or its neighbours is no source to be trusted, unless the
    operator allows such addresses.
    """
    address = parse_sip_address(uri)

    def allowed(ip: str) -> bool:
        return allow_private or not is_private_ip(ip)

    if address.is_ip:
        return Found(uri=uri, ips=(address.host,)) if allowed(address.host) else None
    found = tuple(each for each in resolve(address) if allowed(each.ip))
    ips = tuple(each.ip for each in found)
    return Found(uri=uri, ips=ips, destinations=found) if found else None


def keep(database: Database, found: Sequence[Found], *, now: Millis) -> None:
    """Write down where these are; of all others everything known stays as it is."""

    def work(db: Writer) -> None:
        for each in found:
            peers.keep_addresses(db, each.uri, each.ips, now=now)
            peers.forget_addresses(db, each.uri, before=now - KEPT_MS)
            peers.replace_destinations(db, each.uri, each.destinations)

    if found:
        in_transaction(database.writing, work)
