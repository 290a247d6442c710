"""Names of peers are looked up beside the calls, and what was known stays until it is replaced."""

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from builders import GLOBEX, a_number, an_id, numbers
from dialplane.domain.routing.weights import destinations_in_order
from dialplane.domain.runtimes import RuntimeTarget, TargetId
from dialplane.domain.sip_addresses import SipAddress, Transport, parse_sip_address
from dialplane.domain.trunk_checks import Destination
from dialplane.domain.values import NumberId
from dialplane.probes.names import Names as ByNameServer
from dialplane.store import calls, peers, runtimes
from dialplane.worker.lookout import AT_ONCE, LOOK_UP_S, Lookout, resolve
from parts.callable import (
    a_called_number,
    a_carrier,
    a_runtime,
    given_calls_go_through,
    given_carriers,
)
from parts.edge_client import EdgeClient
from parts.name_server import NameServer, Zone
from parts.program import wait_until
from parts.world import World

TRUNK_URI = "sip:trunk.example.com:5060"


class Names:
    """A name server that says what a test wants it to say."""

    def __init__(self, **names: list[str]) -> None:
        self.names = {name.replace("_", "."): ips for name, ips in names.items()}
        self.asked: list[str] = []

    def __call__(self, address: SipAddress) -> list[Destination]:
        self.asked.append(address.host)
        found = self.names.get(address.host, [])
        return [Destination(ip=ip, port=5060, transport=Transport.UDP) for ip in found]


class SilentNames(Names):
    """Says nothing of names it does not know until it is left, or for as long as it takes."""

    def __init__(self, **names: list[str]) -> None:
        super().__init__(**names)
        self.given_up: list[str] = []
        self._over = threading.Event()

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def __call__(self, address: SipAddress) -> list[Destination]:
        found = super().__call__(address)
        if not found:
            self._over.wait(LOOK_UP_S)
            self.given_up.append(address.host)
        return found


def given_trunks(world: World, *hosts: str) -> None:
    for host, number in zip(hosts, numbers(len(hosts)), strict=True):
        sip = replace(number.sip, address=host, address_uri=f"sip:{host}")
        world.given(replace(number, sip=sip))


def addresses(world: World, uri: str = TRUNK_URI) -> list[str]:
    with world.database.reading() as db:
        return peers.addresses(db, uri)


def a_lookout(world: World, names: Names, *, allow_private: bool = False) -> Lookout:
    return Lookout(world.database, world.clock, allow_private=allow_private, resolve=names)


def test_trunks_carriers_and_runtimes_are_looked_up(world: World) -> None:
    world.given(a_number())
    given_carriers(world.database, a_carrier(uri="sip:carrier.example"))
    target = RuntimeTarget(id=TargetId(an_id(5)), address="x", uri="sip:runtime.example:5070")
    with world.database.writing() as db:
        runtimes.add(db, a_runtime(targets=(target,)))
    names = Names(
        trunk_example_com=["203.0.113.1", "2001:db8::1"],
        carrier_example=["203.0.113.2"],
        runtime_example=["10.0.0.5"],
    )

    a_lookout(world, names).round()

    assert addresses(world) == ["2001:db8::1", "203.0.113.1"]
    assert addresses(world, "sip:carrier.example") == ["203.0.113.2"]
    assert addresses(world, "sip:runtime.example:5070") == ["10.0.0.5"]


def test_an_address_needs_no_name_server(world: World) -> None:
    world.given(a_called_number())
    names = Names()

    a_lookout(world, names).round()

    assert addresses(world, "sip:203.0.113.10") == ["203.0.113.10"]
    assert names.asked == []


def test_a_name_is_looked_up_again_after_a_minute_and_old_addresses_go_after_an_hour(
    world: World,
) -> None:
    world.given(a_number())
    names = Names(trunk_example_com=["203.0.113.1"])
    lookout = a_lookout(world, names)
    lookout.round()
    lookout.round()
    assert len(names.asked) == 1

    names.names["trunk.example.com"] = ["203.0.113.2"]
    world.clock.advance(seconds=61)
    lookout.round()
    assert addresses(world) == ["203.0.113.1", "203.0.113.2"]

    world.clock.advance(hours=1, seconds=1)
    lookout.round()
    assert addresses(world) == ["203.0.113.2"]


def test_a_silent_name_server_changes_nothing_and_is_not_pestered(world: World) -> None:
    world.given(a_number())
    names = Names(trunk_example_com=["203.0.113.1"])
    lookout = a_lookout(world, names)
    lookout.round()
    names.names.clear()
    world.clock.advance(hours=5)

    for _ in range(5):
        lookout.round()

    assert addresses(world) == ["203.0.113.1"]
    assert len(names.asked) == 2
    world.clock.advance(seconds=30)
    lookout.round()
    assert len(names.asked) == 3


@pytest.mark.parametrize(("allow_private", "kept"), [(False, []), (True, ["127.0.0.1"])])
def test_a_name_that_points_at_this_machine_is_no_source(
    *, world: World, allow_private: bool, kept: list[str]
) -> None:
    world.given(a_number())
    names = Names(trunk_example_com=["127.0.0.1"])

    a_lookout(world, names, allow_private=allow_private).round()

    assert addresses(world) == kept


def test_two_numbers_over_one_trunk_are_one_look_up(world: World) -> None:
    number = a_number()
    other = replace(number, id=NumberId(an_id(9)), organization_id=GLOBEX)
    world.given(number, replace(other, number="07055556666", canonical="07055556666"))
    names = Names(trunk_example_com=["203.0.113.1"])

    a_lookout(world, names).round()

    assert names.asked == ["trunk.example.com"]


def test_calls_nobody_speaks_of_are_ended(world: World) -> None:
    edge = EdgeClient(world)
    given_calls_go_through(world)
    edge.ask()
    world.clock.advance(hours=1)

    a_lookout(world, Names()).round()

    with world.database.reading() as db:
        call = calls.find(db, a_called_number().organization_id, calls.CallId(an_id(0xCA11)))
    assert call is not None
    assert call.status == "error"


def test_it_runs_until_it_is_told_to_stop(world: World) -> None:
    world.given(a_number())
    names = Names(trunk_example_com=["203.0.113.1"])
    lookout = a_lookout(world, names)

    lookout.start()
    wait_until(lambda: names.asked == ["trunk.example.com"])
    lookout.stop()

    assert addresses(world) == ["203.0.113.1"]


def test_told_to_stop_it_keeps_what_it_heard_and_waits_for_no_silent_name_server(
    world: World,
) -> None:
    given_trunks(world, "known.example.com", *(f"silent{n}.example.com" for n in range(AT_ONCE)))
    names = SilentNames(known_example_com=["203.0.113.1"])
    lookout = a_lookout(world, names)

    with names:
        lookout.start()
        wait_until(lambda: len(names.asked) == 1 + AT_ONCE)
        lookout.stop()

        assert names.given_up == []
        assert addresses(world, "sip:known.example.com") == ["203.0.113.1"]


def test_told_to_stop_it_asks_nothing_more(world: World) -> None:
    given_trunks(world, *(f"silent{n}.example.com" for n in range(3 * AT_ONCE)))
    names = SilentNames()
    lookout = a_lookout(world, names)

    with names:
        lookout.start()
        wait_until(lambda: len(names.asked) == AT_ONCE)
        lookout.stop()
    wait_until(lambda: len(names.given_up) == AT_ONCE)

    assert len(names.asked) == AT_ONCE


def test_one_that_cannot_be_looked_up_keeps_nobody_else_from_it(world: World) -> None:
    given_trunks(world, "broken.example.com", "known.example.com")
    names = Names(known_example_com=["203.0.113.1"])

    def ask(address: SipAddress) -> list[Destination]:
        if address.host == "broken.example.com":
            raise UnicodeError
        return names(address)

    Lookout(world.database, world.clock, resolve=ask).round()

    assert addresses(world, "sip:known.example.com") == ["203.0.113.1"]


SRV_ZONE: Zone = {
    ("_sip._tcp.trunk.test", "SRV"): (
        "10 60 5070 a.trunk.test.",
        "10 40 5071 b.trunk.test.",
        "20 0 5072 c.trunk.test.",
    ),
    ("a.trunk.test", "A"): ("203.0.113.1", "203.0.113.2"),
    ("b.trunk.test", "A"): ("203.0.113.3",),
    ("c.trunk.test", "A"): ("203.0.113.4",),
    ("trunk.test", "A"): ("198.51.100.1",),
}


@pytest.fixture
def served(world: World) -> Iterator[World]:
    """A trunk whose name has to be asked for by SRV, looked up at a name server."""
    sip = replace(a_number().sip, address="trunk.test", address_uri="sip:trunk.test")
    number = replace(a_called_number(), sip=sip)
    world.given(number)
    with NameServer(SRV_ZONE) as server:
        names = ByNameServer(server.resolver)
        Lookout(world.database, world.clock, resolve=lambda each: resolve(each, names)).round()
        yield world


def test_every_server_of_a_trunk_may_call(served: World) -> None:
    assert addresses(served, "sip:trunk.test") == [f"203.0.113.{last}" for last in (1, 2, 3, 4)]


def test_calls_go_to_the_ports_and_transports_of_the_records_in_their_order(
    served: World,
) -> None:
    with served.database.reading() as db:
        found = peers.destinations(db, "sip:trunk.test")

    firsts = Counter(destinations_in_order(found, str(seed))[0].port for seed in range(1000))
    assert set(firsts) == {5070, 5071}
    # a has two addresses with the weight of 60 each, b one with 40.
    assert 600 < firsts[5070] < 900
    for seed in range(50):
        *_, last = destinations_in_order(found, str(seed))
        assert last.uri == "sip:203.0.113.4:5072;transport=tcp"


def test_a_name_without_srv_leads_to_all_its_addresses() -> None:
    with NameServer({("plain.test", "A"): ("203.0.113.7", "203.0.113.8")}) as server:
        found = resolve(parse_sip_address("sip:plain.test"), ByNameServer(server.resolver))

    assert sorted(each.uri for each in found) == [
        "sip:203.0.113.7:5060;transport=udp",
        "sip:203.0.113.8:5060;transport=udp",
    ]


def test_nobody_knows_nonsense() -> None:
    with NameServer({}) as server:
        names = ByNameServer(server.resolver)
        assert resolve(parse_sip_address("sip:no-such-host.test"), names) == []
        assert resolve(parse_sip_address("sip:x.broken.test"), names) == []
