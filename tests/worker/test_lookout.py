"""Names of peers are looked up beside the calls, and what was known stays until it is replaced."""

from dataclasses import replace

import pytest

from builders import GLOBEX, a_number, an_id
from dialplane.domain.runtimes import RuntimeTarget, TargetId
from dialplane.domain.values import NumberId
from dialplane.store import calls, peers, runtimes
from dialplane.worker.lookout import Lookout, resolve
from parts.callable import (
    a_called_number,
    a_carrier,
    a_runtime,
    given_calls_go_through,
    given_carriers,
)
from parts.edge_client import EdgeClient
from parts.world import World

TRUNK_URI = "sip:trunk.example.com:5060"


class Names:
    """A name server that says what a test wants it to say."""

    def __init__(self, **names: list[str]) -> None:
        self.names = {name.replace("_", "."): ips for name, ips in names.items()}
        self.asked: list[str] = []

    def __call__(self, host: str) -> list[str]:
        self.asked.append(host)
        return self.names.get(host, [])


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
    lookout.stop()

    assert names.asked == ["trunk.example.com"]


def test_the_system_knows_this_machine_and_not_nonsense() -> None:
    assert "127.0.0.1" in resolve("localhost")
    assert resolve("no-such-host.invalid") == []
