"""What the edge reports becomes one record per call, however it arrives."""

from itertools import permutations
from typing import Any

import pytest

from builders import ACME, AGENT, GLOBEX, NOTHING, NUMBER, an_id
from dialplane.domain.calls import NEWS_MAY_BE_LATE_MS, Call, CallId, CallStatus
from dialplane.domain.disconnections import DisconnectionReason
from dialplane.operations import call_events
from dialplane.store import calls, peers, refusals
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


def test_an_end_is_counted_once_however_often_it_is_told(world: World, edge: EdgeClient) -> None:
    given_calls_go_through(world)
    edge.ask()
    before = endings(world)

    for _ in range(2):
        edge.tell(edge.event("call.ended", hung_up_by="callee", duration_ms=10, **DECIDED))

    assert endings(world) == before + 1


def endings(world: World) -> float:
    text = world.nobody.get("/metrics").body.decode()
    line = 'dialplane_call_endings_total{direction="inbound",reason="agent_hangup"} '
    return sum(float(each.removeprefix(line)) for each in text.splitlines() if line in each)


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


@pytest.mark.parametrize(
    "strange",
    [
        {"caller": "a\x00\ud800b", "sip_call_id": "\x00", "target_uri": "sip:\x00"},
        {"agent_version": "\x00", "revision": "\x00"},
        {"called": "x" * 5000},
    ],
)
def test_strings_of_strangers_never_stop_a_batch(
    world: World, edge: EdgeClient, strange: dict[str, str]
) -> None:
    given_calls_go_through(world)
    nasty = edge.event("call.started", **DECIDED) | strange

    assert edge.send("/events", {"edge_id": "e", "events": [nasty]}).json["accepted"] == 1


@pytest.mark.parametrize("count", [0, 251])
def test_a_batch_has_one_to_250_events(edge: EdgeClient, count: int) -> None:
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


BOOT, NEXT_BOOT = an_id(0xB001), an_id(0xB002)
EXTRA_MS = 1000


def restarted(edge: EdgeClient, boot_id: str = NEXT_BOOT, edge_id: str = "edge-1") -> None:
    event = edge.event("edge.started", boot_id=boot_id)
    receipt = edge.send("/events", {"edge_id": edge_id, "events": [event]}).json
    assert receipt["accepted"] == 1


class TestAnEdgeThatStartsAnew:
    def test_what_it_had_not_seen_answered_is_over(self, world: World, edge: EdgeClient) -> None:
        given_calls_go_through(world)
        edge.ask(boot_id=BOOT)

        restarted(edge)

        call = the_call(world)
        assert call.status is CallStatus.ERROR
        assert call.ending is not None
        assert call.ending.reason == "edge_restarted"
        assert call.seat_until is None

    def test_calls_of_this_life_and_of_other_edges_are_none_of_its_business(
        self, world: World, edge: EdgeClient
    ) -> None:
        given_calls_go_through(world)
        edge.ask(boot_id=BOOT)

        restarted(edge, boot_id=BOOT)
        restarted(edge, edge_id="edge-2")

        assert the_call(world).ending is None

    def test_an_older_edge_that_does_not_say_is_left_alone(
        self, world: World, edge: EdgeClient
    ) -> None:
        given_calls_go_through(world)
        edge.ask()

        restarted(edge)

        assert the_call(world).ending is None

    def test_a_call_that_talks_goes_on_but_not_for_ever(
        self, world: World, edge: EdgeClient
    ) -> None:
        given_calls_go_through(world)
        edge.ask(boot_id=BOOT)
        edge.tell(edge.event("call.answered", **DECIDED))

        restarted(edge)

        soon = world.clock() + NEWS_MAY_BE_LATE_MS - EXTRA_MS
        call_events.lose_overdue(world.database, now=soon)
        assert the_call(world).status is CallStatus.ONGOING
        call_events.lose_overdue(world.database, now=soon + 2 * EXTRA_MS)
        call = the_call(world)
        assert call.status is CallStatus.ERROR
        assert call.ending is not None
        assert call.ending.reason == "edge_restarted"

    def test_what_passes_the_new_edge_is_the_end_of_the_call(
        self, world: World, edge: EdgeClient
    ) -> None:
        given_calls_go_through(world)
        edge.ask(boot_id=BOOT)
        restarted(edge)

        passed = edge.event("call.ended", at=world.clock() + 9000, hung_up_by="caller")
        assert edge.tell(passed)["accepted"] == 1

        call = the_call(world)
        assert (call.status, call.disconnection_reason) == (
            CallStatus.ENDED,
            DisconnectionReason.USER_HANGUP,
        )

    def test_a_call_from_its_own_memory_is_settled_too(
        self, world: World, edge: EdgeClient
    ) -> None:
        given_calls_go_through(world)
        edge.tell(edge.event("call.started", boot_id=BOOT, **DECIDED))

        restarted(edge)

        assert the_call(world).status is CallStatus.ERROR


def test_a_trunk_is_known_to_refuse_our_login_until_a_call_goes_through(
    world: World, edge: EdgeClient
) -> None:
    given_calls_go_through(world)
    edge.ask()
    of_trunk = {"direction": "outbound", "target_id": "ST_trunk", **DECIDED}

    edge.tell(edge.event("call.failed", reason="target_auth_failed", sip_code=502, **of_trunk))
    with world.database.reading() as db:
        assert peers.find_login_refused_at(db, "ST_trunk") == world.clock()

    edge.tell(edge.event("call.answered", at=world.clock() - 1, **of_trunk))
    with world.database.reading() as db:
        assert peers.find_login_refused_at(db, "ST_trunk") is not None

    edge.tell(edge.event("call.answered", at=world.clock() + 1, **of_trunk))
    with world.database.reading() as db:
        assert peers.find_login_refused_at(db, "ST_trunk") is None
