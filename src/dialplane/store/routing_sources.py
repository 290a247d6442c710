"""Whose source an address is, in SQL."""

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import ip_network
from typing import Final, LiteralString

from dialplane.domain.routing.questions import IpAddress
from dialplane.domain.values import LIVE, OrganizationId
from dialplane.store.database import Reader
from dialplane.store.routing_lists import SIMULATED_CARRIER

# One parameter for each prefix length of IPv6: networks that hold an address are found by equality,
# which an index answers. A prefix of 0 is left out, since "anyone" says nothing about who calls.
_LONGEST_PREFIX: Final = 128
_HOLDING: Final[LiteralString] = (
    "(" + ", ".join(":p" + str(length) for length in range(1, _LONGEST_PREFIX + 1)) + ")"
)


# The same source asks again and again, and each question needs its networks twice.
@lru_cache(maxsize=4096)
def _prefixes(source: IpAddress) -> Mapping[str, str | None]:
    longest, host = source.max_prefixlen, int(source)
    address = type(source)
    found: dict[str, str | None] = {}
    for length in range(1, _LONGEST_PREFIX + 1):
        free = longest - length
        network = None if free < 0 else f"{address(host >> free << free)}/{length}"
        found[f"p{length}"] = network
    return found


# CROSS JOIN keeps SQLite from beginning with the numbers, of which there are many, instead of the
# few rows that name the source: 0.1 ms instead of a second among 100,000 numbers.
BEHIND: Final[LiteralString] = (
    """
    SELECT telephone_numbers.organization_id FROM peer_addresses CROSS JOIN telephone_numbers
     WHERE telephone_numbers.address_uri = peer_addresses.uri
       AND ip = :ip AND realm = :realm AND status <> 'expired'
     UNION
    SELECT telephone_numbers.organization_id FROM allowed_sources CROSS JOIN telephone_numbers
     WHERE telephone_numbers.id = allowed_sources.number_id
       AND realm = :realm AND status <> 'expired' AND network IN """
    + _HOLDING
)


def organizations_behind(db: Reader, realm: str, source: IpAddress) -> frozenset[OrganizationId]:
    """Whose trunks or allow-lists name this source; a question across organizations by nature."""
    rows = db.all(BEHIND, ip=str(source), realm=realm, **_prefixes(source))
    return frozenset(OrganizationId(row["organization_id"]) for row in rows)


def is_carrier(db: Reader, realm: str, source: IpAddress) -> bool:
    if realm != LIVE:
        return source in ip_network(SIMULATED_CARRIER)
    row = db.one_or_none(
        """
        SELECT 1 AS found FROM carrier_networks WHERE network IN """
        + _HOLDING
        + """
         UNION
        SELECT 1 AS found FROM peer_addresses JOIN carriers ON carriers.uri = peer_addresses.uri
         WHERE ip = :ip
        """,
        ip=str(source),
        **_prefixes(source),
    )
    return row is not None


def organizations_answering_at(
    db: Reader, realm: str, source: IpAddress
) -> frozenset[OrganizationId]:
    """Whose runtimes this source is; the same question for calls that go out."""
    rows = db.all(
        """
        SELECT DISTINCT runtime_targets.organization_id
          FROM peer_addresses CROSS JOIN runtime_targets CROSS JOIN organizations
         WHERE runtime_targets.uri = peer_addresses.uri
           AND organizations.id = runtime_targets.organization_id
           AND ip = :ip AND realm = :realm
        """,
        ip=str(source),
        realm=realm,
    )
    return frozenset(OrganizationId(row["organization_id"]) for row in rows)
