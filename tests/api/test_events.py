"""The feed of what has happened."""

from builders import NUMBER, a_number, path_of
from parts.client import Client
from parts.world import World

EVENTS = "/x/v1/events"


def write(acme: Client, *memos: str) -> None:
    for memo in memos:
        assert acme.patch(path_of(NUMBER), {"memo": memo}).status == 200


class TestFeed:
    def test_an_event_tells_what_changed_field_by_field(self, world: World, acme: Client) -> None:
        world.given(a_number())
        write(acme, "first", "second")

        newest = acme.get(f"{EVENTS}?sort_order=desc&limit=1").json["items"][0]

        assert newest["type"] == "number.updated"
        assert newest["resource"] == {"type": "number", "id": NUMBER}
        assert newest["changes"] == {"memo": {"before": "first", "after": "second"}}
        assert newest["data"]["memo"] == "second"

    def test_a_reader_goes_on_after_the_last_position_it_has_seen(
        self, world: World, acme: Client
    ) -> None:
        world.given(a_number())
        write(acme, "first", "second")
        seen = acme.get(EVENTS).json["items"]
        write(acme, "third")

        fresh = acme.get(f"{EVENTS}?after={seen[-1]['position']}").json

        assert [event["data"]["memo"] for event in fresh["items"]] == ["third"]
        assert fresh["total_count"] == 1

    def test_events_can_be_narrowed_to_a_resource_and_a_type(
        self, world: World, acme: Client
    ) -> None:
        world.given(a_number())
        write(acme, "first")
        acme.delete(path_of(NUMBER))

        ended = acme.get(f"{EVENTS}?type=number.expired&resource_id={NUMBER}").json["items"]

        assert [event["type"] for event in ended] == ["number.expired"]

    def test_nobody_reads_the_events_of_others(self, world: World, acme: Client) -> None:
        world.given(a_number())
        write(acme, "first")

        assert world.globex.get(EVENTS).json["items"] == []


class TestAgents:
    def test_an_edit_tells_the_parts_that_differ_and_no_others(self, acme: Client) -> None:
        agent = acme.post("/v3/agents", {"name": "Night desk"}).json["agent_id"]
        acme.patch(f"/v3/agents/{agent}", {"data": {"prompt": {"firstLine": "안녕하세요"}}})

        edit = acme.get(f"{EVENTS}?type=agent.updated").json["items"][0]

        assert set(edit["changes"]) == {"data.prompt", "head_revision"}
        assert edit["changes"]["data.prompt"]["after"]["firstLine"] == "안녕하세요"

    def test_a_life_of_an_agent_is_told_from_beginning_to_end(self, acme: Client) -> None:
        path = "/v3/agents/" + acme.post("/v3/agents", {"name": "Night desk"}).json["agent_id"]
        acme.post(f"{path}/versions", {})
        acme.post(f"{path}/versions/v1/publish")
        acme.delete(path)

        events = acme.get(EVENTS).json["items"]

        assert [event["type"] for event in events] == [
            "agent.created",
            "agent.version_created",
            "agent.version_published",
            "agent.deleted",
        ]
        assert events[2]["changes"]["production_version"] == {"before": None, "after": "v1"}
        assert events[3]["data"] is None
