"""Calls by hour and day over HTTP: what a chart is drawn from."""

from typing import Any

import pytest

from builders import ACME, DIGITS, GLOBEX, NOW, a_number, an_id
from dialplane.domain.call_counts import LONGEST_MS
from dialplane.domain.calls import CallId, CallType, Direction
from dialplane.domain.disconnections import EventReason
from dialplane.domain.values import DAY_MS
from dialplane.store import call_counts
from dialplane.store.call_lists import CallFilter
from parts.client import Client
from parts.clock import in_seoul
from parts.kept_calls import a_call, answered, failed, kept
from parts.world import World

COUNTS = "/x/v1/calls/counts"
EVENING = {
    "start_at_after": in_seoul("2024-10-12 15:00"),
    "start_at_before": in_seoul("2024-10-12 17:00") - 1,
}


def counted(client: Client, **query: Any) -> dict[str, Any]:
    answer = client.get(COUNTS, **query)
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json
    return found


def test_each_hour_tells_what_became_of_its_calls(world: World, acme: Client) -> None:
    inbound = a_call(3, direction=Direction.INBOUND, call_type=CallType.INBOUND)
    kept(
        world,
        answered(a_call(1), lasted_ms=60_000),
        failed(a_call(2), EventReason.CALLEE_BUSY),
        answered(inbound, lasted_ms=30_000),
        answered(a_call(4, organization_id=GLOBEX), lasted_ms=1),
    )

    told = counted(acme, **EVENING)

    first, second = told["buckets"]
    assert told["totals"] == {name: first[name] for name in told["totals"]}
    assert told["totals"] == {
        "calls": 3,
        "answered": 2,
        "answered_share": 0.6667,
        "mean_duration_ms": 45_000,
        "by_direction": {"inbound": 1, "outbound": 2},
        "by_status": {"ended": 2, "not_connected": 1},
        "by_disconnection_reason": {"user_hangup": 1, "agent_hangup": 1, "dial_busy": 1},
    }
    assert (second["calls"], second["answered_share"], second["mean_duration_ms"]) == (
        0,
        None,
        None,
    )
    assert (second["start_at"], second["end_at"]) == (
        in_seoul("2024-10-12 16:00"),
        EVENING["start_at_before"] + 1,
    )


def test_without_a_range_it_is_the_last_24_hours(world: World, acme: Client) -> None:
    kept(world, a_call(1, created_at=NOW), a_call(2, created_at=NOW - DAY_MS))

    told = counted(acme)

    assert (told["time_zone"], told["bucket"]) == ("Asia/Seoul", "hour")
    assert (told["start_at_after"], told["start_at_before"]) == (NOW - DAY_MS + 1, NOW)
    assert told["totals"]["calls"] == 1
    assert len(told["buckets"]) == 25


def test_a_number_has_calls_to_it_and_from_it(world: World, acme: Client) -> None:
    world.given(a_number())
    number = a_number().id
    kept(
        world,
        a_call(1, number_id=number),
        a_call(2, number_id=number, direction=Direction.INBOUND, from_number="01012345678"),
        a_call(3),
    )

    assert counted(acme, number_id=number, **EVENING)["totals"]["calls"] == 2
    assert counted(acme, number_id=an_id(9), **EVENING)["totals"]["calls"] == 0
    assert counted(acme, call_from=f"+82 {DIGITS[1:]}", **EVENING)["totals"]["calls"] == 2


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"time_zone": "Asia/Pyeongchang"}, "time_zone"),
        ({"time_zone": "../zoneinfo/Asia/Seoul"}, "time_zone"),
        ({"bucket": "week"}, "bucket"),
        ({"start_at_after": NOW, "start_at_before": NOW - 1}, "start_at_after"),
        ({"start_at_after": NOW + 1}, "start_at_after"),
        ({"start_at_after": NOW - LONGEST_MS}, "start_at_after"),
    ],
)
def test_a_range_has_to_make_sense(acme: Client, asked: dict[str, Any], field: str) -> None:
    refused = acme.get(COUNTS, **asked)

    assert (refused.status, refused.fields) == (400, [field])


def test_the_longest_range_has_every_hour_of_it(acme: Client) -> None:
    told = counted(acme, start_at_after=NOW - LONGEST_MS + 1, time_zone="UTC")

    assert len(told["buckets"]) == 32 * 24 + 1


def test_only_the_calls_of_the_range_are_looked_at(world: World, engine: str) -> None:
    with world.database.writing() as db:
        for number in range(200):
            db.run(
                """
                INSERT INTO calls (id, organization_id, direction, call_type, metadata,
                                   dynamic_variables, opt_out_sensitive_data_storage,
                                   created_at, status)
                VALUES (:id, :owner, 'inbound', 'inbound', '{}', '{}', 0, :at, 'queued')
                """,
                id=CallId(an_id(number)),
                owner=ACME,
                at=NOW - number * DAY_MS,
            )
    wanted = CallFilter(start_at_after=NOW - DAY_MS, start_at_before=NOW)
    question, parameters = call_counts.question(ACME, wanted, first=NOW - DAY_MS, grain_ms=DAY_MS)
    explain = "EXPLAIN " if engine == "postgres" else "EXPLAIN QUERY PLAN "

    with world.database.writing() as db:
        if engine == "postgres":
            db.run("SET LOCAL enable_seqscan = off")  # it would do for so few
        plan = str([dict(row) for row in db.all(explain + question, **parameters)])

    assert "calls_by_organization" in plan
    assert "calls_astray" in plan
    assert "SCAN calls" not in plan
    assert "Seq Scan" not in plan
