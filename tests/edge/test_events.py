"""What the edge reports becomes one record per call, however it arrives."""

from itertools import permutations
from typing import Any

import pytest

from builders import ACME, AGENT, GLOBEX, NOTHING, NUMBER, an_id
from dialplane.domain.calls import Call, CallId, CallStatus
from dialplane.domain.disconnections import DisconnectionReason
from dialplane.operations import call_events
from dialplane.store import calls, refusals
from parts.callable import RUNTIME_URI, given_calls_go_through
from parts.edge_client import EdgeClient
from parts.world import World

CALL = CallId(an_id(0xCA11))
# What every event of a call that was decided carries.
DECIDED = {
    "organization_id": ACME,
    "number_id": NUMBER,
    "agent_id": AGENT,
    "agent_selector": "production",
    "agent_version": "v1",
    "revision": "1.0",
}


def the_call(world: World, call_id: CallId = CALL) -> Call:
    with world.database.reading() as db:
        return calls.get(db, ACME, call_id)


def life_of_a_call(world: World, edge: EdgeClient) -> list[dict[str, Any]]:
    now = world.clock()
    target = {"target_uri": f"{RUNTIME_URI}"}
    return [
        edge.event("call.started", at=now + 5, target_uri="sip:first", **DECIDED),
        edge.event("call.answered", at=now + 1000, **target, **DECIDED),
        edge.event(
            "call.ended", at=now + 9000, hung_up_by="callee", duration_ms=8000, **target, **DECIDED
        ),
    ]


@pytest.mark.parametrize("order", [*permutations(range(3))])
@pytest.mark.parametrize("asked_before", [True, False])
def test_a_call_becomes_one_record(
    *, world: World, edge: EdgeClient, order: tuple[int, ...], asked_before: bool
) -> None:
    given_calls_go_through(world)
    if asked_before:
        edge.ask()
    life = life_of_a_call(world, edge)

    for place in order:
        assert edge.tell(life[place])["accepted"] == 1

    call = the_call(world)
    assert (call.status, call.disconnection_reason) == (
        CallStatus.ENDED,
        DisconnectionReason.AGENT_HANGUP,
    )
    now = world.clock()
    assert (call.answered_at, call.end_at) == (now + 1000, now + 9000)
    with world.database.reading() as db:
        route = calls.find_route(db, ACME, CALL)
    assert route is not None
    assert route.target_uri == RUNTIME_URI


def test_an_event_told_again_is_a_duplicate(world: World, edge: EdgeClient) -> None:
    given_calls_go_through(world)
    edge.ask()
    life = life_of_a_call(world, edge)

    assert edge.tell(*life)["accepted"] == 3
    before = the_call(world)

    assert edge.tell(*life) == {"accepted": 0, "duplicates": 3, "ignored": []}
    assert the_call(world) == before


def test_a_call_decided_from_memory_is_recorded_when_we_are_back(
    world: World, edge: EdgeClient
) -> None:
    given_calls_go_through(world)
    life = [event | {"from_cache": True} for event in life_of_a_call(world, edge)]

    edge.tell(*life)

    call = the_call(world)
    assert (call.from_number, call.to_number) == ("01012345678", "07011112222")
    assert call.agent is not None
    assert (call.agent.agent_id, call.agent_version) == (AGENT, "v1")
    with world.database.reading() as db:
        route = calls.find_route(db, ACME, CALL)
    assert route is not None
    assert route.from_cache


def test_a_record_is_made_only_for_a_number_of_that_organization(
    world: World, edge: EdgeClient
) -> None:
    given_calls_go_through(world)
    foreign = edge.event("call.started", **(DECIDED | {"organization_id": GLOBEX}))
    nothing = edge.event("call.started", **(DECIDED | {"number_id": NOTHING}))
    bare = edge.event("call.failed", reason="no_answer")

    receipt = edge.tell(foreign, nothing, bare)

    assert receipt["ignored"] == [
        {"id": event["id"], "reason": "unknown_number"} for event in (foreign, nothing, bare)
    ]
    assert receipt["accepted"] == 0


def test_a_call_the_edge_refused_after_all_leaves_a_refused_attempt_and_no_call(
    world: World, edge: EdgeClient
) -> None:
    given_calls_go_through(world)
    edge.ask()

    edge.tell(edge.event("call.rejected", reason="digest_failed", sip_code=403, **DECIDED))

    with world.database.reading() as db:
        assert calls.find(db, ACME, CALL) is None
        (kept,) = refusals.last(db, ACME, NUMBER)
    assert (kept.reason, kept.source) == ("digest_failed", "203.0.113.10")


def test_a_source_refused_from_memory_is_seen_by_the_owner(world: World, edge: EdgeClient) -> None:
    given_calls_go_through(world)

    edge.tell(edge.event("call.rejected", reason="source_not_allowed", sip_code=403, **DECIDED))

    with world.database.reading() as db:
        (kept,) = refusals.last(db, ACME, NUMBER)
        assert calls.find(db, ACME, CALL) is None
    assert kept.reason == "source_not_allowed"


@pytest.mark.parametrize(
    ("facts", "status", "reason"),
    [
        ({"type": "call.failed", "reason": "caller_cancelled"}, "canceled", "user_hangup"),
        (
            {"type": "call.failed", "reason": "runtime_unreachable"},
            "not_connected",
            "orphaned_no_agent_pickup",
        ),
        (
            {"type": "call.failed", "reason": "word_of_a_newer_edge"},
            "not_connected",
            "orphaned_no_agent_pickup",
        ),
        (
            {"type": "call.ended", "reason": "max_duration_reached"},
            "ended",
            "max_duration_reached",
        ),
        ({"type": "call.ended", "hung_up_by": "somebody"}, "ended", "error_voxai"),
    ],
)
def test_how_a_call_ended(
    *, world: World, edge: EdgeClient, facts: dict[str, Any], status: str, reason: str
) -> None:
    given_calls_go_through(world)
    edge.ask()

    raw = {"edge_id": "edge-1", "events": [edge.event("") | facts]}
    assert edge.send("/events", raw).json["accepted"] == 1

    call = the_call(world)
    assert (call.status, call.disconnection_reason) == (status, reason)


@pytest.mark.parametrize(
    "change",
    [
        {"type": "call.teleported"},
        {"direction": "sideways"},
        {"call_id": "nonsense"},
        {"call_id": None},
    ],
)
def test_an_event_we_cannot_read_is_ignored_and_the_others_are_taken(
    world: World, edge: EdgeClient, change: dict[str, Any]
) -> None:
    given_calls_go_through(world)
    edge.ask()
    strange = edge.event("call.started") | change
    good = edge.event("call.answered")

    answer = edge.send("/events", {"edge_id": "edge-1", "events": [strange, good]}).json

    assert answer == {
        "accepted": 1,
        "duplicates": 0,
        "ignored": [{"id": strange["id"], "reason": "unknown_event"}],
    }
    assert the_call(world).status is CallStatus.ONGOING


def test_strings_of_strangers_never_stop_a_batch(world: World, edge: EdgeClient) -> None:
    given_calls_go_through(world)
    nasty = edge.event("call.started", **DECIDED) | {
        "caller": "a\x00\ud800b",
        "called": "x" * 5000,
        "sip_call_id": "\x00",
        "target_uri": "sip:\x00",
        "agent_version": "\x00",
        "revision": "\x00",
    }

    assert edge.send("/events", {"edge_id": "e", "events": [nasty]}).json["accepted"] == 1


@pytest.mark.parametrize("count", [0, 51])
def test_a_batch_has_one_to_fifty_events(edge: EdgeClient, count: int) -> None:
    batch = {"edge_id": "edge-1", "events": [edge.event("call.started") for _ in range(count)]}

    assert edge.send("/events", batch).status_code == 400


def test_a_call_nobody_tells_about_is_lost_until_somebody_does(
    world: World, edge: EdgeClient
) -> None:
    given_calls_go_through(world)
    edge.ask()
    life = life_of_a_call(world, edge)
    world.clock.advance(hours=1)

    assert call_events.lose_overdue(world.database, now=world.clock()) == 1
    assert the_call(world).status is CallStatus.ERROR

    edge.tell(*life)
    assert the_call(world).status is CallStatus.ENDED
    assert call_events.lose_overdue(world.database, now=world.clock()) == 0


def test_a_peer_event_without_a_peer_is_ignored(world: World, edge: EdgeClient) -> None:
    given_calls_go_through(world)

    receipt = edge.tell(edge.event("trunk.down"))

    assert receipt["ignored"][0]["reason"] == "no_peer"
