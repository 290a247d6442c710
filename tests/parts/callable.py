"""Things that calls go through: runtimes, carriers, limits and what is set about a number."""

from dataclasses import replace
from ipaddress import ip_network
from typing import Any, Final

from builders import ACME, AGENT, EARLIER, NUMBER, TRUNK, a_number, an_agent, an_id
from dialplane.domain.carriers import Carrier, CarrierId
from dialplane.domain.number_routing import NumberRouting
from dialplane.domain.numbers import AgentMapping, HeldNumber
from dialplane.domain.runtimes import Runtime, RuntimeId, RuntimeTarget, TargetId
from dialplane.domain.values import AgentId, OrganizationId
from dialplane.store import carriers, number_routing, peers, runtimes
from dialplane.store.database import Database
from parts.world import World

HOUSE: Final = RuntimeId(an_id(0x0B1))
HOUSE_TARGET: Final = TargetId(an_id(0x0B2))
SPARE: Final = RuntimeId(an_id(0x0B3))
CARRIER: Final = CarrierId(an_id(0x0B5))
RUNTIME_URI: Final = "sip:10.0.0.5:5060"


def mapped(agent_id: AgentId = AGENT, version: str = "current") -> AgentMapping:
    return AgentMapping(agent_id=agent_id, agent_version=version)


def a_called_number(**changes: Any) -> HeldNumber:
    """Reached over a trunk at 203.0.113.10, answered by Acme's agent."""
    sip = replace(TRUNK, address="203.0.113.10", address_uri="sip:203.0.113.10")
    called = {"sip": sip, "inbound_agent": mapped(), "outbound_agent": mapped()}
    return a_number(**{**called, **changes})


def a_runtime(**changes: Any) -> Runtime:
    runtime = Runtime(
        id=HOUSE,
        organization_id=ACME,
        name="house",
        is_default=True,
        targets=(RuntimeTarget(id=HOUSE_TARGET, address="10.0.0.5:5060", uri=RUNTIME_URI),),
        created_at=EARLIER,
        updated_at=EARLIER,
    )
    return replace(runtime, **changes)


def a_carrier(**changes: Any) -> Carrier:
    carrier = Carrier(
        id=CARRIER,
        name="telco",
        address="192.0.2.1",
        uri="sip:192.0.2.1",
        networks=(ip_network("192.0.2.0/28"),),
        created_at=EARLIER,
    )
    return replace(carrier, **changes)


def given_calls_go_through(world: World, **changes: Any) -> None:
    """Acme holds a number, an agent and a runtime; what they are reached at is looked up."""
    world.given(an_agent(), a_called_number(**changes))
    given_runtimes(world.database, a_runtime())
    given_addresses(world.database, "sip:203.0.113.10", "203.0.113.10")


def given_runtimes(database: Database, *some: Runtime) -> None:
    with database.writing() as db:
        for runtime in some:
            runtimes.add(db, runtime)
            for target in runtime.targets:
                ip = target.uri.removeprefix("sip:").partition(":")[0]
                peers.keep_addresses(db, target.uri, [ip], now=EARLIER)


def given_addresses(database: Database, uri: str, *ips: str) -> None:
    with database.writing() as db:
        peers.keep_addresses(db, uri, ips, now=EARLIER)


def given_carriers(database: Database, *some: Carrier) -> None:
    with database.writing() as db:
        for carrier in some:
            carriers.add(db, carrier)


def given_routing(database: Database, **changes: Any) -> None:
    """What is set about the calls of Acme's number."""
    routing = NumberRouting(number_id=NUMBER, organization_id=ACME, revision=1)
    with database.writing() as db:
        number_routing.put(db, replace(routing, **changes))


def given_limits(
    database: Database,
    *,
    concurrent_calls: int | None = None,
    calls_per_second: int | None = None,
    organization_id: OrganizationId = ACME,
) -> None:
    with database.writing() as db:
        db.run(
            """
            INSERT INTO organization_limits (organization_id, concurrent_calls, calls_per_second)
            VALUES (:organization_id, :concurrent_calls, :calls_per_second)
            """,
            organization_id=organization_id,
            concurrent_calls=concurrent_calls,
            calls_per_second=calls_per_second,
        )
