"""A simulation, the live call and its replay agree, whatever is configured and whoever calls."""

from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from builders import AGENT, NOTHING, a_number, an_agent, an_id
from dialplane.domain.digits import read_digits
from dialplane.domain.number_routing import InboundAuth
from dialplane.domain.numbers import Status
from dialplane.domain.routing import AnotherAgent, AnotherRuntime, Arm, SipTransfer
from dialplane.domain.routing import TelephoneTransfer as Telephone
from dialplane.domain.runtimes import RuntimeTarget, TargetId
from dialplane.domain.values import AgentId, NumberId
from dialplane.store import peers
from dialplane.store.database import Database
from parts.callable import (
    HOUSE,
    SPARE,
    a_called_number,
    a_runtime,
    given_addresses,
    given_limits,
    given_routing,
    given_runtimes,
    mapped,
)
from parts.edge_client import RUNTIME_IP, TRUNK_IP, EdgeClient
from parts.sweeping import sweep
from parts.walks import ON_ONE_ENGINE
from parts.world import World

pytestmark = ON_ONE_ENGINE

OTHER = AgentId(an_id(0xDA1))
LATER, EARLY = 2**45, 1
agents = st.sampled_from([AGENT, OTHER, AgentId(NOTHING)])
versions = st.sampled_from(["current", "production", "v1", "v2"])
mappings = st.builds(mapped, agents, versions)
lives = st.sampled_from(
    [
        *[{"status": Status.ACTIVE}] * 6,
        {"status": Status.SCHEDULED, "start_at": LATER},
        {"status": Status.SCHEDULED, "start_at": EARLY},
        {"status": Status.EXPIRED, "end_at": EARLY},
        {"status": Status.CANCEL_REQUESTED, "end_at": EARLY, "cancel_requested_at": EARLY},
        {"status": Status.CANCEL_REQUESTED, "end_at": LATER, "cancel_requested_at": EARLY},
    ]
)
fallbacks = st.one_of(
    st.builds(AnotherAgent, mapping=mappings),
    st.builds(AnotherRuntime, runtime_id=st.sampled_from([HOUSE, SPARE])),
    st.just(SipTransfer(uri="sip:desk@pbx.example")),
    st.just(Telephone(digits="023123456")),
)
arms = st.builds(Arm, label=st.sampled_from("abc"), mapping=mappings, weight=st.integers(0, 2))
networks = st.sampled_from(["198.51.100.0/24", "203.0.113.77/32", "0.0.0.0/0", "::/0"])
configurations = st.fixed_dictionaries(
    {
        "number": lives,
        "inbound": st.none() | mappings,
        "outbound": st.none() | mappings,
        "agent": st.fixed_dictionaries({"production_version": st.sampled_from([None, 1])}),
        "runtimes": st.sampled_from([1, 2, 0]),
        "down": st.sets(st.sampled_from(["sip:10.0.0.5:5060", "sip:10.0.0.8"])),
        "known": st.booleans(),
        "limit": st.none() | st.integers(0, 1),
        "routing": st.fixed_dictionaries(
            {
                "allowed": st.lists(networks, max_size=2, unique=True).map(
                    lambda texts: tuple(ip_network(text) for text in texts)
                ),
                "inbound_auth": st.sampled_from(InboundAuth),
                "inbound_split": st.lists(arms, max_size=2, unique_by=lambda arm: arm.label).map(
                    tuple
                ),
                "fallbacks": st.lists(fallbacks, max_size=3).map(tuple),
                "concurrent_calls": st.none() | st.integers(0, 1),
            }
        ),
    }
)
# Most calls should get past the door, so the right source of each direction is the likeliest.
RIGHT = "right"
sources = st.just(RIGHT) | st.sampled_from(
    [
        *[RIGHT] * 5,
        "203.0.113.10",
        "203.0.113.77",
        "198.51.100.9",
        "10.0.0.5",
        "2001:db8::1",
        "::ffff:203.0.113.10",
    ]
)
spellings = st.just("07011112222") | st.sampled_from(
    [
        *["07011112222", "+82 70-1111-2222"] * 4,
        *["7011112222", "07011112223", "07033334444", "alice", ""],
    ]
)


@pytest.fixture
def swept_worlds(swept_database: Database, tmp_path: Path) -> Iterator[Any]:
    """A new world for each example, on the database of the test."""
    opened: list[World] = []

    def begin() -> World:
        while opened:
            opened.pop().close()
        sweep(swept_database)
        environment = {"DIALPLANE_DATA_DIR": str(tmp_path / "data")}
        opened.append(World(swept_database, environment))
        return opened[-1]

    yield begin
    for each in opened:
        each.close()


def configured(world: World, said: dict[str, Any]) -> None:
    number = a_called_number(
        inbound_agent=said["inbound"], outbound_agent=said["outbound"], **said["number"]
    )
    world.given(an_agent(last_version=1, **said["agent"]), an_agent(id=OTHER))
    world.given(number, a_number(id=NumberId(an_id(4)), number="07033334444"))
    spare = RuntimeTarget(id=TargetId(an_id(0x77)), address="10.0.0.8", uri="sip:10.0.0.8")
    runtimes = [a_runtime(), a_runtime(id=SPARE, name="b", is_default=False, targets=(spare,))]
    given_runtimes(world.database, *runtimes[: said["runtimes"]])
    given_routing(world.database, **said["routing"])
    if said["known"]:
        given_addresses(world.database, "sip:trunk.example.com:5060", "203.0.113.77")
        given_addresses(world.database, "sip:203.0.113.10", "203.0.113.10")
    if said["limit"] is not None:
        given_limits(world.database, concurrent_calls=said["limit"])
    with world.database.writing() as db:
        for uri in said["down"]:
            peers.mark(db, uri, down=True, at=1, sip_code=408)


@settings(max_examples=80)
@given(configurations, spellings, spellings, sources, st.sampled_from(["inbound", "outbound"]))
def test_simulation_live_call_and_replay_agree(  # noqa: PLR0913, PLR0917  # one call, whole
    swept_worlds: Any,
    said: dict[str, Any],
    called: str,
    caller: str,
    source: str,
    direction: str,
) -> None:
    # Whoever hides draws anew with each call.
    assume(not (said["routing"]["inbound_split"] and read_digits(caller).anonymous))
    if source == RIGHT:
        source = TRUNK_IP if direction == "inbound" else RUNTIME_IP
    world = swept_worlds()
    configured(world, said)
    edge = EdgeClient(world)
    body = {
        "direction": direction,
        "called": called or "1",
        "caller": caller,
        "source_address": source,
    }

    told = world.acme.post("/x/v1/routing/simulate", body).json
    ask = edge.ask if direction == "inbound" else edge.ask_out
    live = ask(body["called"], caller=caller, source_address=source)

    event(f"{direction} {live.get('reason', 'routed')}")
    assert live["decision"] == told["decision"]
    if live["decision"] == "refuse":
        assert (live["reason"], live["sip_code"]) == (told["reason"], told["sip_code"])
        return
    assert live["agent_version"] == told["resolved_version"]
    # Which of several targets goes first depends on the call; the same ones are there.
    assert {each["uri"] for each in live["targets"]} == {each["uri"] for each in told["targets"]}
    replayed = world.acme.post(f"/x/v1/calls/{live['call_id']}/replay").json
    assert replayed["same"]
    assert [each["uri"] for each in replayed["today"]["targets"]] == [
        each["uri"] for each in live["targets"]
    ]
