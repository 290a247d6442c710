"""The operator's carriers: who brings the calls of bought numbers and carries those going out."""

from collections.abc import Sequence
from dataclasses import field
from ipaddress import ip_network

from dialplane.domain.carriers import Carrier, CarrierId
from dialplane.domain.errors import DomainError, FieldProblem, Invalid, Kind
from dialplane.domain.frozen import dataclass
from dialplane.domain.journal import Change, Happening, Told
from dialplane.domain.number_routing import in_order
from dialplane.domain.routing.facts import IpNetwork
from dialplane.domain.values import Millis
from dialplane.operations import journal
from dialplane.operations.ids import new_id
from dialplane.operations.numbers import NumberPolicy
from dialplane.operations.runtimes import target_address
from dialplane.store import carriers, peers
from dialplane.store.database import Writer


@dataclass(eq=False)
class CarrierExists(DomainError):
    """There is a carrier of this name already."""

    code = "CARRIER_EXISTS"
    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCarrier:
    """A carrier as the operator describes it."""

    name: str
    address: str
    networks: Sequence[str] = ()
    priority: int = 0
    weight: int = 100
    auth_username: str | None = None
    sealed_password: str | None = field(default=None, repr=False)


def add(db: Writer, asked: NewCarrier, *, policy: NumberPolicy, now: Millis) -> Carrier:
    """Let a carrier bring calls, from now on.

    Raises:
        CarrierExists.
        Invalid: the address or a network is none, or everybody's.
    """
    parsed = target_address(asked.address, policy)
    if isinstance(parsed, str):
        raise Invalid.one("address", parsed)
    carrier = Carrier(
        id=CarrierId(new_id(now)),
        name=asked.name,
        address=asked.address,
        uri=parsed.uri,
        networks=in_order(_network(text) for text in asked.networks),
        priority=asked.priority,
        weight=asked.weight,
        auth_username=asked.auth_username,
        sealed_password=asked.sealed_password,
        created_at=now,
    )
    if not carriers.add(db, carrier):
        raise CarrierExists
    added = Change(happening=Happening.CARRIER_ADDED, resource_id=carrier.id, after=_told(carrier))
    journal.enter_operator(db, now, added)
    if parsed.is_ip:
        peers.keep_addresses(db, carrier.uri, [parsed.host], now=now)
    return carrier


def remove(db: Writer, name: str, *, now: Millis) -> None:
    """Take no more calls from a carrier and send it none.

    Raises:
        NotFound.
    """
    known = [each for each in carriers.list_all(db) if each.name == name]
    carriers.remove(db, name)
    for carrier in known:
        removed = Change(
            happening=Happening.CARRIER_REMOVED, resource_id=carrier.id, before=_told(carrier)
        )
        journal.enter_operator(db, now, removed)


def _told(carrier: Carrier) -> Told:
    """As the journal has it: without its password."""
    return {
        "name": carrier.name,
        "address": carrier.address,
        "networks": [str(network) for network in carrier.networks],
        "priority": carrier.priority,
        "weight": carrier.weight,
        "auth_username": carrier.auth_username,
    }


def _network(text: str) -> IpNetwork:
    try:
        network = ip_network(text)
    except ValueError as error:
        raise Invalid([FieldProblem("network", "not_network")]) from error
    if network.prefixlen == 0:
        # Bought numbers of every organization would be open to everybody.
        raise Invalid([FieldProblem("network", "not_everybody")])
    return network
