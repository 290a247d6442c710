"""Where a target with a name is sent to: what its records said lately, one way after the other."""

from collections.abc import Iterator
from functools import lru_cache

from dialplane.domain.routing.weights import destinations_in_order
from dialplane.domain.sip_addresses import SipAddressRefused, parse_sip_address
from dialplane.edge.answers import MOST_TARGETS, Document
from dialplane.store import peers
from dialplane.store.database import Database, Reader


def with_hops(database: Database, document: Document) -> Document:
    """The same route, a target for each way; names nobody looked up are left to the edge."""
    targets = document["targets"]
    if not any(_has_name(_peer(each["uri"])) for each in targets):
        return document
    with database.reading() as db:
        ways = [way for each in targets for way in _ways(db, each, seed=document["call_id"])]
    return document | {
        "targets": [way | {"priority": place} for place, way in enumerate(ways[:MOST_TARGETS])]
    }


def _ways(db: Reader, target: Document, *, seed: str) -> Iterator[Document]:
    peer = _peer(target["uri"])
    known = peers.destinations(db, peer) if _has_name(peer) else []
    if not known:
        yield target
    for each in destinations_in_order(known, seed):
        yield target | {"next_hop": each.uri}


def _peer(uri: str) -> str:
    """The address of the peer, without the user it is asked for."""
    scheme, _, rest = uri.partition(":")
    return f"{scheme}:{rest.rpartition('@')[2]}"


# What a URI is made of does not change; the same peers are called again and again.
@lru_cache(maxsize=4096)
def _has_name(peer: str) -> bool:
    try:
        return not parse_sip_address(peer).is_ip
    except SipAddressRefused:
        return False
