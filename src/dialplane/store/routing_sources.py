"""Who may call from where, in SQL: the sources of a number, and whose source an address is."""

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import ip_network
from typing import Final, LiteralString

from dialplane.domain.numbers import HeldNumber, Provider
from dialplane.domain.routing import AcceptedSource, SourceOrigin
from dialplane.domain.routing.questions import IpAddress
from dialplane.domain.sip_addresses import SipAddressRefused, parse_sip_address
from dialplane.domain.values import LIVE, OrganizationId
from dialplane.store.database import Reader

# Where the simulated carrier of every sandbox calls from (TEST-NET-1, which nobody has).
SIMULATED_CARRIER: Final = "192.0.2.0/24"


def of_number(db: Reader, number: HeldNumber) -> tuple[AcceptedSource, ...]:
    if number.provider is Provider.VOX:
        texts = _of_carriers(db, number.realm)
    else:
        texts = _of_trunk(db, number)
    return tuple(AcceptedSource(network=_network(text), origin=origin) for text, origin in texts)


# Most numbers share the networks of a few carriers and trunks.
_network = lru_cache(maxsize=4096)(ip_network)


def _of_carriers(db: Reader, realm: str) -> list[tuple[str, SourceOrigin]]:
    if realm != LIVE:
        return [(SIMULATED_CARRIER, SourceOrigin.CARRIER)]
    rows = db.all(
        """
        SELECT network FROM carrier_networks
         UNION
        SELECT ip AS network FROM peer_addresses JOIN carriers ON carriers.uri = peer_addresses.uri
        """
    )
    return [(row["network"], SourceOrigin.CARRIER) for row in rows]


def _of_trunk(db: Reader, number: HeldNumber) -> list[tuple[str, SourceOrigin]]:
    rows = db.all(
        """
        SELECT network, 'allow_list' AS origin FROM allowed_sources
         WHERE organization_id = :organization_id AND number_id = :number_id
         UNION
        SELECT ip AS network, 'trunk' AS origin FROM peer_addresses WHERE uri = :uri
        """,
        organization_id=number.organization_id,
        number_id=number.id,
        uri=number.sip.address_uri,
    )
    found = [(row["network"], SourceOrigin(row["origin"])) for row in rows]
    # An address that is none of a name needs nobody to look it up.
    literal = literal_ip(number.sip.address_uri)
    return found if literal is None else [(literal, SourceOrigin.TRUNK), *found]


def literal_ip(uri: str | None) -> str | None:
    """The IP address a SIP URI consists of, if it does."""
    if uri is None:
        return None
    try:
        address = parse_sip_address(uri)
    except SipAddressRefused:
        return None
    return address.host if address.is_ip else None


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
