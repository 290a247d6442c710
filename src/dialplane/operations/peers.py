"""Where SIP peers are: what their names resolve to is looked up beside the calls, never for one."""

from collections.abc import Callable, Iterable
from typing import Final

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


def look_up(
    database: Database, uri: str, resolve: Resolve, *, now: Millis, allow_private: bool
) -> bool:
    """Look one peer up and keep what was found; False when nothing was.

    A name that resolves to this machine or its neighbours is no source to be trusted, unless the
    operator allows such addresses. Without an answer everything known stays as it is.
    """
    address = parse_sip_address(uri)
    found = [] if address.is_ip else [*resolve(address)]
    found = [each for each in found if allow_private or not is_private_ip(each.ip)]
    ips = [address.host] if address.is_ip else [each.ip for each in found]
    if not ips or (address.is_ip and not allow_private and is_private_ip(address.host)):
        return False

    def keep(db: Writer) -> None:
        peers.keep_addresses(db, uri, ips, now=now)
        peers.forget_addresses(db, uri, before=now - KEPT_MS)
        peers.replace_destinations(db, uri, found)

    in_transaction(database.writing, keep)
    return True
