"""Whatever calls there are and whatever the clock does, charts and lists count the same calls."""

from typing import Any
from zoneinfo import available_timezones

from hypothesis import given, settings
from hypothesis import strategies as st

from builders import ACME, AGENT, GLOBEX, NOW, an_id
from dialplane.domain.calls import Call, CallEvent, CallId, CallType, Direction, EventType
from dialplane.domain.disconnections import EventReason, Party
from dialplane.domain.numbers import AgentMapping
from dialplane.domain.values import AgentId
from dialplane.store import calls
from parts.world import World

HOUR_MS = 3_600_000
AGENTS = (AGENT, AgentId(an_id(1)))
CALLEES = ("01012345678", "0212345678")
REASONS = st.sampled_from([EventReason.CALLEE_BUSY, EventReason.NO_ANSWER, None])
SPAN = st.integers(-20 * 24 * HOUR_MS, 0)


@st.composite
def some_calls(draw: st.DrawFn) -> list[Call]:
    return [draw(_a_call(number)) for number in range(draw(st.integers(0, 12)))]


@st.composite
def _a_call(draw: st.DrawFn, number: int) -> Call:
    direction = draw(st.sampled_from(Direction))
    call = Call(
        id=CallId(an_id(number)),
        organization_id=draw(st.sampled_from([ACME, ACME, GLOBEX])),
        direction=direction,
        call_type=CallType(direction),
        from_number=draw(st.sampled_from(CALLEES)),
        to_number=draw(st.sampled_from(CALLEES)),
        agent=AgentMapping(agent_id=draw(st.sampled_from(AGENTS))),
        agent_version="current",
        created_at=NOW + draw(SPAN),
    )
    if draw(st.booleans()):
        call = call.told(CallEvent(type=EventType.ANSWERED, at=call.created_at + draw(_WAIT)))
        ended = CallEvent(
            type=EventType.ENDED, at=(call.answered_at or 0) + draw(_WAIT), hung_up_by=Party.CALLER
        )
        return call.told(ended) if draw(st.booleans()) else call
    failed = CallEvent(
        type=EventType.FAILED, at=call.created_at + draw(_WAIT), reason=draw(REASONS)
    )
    return call.told(failed) if draw(st.booleans()) else call


_WAIT = st.integers(0, 3 * HOUR_MS)
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["ended", "ongoing", "queued", "not_connected"]),
        "call_type": st.sampled_from(["inbound", "outbound"]),
        "disconnection_reason": st.sampled_from(["user_hangup", "dial_busy"]),
        "call_to": st.sampled_from(CALLEES),
        "call_from": st.sampled_from(CALLEES),
        "agent_id": st.sampled_from(AGENTS),
    },
)
RANGE = st.tuples(SPAN, SPAN).map(
    lambda ends: {"start_at_after": NOW + min(ends), "start_at_before": NOW + max(ends)}
)
CUT = st.fixed_dictionaries(
    {
        "time_zone": st.sampled_from(sorted(available_timezones())),
        "bucket": st.sampled_from(["hour", "day"]),
    }
)


@settings(max_examples=25)
@given(some=some_calls(), asked=FILTERS, bounds=RANGE, cut=CUT)
def test_each_bucket_holds_the_calls_the_list_finds_in_it(
    *, world: World, some: list[Call], asked: Any, bounds: Any, cut: Any
) -> None:
    _given(world, some)

    told = world.acme.get("/x/v1/calls/counts", **cut, **asked, **bounds).json

    assert told["totals"]["calls"] == _listed(world, **asked, **bounds)
    assert told["totals"]["calls"] == sum(each["calls"] for each in told["buckets"])
    for each in told["buckets"]:
        if each["calls"]:
            within_it = {
                "start_at_after": each["start_at"],
                "start_at_before": each["end_at"] - 1,
            }
            assert each["calls"] == _listed(world, **asked, **within_it)
            assert sum(each["by_direction"].values()) == each["calls"]
            assert sum(each["by_status"].values()) == each["calls"]


def _given(world: World, some: list[Call]) -> None:
    with world.database.writing() as db:
        db.run("DELETE FROM calls")
        for call in some:
            calls.add(db, call)


def _listed(world: World, **query: Any) -> int:
    total: int = world.acme.get("/v3/calls", limit=1, **query).json["total_count"]
    return total
