"""What there are many of behind a number, told as JSON in the row of the number itself.

Each statement of its own would be one more way to PostgreSQL and back, within a call's set-up.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from ipaddress import ip_network
from typing import Any, Final, LiteralString

import msgspec

from dialplane.domain.numbers import HeldNumber, Provider
from dialplane.domain.routing import AcceptedSource, Peer, SourceOrigin
from dialplane.domain.sip_addresses import SipAddressRefused, parse_sip_address
from dialplane.domain.values import LIVE
from dialplane.store.database import Values

# Where the simulated carrier of every sandbox calls from (TEST-NET-1, which nobody has).
SIMULATED_CARRIER: Final = "192.0.2.0/24"

ListOf = Callable[[LiteralString], LiteralString]
"""SQL for a JSON list of rows, each a list of these columns; NULL or empty where there are none."""

LIST_OF: Final[Mapping[str, ListOf]] = {
    "sqlite": lambda columns: "json_group_array(json_array(" + columns + "))",
    "postgres": lambda columns: "CAST(json_agg(json_build_array(" + columns + ")) AS TEXT)",
}


def sources(list_of: ListOf) -> LiteralString:
    """SQL for four lists about `telephone_numbers`; `sources_of` reads them."""
    return (
        "(SELECT " + list_of("ip") + """ FROM peer_addresses
           WHERE uri = telephone_numbers.address_uri),
        (SELECT """ + list_of("network") + """ FROM allowed_sources
          WHERE organization_id = telephone_numbers.organization_id
            AND number_id = telephone_numbers.id),
        CASE WHEN provider = 'vox' THEN (SELECT """ + list_of("network") + """
          FROM carrier_networks) END,
        CASE WHEN provider = 'vox' THEN (SELECT """ + list_of("ip") + """
          FROM carriers JOIN peer_addresses ON peer_addresses.uri = carriers.uri) END"""
    )  # fmt: skip


def sources_of(number: HeldNumber, values: Values) -> tuple[AcceptedSource, ...]:
    of_trunk, allowed, of_carriers, carriers = (_rows(text) for text in values)
    if number.provider is Provider.VOX:
        networks = [*of_carriers, *carriers] if number.realm == LIVE else [[SIMULATED_CARRIER]]
        return _accepted(SourceOrigin.CARRIER, networks)
    # An address that is none of a name needs nobody to look it up.
    literal = literal_ip(number.sip.address_uri)
    return (
        *_accepted(SourceOrigin.TRUNK, of_trunk if literal is None else [[literal], *of_trunk]),
        *_accepted(SourceOrigin.ALLOW_LIST, allowed),
    )


def _accepted(
    origin: SourceOrigin, networks: Sequence[Sequence[str]]
) -> tuple[AcceptedSource, ...]:
    return tuple([AcceptedSource(network=_network(text), origin=origin) for (text,) in networks])


# Most numbers share the networks of a few carriers and trunks.
_network = lru_cache(maxsize=4096)(ip_network)


def literal_ip(uri: str | None) -> str | None:
    """The IP address a SIP URI consists of, if it does."""
    if uri is None:
        return None
    try:
        address = parse_sip_address(uri)
    except SipAddressRefused:
        return None
    return address.host if address.is_ip else None


def targets(list_of: ListOf, runtime_id: LiteralString) -> LiteralString:
    """SQL for the targets of a runtime of the organization; `targets_of` reads them."""
    return (
        "(SELECT " + list_of("place, id, runtime_targets.uri, priority, weight, down") + """
           FROM runtime_targets LEFT JOIN peer_states ON peer_states.uri = runtime_targets.uri
          WHERE organization_id = telephone_numbers.organization_id
            AND runtime_id = """ + runtime_id + ")"
    )  # fmt: skip


def targets_of(text: str | None) -> tuple[Peer, ...]:
    return tuple([peer_of(values) for _place, *values in sorted(_rows(text))])


def peer_of(values: Values) -> Peer:
    id_, uri, priority, weight, down = values
    return Peer(id=id_, uri=uri, priority=priority, weight=weight, down=bool(down))


def _rows(text: str | None) -> list[list[Any]]:
    return [] if text is None else msgspec.json.decode(text)
