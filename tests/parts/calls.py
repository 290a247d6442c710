"""A small world to call into: Acme holds the number, Globex is always somebody else."""

from dataclasses import replace
from ipaddress import ip_address, ip_network
from typing import Any

from dialplane.domain.agents import VersionChoice
from dialplane.domain.digits import read_digits
from dialplane.domain.numbers import AgentMapping, HeldNumber, Provider, Status
from dialplane.domain.routing import (
    AcceptedSource,
    InboundFacts,
    InboundQuestion,
    OutboundFacts,
    OutboundQuestion,
    Peer,
    Plan,
    SourceOrigin,
)
from dialplane.domain.runtimes import RuntimeId, TargetId
from dialplane.domain.values import AgentId, NumberId, OrganizationId

NOW = 1_790_000_000_000
ACME, GLOBEX = OrganizationId("acme"), OrganizationId("globex")
NIGHT_DESK, DAY_DESK = AgentId("night-desk"), AgentId("day-desk")
HOUSE, SPARE = RuntimeId("house"), RuntimeId("spare")
NUMBER_ID = NumberId("acme-number")

TRUNK_IP = "203.0.113.10"
RUNTIME_IP = "10.0.0.5"
STRANGER_IP = "198.51.100.99"
TRUNK = AcceptedSource(network=ip_network(TRUNK_IP), origin=SourceOrigin.TRUNK)
ANYONE = AcceptedSource(network=ip_network("0.0.0.0/0"), origin=SourceOrigin.ALLOW_LIST)
CARRIER = AcceptedSource(network=ip_network("192.0.2.0/24"), origin=SourceOrigin.CARRIER)


def a_number(**changes: Any) -> HeldNumber:
    number = HeldNumber(
        id=NUMBER_ID,
        organization_id=ACME,
        realm="live",
        number="07011112222",
        canonical="07011112222",
        provider=Provider.CUSTOM,
        status=Status.ACTIVE,
        start_at=NOW - 1,
        created_at=NOW - 1,
        updated_at=NOW - 1,
        inbound_agent=mapped(),
        outbound_agent=mapped(),
    )
    return replace(number, **changes)


def mapped(agent_id: AgentId = NIGHT_DESK, version: str = "current") -> AgentMapping:
    return AgentMapping(agent_id=agent_id, agent_version=version)


def versions(production: int | None = None, last: int = 0) -> VersionChoice:
    return VersionChoice(production_version=production, last_version=last)


def a_peer(name: str, **changes: Any) -> Peer:
    return replace(Peer(id=TargetId(name), uri=f"sip:{name}.example"), **changes)


def a_plan(**changes: Any) -> Plan:
    plan = Plan(
        agents={NIGHT_DESK: versions(), DAY_DESK: versions()},
        default_runtime=HOUSE,
        runtimes={HOUSE: (a_peer("house-1"),), SPARE: (a_peer("spare-1"),)},
        trunk=(a_peer("trunk"),),
    )
    return replace(plan, **changes)


def inbound_facts(**changes: Any) -> InboundFacts:
    """A call that goes through: from the trunk of the number it is for."""
    facts = InboundFacts(
        number=a_number(),
        revision="7",
        sources=(TRUNK,),
        known_to=frozenset({ACME}),
        plan=a_plan(),
    )
    return replace(facts, **changes)


def a_call(
    *, source: str | None = TRUNK_IP, called: str = "07011112222", **rest: Any
) -> InboundQuestion:
    caller = rest.pop("caller", "01012345678")
    return InboundQuestion(
        call_id=rest.pop("call_id", "call-1"),
        called=read_digits(called),
        caller=read_digits(caller),
        source=None if source is None else ip_address(source),
        at=NOW,
        **rest,
    )


def outbound_facts(**changes: Any) -> OutboundFacts:
    """A call that goes out: from a runtime of whoever holds the number."""
    facts = OutboundFacts(
        number=a_number(), revision="7", known_to=frozenset({ACME}), plan=a_plan()
    )
    return replace(facts, **changes)


def a_call_out(*, source: str | None = RUNTIME_IP, **rest: Any) -> OutboundQuestion:
    return OutboundQuestion(
        call_id=rest.pop("call_id", "call-1"),
        caller=read_digits(rest.pop("caller", "07011112222")),
        callee=read_digits(rest.pop("callee", "01012345678")),
        source=None if source is None else ip_address(source),
        at=NOW,
        **rest,
    )
