"""Facts about a call are found by indexes: a scanner costs the same among many numbers."""

from ipaddress import ip_address, ip_network

import pytest

from builders import DIGITS, GLOBEX, NOW, a_number, an_id
from dialplane.domain.digits import read_digits
from dialplane.domain.routing import OutboundQuestion
from dialplane.domain.values import LIVE, NumberId
from dialplane.store import routing, routing_sources
from parts.callable import given_addresses, given_calls_go_through, given_routing
from parts.walks import ON_ONE_ENGINE
from parts.world import World


@ON_ONE_ENGINE
def test_whose_source_it_is_begins_with_the_source(world: World) -> None:
    names = {f"p{length}": None for length in range(1, 129)}
    with world.database.reading() as db:
        plan = db.all(
            "EXPLAIN QUERY PLAN " + routing_sources.BEHIND, ip="203.0.113.1", realm=LIVE, **names
        )

    steps = [row["detail"] for row in plan if row["detail"].startswith(("SEARCH", "SCAN"))]
    assert [step.split()[1] for step in steps] == [
        "peer_addresses",
        "telephone_numbers",
        "allowed_sources",
        "telephone_numbers",
    ]
    assert not [step for step in steps if step.startswith("SCAN")]


@pytest.mark.parametrize(
    ("network", "source", "inside"),
    [
        ("198.51.100.0/24", "198.51.100.255", True),
        ("198.51.100.0/24", "198.51.101.0", False),
        ("198.51.100.7/32", "198.51.100.7", True),
        ("128.0.0.0/1", "198.51.100.7", True),
        ("2001:db8::/32", "2001:db8:ffff::1", True),
        ("2001:db8::/32", "2001:db9::1", False),
        ("::1234/128", "::1234", True),
        ("8000::/1", "ff00::1", True),
        ("0.0.0.0/0", "198.51.100.7", False),
        ("::/0", "2001:db8::1", False),
    ],
)
def test_a_network_of_an_allow_list_knows_its_addresses_and_everybody_knows_nobody(
    *, world: World, network: str, source: str, inside: bool
) -> None:
    given_calls_go_through(world)
    given_routing(world.database, allowed=(ip_network(network),))

    with world.database.reading() as db:
        found = routing_sources.organizations_behind(db, LIVE, ip_address(source))

    assert bool(found) == inside


def test_a_trunk_is_known_to_everybody_who_names_it(world: World) -> None:
    given_calls_go_through(world)
    world.given(a_number(id=NumberId(an_id(7)), organization_id=GLOBEX, number="07033334444"))
    given_addresses(world.database, "sip:trunk.example.com:5060", "203.0.113.10")

    with world.database.reading() as db:
        found = routing_sources.organizations_behind(db, LIVE, ip_address("203.0.113.10"))
        elsewhere = routing_sources.organizations_behind(db, "sandbox", ip_address("203.0.113.10"))

    assert len(found) == 2
    assert GLOBEX in found
    assert elsewhere == frozenset()


@pytest.mark.parametrize("needs_agent", [True, False])
def test_of_agents_nothing_is_read_for_a_call_that_brings_who_talks(
    *, world: World, needs_agent: bool
) -> None:
    given_calls_go_through(world)
    question = OutboundQuestion(
        call_id="call",
        caller=read_digits(DIGITS),
        callee=read_digits("01012345678"),
        source=ip_address("10.0.0.5"),
        at=NOW,
        needs_agent=needs_agent,
    )

    with world.database.snapshot() as db:
        plan = routing.outbound_facts(db, LIVE, question).plan

    assert len(plan.trunk) == 1
    assert (len(plan.agents), len(plan.runtimes)) == ((1, 1) if needs_agent else (0, 0))
