"""Runtimes answer for agents; one of them by default."""

from typing import Any

import pytest

from builders import AGENT, EARLIER, NOTHING, NUMBER, a_number, an_agent
from dialplane.store import peers
from parts.client import Client
from parts.world import World

RUNTIMES = "/x/v1/runtimes"
ONE = {"name": "house", "targets": [{"address": "sip:10.0.0.5:5060"}]}


def made(client: Client, **changes: Any) -> dict[str, Any]:
    answer = client.post(RUNTIMES, ONE | changes)
    assert answer.status == 200, answer.body
    runtime: dict[str, Any] = answer.json
    return runtime


def test_the_first_runtime_is_the_default_and_the_next_one_is_not(world: World) -> None:
    first = made(world.acme)
    world.clock.advance(seconds=1)
    second = made(world.acme, name="spare")

    assert (first["is_default"], second["is_default"]) == (True, False)
    assert [each["name"] for each in world.acme.get(RUNTIMES).json["items"]] == ["spare", "house"]


def test_there_is_one_default_at_a_time(acme: Client) -> None:
    first = made(acme)
    second = made(acme, name="spare", is_default=True)

    assert not acme.get(f"{RUNTIMES}/{first['id']}").json["is_default"]
    acme.patch(f"{RUNTIMES}/{first['id']}", {"is_default": True})
    assert not acme.get(f"{RUNTIMES}/{second['id']}").json["is_default"]


def test_the_default_does_not_resign(acme: Client) -> None:
    runtime = made(acme)

    refused = acme.patch(f"{RUNTIMES}/{runtime['id']}", {"is_default": False})

    assert (refused.status, refused.fields) == (400, ["is_default"])


def test_a_target_keeps_its_id_as_long_as_it_stays(acme: Client) -> None:
    runtime = made(acme)
    targets = [{"address": "10.0.0.9"}, {"address": "10.0.0.5:5060", "weight": 7}]

    changed = acme.patch(f"{RUNTIMES}/{runtime['id']}", {"targets": targets}).json

    assert changed["targets"][1]["id"] == runtime["targets"][0]["id"]
    assert changed["targets"][1]["weight"] == 7
    assert changed["name"] == "house"


def test_an_address_that_is_one_already_is_a_source_at_once(world: World) -> None:
    made(world.acme, targets=[{"address": "10.0.0.5"}, {"address": "runtime.example"}])

    with world.database.reading() as db:
        assert peers.addresses(db, "sip:10.0.0.5") == ["10.0.0.5"]
        assert peers.addresses(db, "sip:runtime.example") == []


@pytest.mark.parametrize(
    "address",
    ["sip:alice@10.0.0.5", "127.0.0.1", "169.254.169.254", "http://10.0.0.5", "2001:db8::1"],
)
def test_calls_are_not_sent_to_nonsense_nor_to_ourselves(acme: Client, address: str) -> None:
    refused = acme.post(
        RUNTIMES, ONE | {"targets": [{"address": "10.0.0.5"}, {"address": address}]}
    )

    assert (refused.status, refused.fields) == (400, ["targets.1.address"])


def test_a_target_stands_there_once(acme: Client) -> None:
    targets = [{"address": "10.0.0.5"}, {"address": "sip:10.0.0.5"}]

    assert acme.post(RUNTIMES, ONE | {"targets": targets}).fields == ["targets.1.address"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"targets": []}, "targets"),
        ({"targets": [{"address": f"10.0.0.{n}"} for n in range(17)]}, "targets"),
        ({"targets": [{"address": "10.0.0.1", "priority": 101}]}, "targets.0.priority"),
        ({"targets": [{"address": "10.0.0.1", "weight": -1}]}, "targets.0.weight"),
        ({"targets": [{}]}, "targets.0.address"),
        ({"is_default": "yes"}, "is_default"),
    ],
)
def test_what_is_wrong_is_named(acme: Client, change: dict[str, Any], field: str) -> None:
    assert acme.post(RUNTIMES, ONE | change).fields == [field]


def test_what_the_edge_last_heard_is_told_and_changes_the_tag(world: World) -> None:
    runtime = made(world.acme)
    path = f"{RUNTIMES}/{runtime['id']}"
    before = world.acme.get(path)
    assert before.json["targets"][0]["state"] == "unknown"

    with world.database.writing() as db:
        peers.mark(db, "sip:10.0.0.5:5060", down=True, at=EARLIER, sip_code=408)

    after = world.acme.get(path)
    assert after.json["targets"][0]["state"] == "down"
    assert after.etag != before.etag


class TestAgents:
    def test_an_agent_may_name_a_runtime_and_go_back_to_the_default(self, world: World) -> None:
        world.given(an_agent())
        path, runtime = f"/x/v1/agents/{AGENT}/runtime", made(world.acme)
        assert world.acme.get(path).json["runtime_id"] is None

        world.acme.patch(path, {"runtime_id": runtime["id"]})
        assert world.acme.get(path).json == {"agent_id": AGENT, "runtime_id": runtime["id"]}

        world.acme.patch(path, {"runtime_id": None})
        assert world.acme.get(path).json["runtime_id"] is None

    def test_a_runtime_of_nobody_or_of_somebody_else_is_refused(self, world: World) -> None:
        world.given(an_agent())
        foreign = made(world.globex)["id"]

        for runtime_id in (NOTHING, foreign):
            refused = world.acme.patch(f"/x/v1/agents/{AGENT}/runtime", {"runtime_id": runtime_id})
            assert (refused.status, refused.fields) == (400, ["runtime_id"])


class TestDeletion:
    def test_a_runtime_nobody_needs_goes(self, acme: Client) -> None:
        runtime = made(acme)

        assert acme.delete(f"{RUNTIMES}/{runtime['id']}").json["deleted"]
        assert acme.get(f"{RUNTIMES}/{runtime['id']}").status == 404

    def test_one_that_answers_for_somebody_stays(self, world: World) -> None:
        world.given(an_agent(), a_number())
        runtime = made(world.acme)
        world.acme.patch(f"/x/v1/agents/{AGENT}/runtime", {"runtime_id": runtime["id"]})
        fallback = {"type": "runtime", "runtime_id": runtime["id"]}
        world.acme.patch(f"/x/v1/numbers/{NUMBER}/routing", {"fallbacks": [fallback]})

        refused = world.acme.delete(f"{RUNTIMES}/{runtime['id']}")

        assert (refused.status, refused.code) == (409, "RUNTIME_IN_USE")
        assert refused.details == {
            "agent_ids": [AGENT],
            "organization_telephone_number_ids": [NUMBER],
        }

    def test_deleting_an_agent_frees_its_runtime(self, world: World) -> None:
        world.given(an_agent())
        runtime = made(world.acme)
        world.acme.patch(f"/x/v1/agents/{AGENT}/runtime", {"runtime_id": runtime["id"]})

        world.acme.delete(f"/v3/agents/{AGENT}")

        assert world.acme.delete(f"{RUNTIMES}/{runtime['id']}").status == 200


def test_the_life_of_a_runtime_is_entered_in_the_journal(acme: Client) -> None:
    runtime = made(acme)
    acme.patch(f"{RUNTIMES}/{runtime['id']}", {"name": "other"})
    acme.delete(f"{RUNTIMES}/{runtime['id']}")

    told = [event["type"] for event in acme.get("/x/v1/events").json["items"]]

    assert {"runtime.created", "runtime.updated", "runtime.deleted"} <= set(told)
