"""Trunks and runtimes over time: each flip is one change, and shares are exact."""

from typing import Any

import pytest

from builders import NOTHING, NOW, TRUNK, a_number
from dialplane.domain.peer_health import CHANGES_KEPT_MS
from dialplane.domain.values import DAY_MS
from dialplane.operations import call_events
from dialplane.store import peer_health
from parts.edge_client import EdgeClient
from parts.world import World

HOUR = 3_600_000
TRUNK_URI = TRUNK.address_uri or ""
TRUNK_HEALTH = f"/x/v1/trunks/{TRUNK.inbound_trunk_id}/health"


@pytest.fixture
def edge(world: World) -> EdgeClient:
    return EdgeClient(world)


def long_ago(**changes: Any) -> Any:
    return a_number(created_at=NOW - 80 * DAY_MS, **changes)


def tell(edge: EdgeClient, *flips: tuple[str, int], uri: str = TRUNK_URI, code: int = 408) -> None:
    edge.tell(
        *(edge.event(word, target_uri=uri, at=at, sip_code=code) for word, at in flips),
    )


def rows(world: World, uri: str = TRUNK_URI) -> list[dict[str, Any]]:
    with world.database.reading() as db:
        return [
            dict(row)
            for row in db.all(
                "SELECT down, since, until, sip_code FROM peer_changes WHERE uri = :uri"
                " ORDER BY since",
                uri=uri,
            )
        ]


def test_each_flip_is_written_down_once(world: World, edge: EdgeClient) -> None:
    up, down = NOW - 3 * HOUR, NOW - 2 * HOUR
    repeated = edge.event("trunk.down", target_uri=TRUNK_URI, at=down, sip_code=408)

    tell(edge, ("trunk.up", up), ("trunk.up", up + 1), code=200)
    edge.tell(repeated)
    edge.tell(repeated)
    tell(edge, ("trunk.down", down + 5), code=503)
    tell(edge, ("trunk.up", down + 3))

    assert rows(world) == [
        {"down": 0, "since": up, "until": down, "sip_code": 200},
        {"down": 1, "since": down, "until": None, "sip_code": 408},
    ]


def test_two_flips_in_one_millisecond_leave_the_last(world: World, edge: EdgeClient) -> None:
    tell(edge, ("trunk.up", NOW - 2), ("trunk.down", NOW - 1), ("trunk.up", NOW - 1))

    assert [(row["down"], row["until"]) for row in rows(world)] == [(0, NOW - 1), (0, None)]


def test_the_share_of_a_trunk_is_exact(world: World, edge: EdgeClient) -> None:
    world.given(long_ago())
    tell(edge, ("trunk.up", NOW - 48 * HOUR), ("trunk.down", NOW - 4 * HOUR))
    tell(edge, ("trunk.up", NOW - HOUR), code=200)

    told = world.acme.get(f"{TRUNK_HEALTH}?slots=2").json

    assert (told["from_at"], told["to_at"]) == (NOW - DAY_MS, NOW)
    assert (told["state"], told["state_since_at"]) == ("up", NOW - HOUR)
    assert told["health"] == {
        "availability": 0.875,
        "up_ms": 21 * HOUR,
        "down_ms": 3 * HOUR,
        "unknown_ms": 0,
        "slots": [
            _slot(NOW - 24 * HOUR, NOW - 12 * HOUR, up=12 * HOUR, down=0),
            _slot(NOW - 12 * HOUR, NOW, up=9 * HOUR, down=3 * HOUR),
        ],
        "span_count": 3,
        "spans": [
            {"state": "up", "from_at": NOW - HOUR, "to_at": NOW, "sip_code": 200},
            {"state": "down", "from_at": NOW - 4 * HOUR, "to_at": NOW - HOUR, "sip_code": 408},
            {"state": "up", "from_at": NOW - 24 * HOUR, "to_at": NOW - 4 * HOUR, "sip_code": 408},
        ],
    }


def _slot(begin: int, end: int, *, up: int, down: int) -> dict[str, int]:
    return {"from_at": begin, "to_at": end, "up_ms": up, "down_ms": down}


def test_a_range_ends_now_at_the_latest(world: World, edge: EdgeClient) -> None:
    world.given(long_ago())
    tell(edge, ("trunk.up", NOW - 10 * HOUR))

    told = world.acme.get(f"{TRUNK_HEALTH}?from_at={NOW - 20 * HOUR}&to_at={NOW + HOUR}").json

    assert told["to_at"] == NOW
    assert (told["health"]["up_ms"], told["health"]["unknown_ms"]) == (10 * HOUR, 10 * HOUR)
    assert told["health"]["availability"] == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        (f"from_at={NOW}", "from_at"),
        (f"from_at={NOW + HOUR}&to_at={NOW + 2 * HOUR}", "from_at"),
        (f"from_at={NOW - 31 * DAY_MS - 1}", "from_at"),
        ("slots=0", "slots"),
        ("slots=201", "slots"),
    ],
)
def test_a_range_that_is_none_is_refused(world: World, query: str, field: str) -> None:
    world.given(long_ago())

    refused = world.acme.get(f"{TRUNK_HEALTH}?{query}")

    assert (refused.status, refused.fields) == (400, [field])


def test_a_hundred_spans_are_told_and_all_are_counted(world: World, edge: EdgeClient) -> None:
    world.given(long_ago())
    for begin in range(0, 120, 40):
        tell(
            edge,
            *(
                ("trunk.down" if minute % 2 else "trunk.up", NOW - 2 * HOUR + minute * 60_000)
                for minute in range(begin, begin + 40)
            ),
        )

    health = world.acme.get(f"{TRUNK_HEALTH}?from_at={NOW - 2 * HOUR}").json["health"]

    assert (health["span_count"], len(health["spans"])) == (120, 100)
    assert health["spans"][0]["to_at"] == NOW
    assert (health["up_ms"], health["down_ms"]) == (HOUR, HOUR)


def test_what_a_peer_was_for_others_before_is_not_told(world: World, edge: EdgeClient) -> None:
    world.given(a_number(created_at=NOW - HOUR))
    tell(edge, ("trunk.up", NOW - 10 * HOUR))

    told = world.acme.get(TRUNK_HEALTH).json
    before = world.acme.get(f"{TRUNK_HEALTH}?to_at={NOW - 2 * HOUR}").json

    assert told["state_since_at"] == NOW - HOUR
    assert (told["health"]["up_ms"], told["health"]["unknown_ms"]) == (HOUR, 23 * HOUR)
    assert before["health"]["availability"] is None


def test_somebody_elses_trunk_is_none(world: World, edge: EdgeClient) -> None:
    world.given(long_ago())
    tell(edge, ("trunk.up", NOW - 10 * HOUR))

    assert world.globex.get(TRUNK_HEALTH).status == 404
    assert world.acme.get("/x/v1/trunks/ST_000000000000/health").status == 404
    assert world.acme.get("/x/v1/trunks/nonsense/health").fields == ["trunk_id"]


class TestRuntimes:
    def test_a_runtime_is_up_while_one_of_its_targets_is(
        self, world: World, edge: EdgeClient
    ) -> None:
        one, other = "sip:10.0.0.5", "sip:10.0.0.6"
        made = world.acme.post(
            "/x/v1/runtimes",
            {"name": "house", "targets": [{"address": one}, {"address": other}]},
        ).json
        world.clock.advance(seconds=24 * 3600)
        now = world.clock()
        tell(edge, ("runtime.up", NOW), ("runtime.down", now - 4 * HOUR), uri=one)
        tell(edge, ("runtime.up", NOW), ("runtime.down", now - 2 * HOUR), uri=other)
        tell(edge, ("runtime.up", now - HOUR), uri=one, code=200)

        told = world.acme.get(f"/x/v1/runtimes/{made['id']}/health").json

        assert told["health"]["down_ms"] == HOUR
        assert [each["state"] for each in told["health"]["spans"]] == ["up", "down", "up"]
        assert [each["health"]["down_ms"] for each in told["targets"]] == [3 * HOUR, 2 * HOUR]
        assert [each["state"] for each in told["targets"]] == ["up", "down"]
        assert told["targets"][1]["state_since_at"] == now - 2 * HOUR

    def test_somebody_elses_runtime_is_none(self, world: World) -> None:
        made = world.globex.post(
            "/x/v1/runtimes", {"name": "house", "targets": [{"address": "sip:10.0.0.5"}]}
        ).json

        assert world.acme.get(f"/x/v1/runtimes/{made['id']}/health").status == 404
        assert world.acme.get(f"/x/v1/runtimes/{NOTHING}/health").status == 404


class TestForgetting:
    def test_only_what_ended_long_ago_goes(self, world: World, edge: EdgeClient) -> None:
        old = NOW - CHANGES_KEPT_MS
        tell(edge, ("trunk.up", old - 9), ("trunk.down", old - 1), ("trunk.up", old), code=200)
        tell(edge, ("runtime.down", old - 1_000), uri="sip:10.0.0.9")

        call_events.lose_overdue(world.database, now=NOW)

        assert [row["since"] for row in rows(world)] == [old - 1, old]
        assert [row["until"] for row in rows(world, "sip:10.0.0.9")] == [None]

    def test_so_many_at_a_time_the_oldest_first(self, world: World, edge: EdgeClient) -> None:
        old = NOW - CHANGES_KEPT_MS - HOUR
        tell(edge, *(("trunk.down" if n % 2 else "trunk.up", old + n) for n in range(6)))

        with world.database.writing() as db:
            assert peer_health.forget(db, now=NOW, limit=3) == 3

        assert [row["since"] for row in rows(world)] == [old + 3, old + 4, old + 5]
