"""Most calls are decided by what one statement tells, which is what several of one instant tell."""

from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_address, ip_network
from typing import Any, Final, cast

import pytest

from builders import ACME, AGENT, DIGITS, NOW, TRUNK, a_bought_number, an_agent
from dialplane.domain.digits import read_digits
from dialplane.domain.number_routing import InboundAuth
from dialplane.domain.numbers import Status
from dialplane.domain.routing import Arm, InboundFacts, InboundQuestion, SipTransfer
from dialplane.domain.runtimes import RuntimeTarget, TargetId
from dialplane.domain.values import LIVE
from dialplane.store import routing, runtimes
from dialplane.store.database import Reader
from parts.callable import (
    HOUSE_TARGET,
    RUNTIME_URI,
    SPARE,
    a_called_number,
    a_carrier,
    a_runtime,
    given_addresses,
    given_calls_go_through,
    given_carriers,
    given_limits,
    given_routing,
    given_runtimes,
    mapped,
)
from parts.world import World

TRUNK_IP: Final = "203.0.113.10"
NAMED: Final = replace(TRUNK, address="trunk.example.com", address_uri="sip:trunk.example.com:5060")


class Counting:
    """Passes questions on, and counts them."""

    def __init__(self, db: Reader) -> None:
        self._db = db
        self.asked = 0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._db, name)
        self.asked += callable(found)
        return found


def asked(source: str | None = TRUNK_IP) -> InboundQuestion:
    return InboundQuestion(
        call_id="call",
        called=read_digits(DIGITS),
        caller=read_digits("01012345678"),
        source=None if source is None else ip_address(source),
        at=NOW,
    )


def _over_an_address(world: World) -> InboundQuestion:
    given_calls_go_through(world)
    return asked()


def _over_a_name(world: World) -> InboundQuestion:
    given_calls_go_through(world, sip=NAMED)
    given_addresses(world.database, "sip:trunk.example.com:5060", "198.51.100.7", "198.51.100.8")
    return asked("198.51.100.8")


def _over_an_allow_list(world: World) -> InboundQuestion:
    given_calls_go_through(world)
    networks = (ip_network("192.0.2.0/24"), ip_network("198.51.100.0/24"))
    given_routing(world.database, allowed=networks)
    return asked("198.51.100.9")


def _bought(world: World) -> None:
    world.given(an_agent(), a_bought_number(inbound_agent=mapped()))
    given_runtimes(world.database, a_runtime())
    given_carriers(world.database, a_carrier())


def _over_a_network_of_a_carrier(world: World) -> InboundQuestion:
    _bought(world)
    return asked("192.0.2.3")


def _over_an_address_of_a_carrier(world: World) -> InboundQuestion:
    _bought(world)
    given_addresses(world.database, "sip:192.0.2.1", "198.51.100.1")
    return asked("198.51.100.1")


def _to_two_targets(world: World) -> InboundQuestion:
    second = RuntimeTarget(
        id=TargetId("another"), address="10.0.0.4:5060", uri="sip:10.0.0.4:5060", priority=2
    )
    world.given(an_agent(), a_called_number())
    first = RuntimeTarget(id=HOUSE_TARGET, address="10.0.0.5:5060", uri=RUNTIME_URI)
    given_runtimes(world.database, a_runtime(targets=(first, second)))
    return asked()


def _to_a_runtime_of_its_own(world: World) -> InboundQuestion:
    given_calls_go_through(world)
    spare = RuntimeTarget(id=TargetId("spare"), address="10.0.0.6", uri="sip:10.0.0.6")
    runtime = a_runtime(id=SPARE, name="spare", is_default=False, targets=(spare,))
    given_runtimes(world.database, runtime)
    with world.database.writing() as db:
        runtimes.put_of_agent(db, ACME, AGENT, SPARE)
    return asked()


def _to_no_runtime(world: World) -> InboundQuestion:
    world.given(an_agent(), a_called_number())
    return asked()


def _to_no_target(world: World) -> InboundQuestion:
    world.given(an_agent(), a_called_number())
    given_runtimes(world.database, a_runtime(targets=()))
    return asked()


def _to_nobody(world: World) -> InboundQuestion:
    given_calls_go_through(world, inbound_agent=None)
    return asked()


def _to_a_frozen_version(world: World) -> InboundQuestion:
    given_calls_go_through(world, inbound_agent=mapped(version="v1"))
    return asked()


def _with_a_password(world: World) -> InboundQuestion:
    sip = replace(TRUNK, address=TRUNK_IP, address_uri=f"sip:{TRUNK_IP}", auth_username="acme")
    given_calls_go_through(world, sip=sip)
    given_routing(world.database, inbound_auth=InboundAuth.SOURCE_AND_DIGEST)
    return asked()


def _trusted(world: World) -> InboundQuestion:
    given_calls_go_through(world)
    return asked(None)


AT_ONCE: Final = [
    _over_an_address, _over_a_name, _over_an_allow_list, _over_a_network_of_a_carrier,
    _over_an_address_of_a_carrier, _to_two_targets, _to_a_runtime_of_its_own, _to_no_runtime,
    _to_no_target, _to_nobody, _to_a_frozen_version, _with_a_password, _trusted,
]  # fmt: skip


def _from_elsewhere(world: World) -> InboundQuestion:
    given_calls_go_through(world)
    return asked("198.51.100.200")


def _from_anywhere(world: World) -> InboundQuestion:
    given_calls_go_through(world)
    given_routing(world.database, allowed=(ip_network("0.0.0.0/0"),))
    return asked("198.51.100.200")


def _to_a_number_that_is_over(world: World) -> InboundQuestion:
    given_calls_go_through(world, status=Status.EXPIRED)
    return asked()


def _to_nothing(_: World) -> InboundQuestion:
    return asked()


def _within_limits_of_the_organization(world: World) -> InboundQuestion:
    given_calls_go_through(world)
    given_limits(world.database, calls_per_second=3)
    return asked()


def _set(**changes: Any) -> Callable[[World], InboundQuestion]:
    def given(world: World) -> InboundQuestion:
        given_calls_go_through(world)
        given_routing(world.database, **changes)
        return asked()

    return given


IN_SEVERAL_STEPS: Final = {
    "from elsewhere": _from_elsewhere,
    "from anywhere": _from_anywhere,
    "to a number that is over": _to_a_number_that_is_over,
    "to nothing": _to_nothing,
    "limits of the organization": _within_limits_of_the_organization,
    "limits of the number": _set(concurrent_calls=2),
    "a split": _set(inbound_split=(Arm(label="a", mapping=mapped(), weight=1),)),
    "a fallback": _set(fallbacks=(SipTransfer(uri="sip:10.0.0.9"),)),
}


def told_at_once(
    world: World, question: InboundQuestion
) -> tuple[tuple[InboundFacts, str | None] | None, int]:
    """What is told, and by how many statements."""
    with world.database.reading() as db:
        counting = Counting(db)
        told = routing.inbound_facts_at_once(cast("Reader", counting), LIVE, question)
    return told, counting.asked


@pytest.mark.parametrize("given", AT_ONCE)
def test_one_statement_tells_what_several_would(
    world: World, given: Callable[[World], InboundQuestion]
) -> None:
    question = given(world)

    told, statements = told_at_once(world, question)
    with world.database.snapshot() as db:
        read = routing.inbound_facts_and_draft(db, LIVE, question)

    assert told is not None
    assert told == read
    assert question.source is None or told[0].accepts(question.source) is not None
    assert statements == 1


@pytest.mark.parametrize("given", IN_SEVERAL_STEPS.values(), ids=IN_SEVERAL_STEPS)
def test_what_one_statement_cannot_tell_it_leaves(
    world: World, given: Callable[[World], InboundQuestion]
) -> None:
    question = given(world)

    told, statements = told_at_once(world, question)

    assert told is None
    assert statements == 1


@pytest.mark.parametrize(
    ("given", "uris"),
    [
        (_over_an_address, {"sip:10.0.0.5:5060"}),
        (_to_two_targets, {"sip:10.0.0.5:5060", "sip:10.0.0.4:5060"}),
        (_to_a_runtime_of_its_own, {"sip:10.0.0.6"}),
        (_to_no_target, set()),
    ],
)
def test_where_an_agent_answers_is_in_it(
    world: World, given: Callable[[World], InboundQuestion], uris: set[str]
) -> None:
    question = given(world)

    with world.database.reading() as db:
        told = routing.inbound_facts_at_once(db, LIVE, question)

    assert told is not None
    [peers] = told[0].plan.runtimes.values()
    assert {peer.uri for peer in peers} == uris
