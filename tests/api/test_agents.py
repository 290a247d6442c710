"""The agents of an organization: drafts, versions, publication."""

from typing import Any

import pytest

from builders import AGENT, GLOBEX, NOTHING, a_number
from dialplane.domain.agent_data import DEFAULT_DATA
from dialplane.domain.callers import Scope
from dialplane.domain.flows import default_flow
from dialplane.domain.numbers import AgentMapping, Status
from parts.client import Client
from parts.contract import Answer
from parts.world import World

AGENTS = "/v3/agents"
FORM_ONLY = pytest.mark.parametrize("engine", ["sqlite"])
"""What is settled before any database is asked needs no second one."""

GRAPH = {
    "nodes": [
        {"id": "begin", "type": "begin"},
        {"id": "talk", "type": "conversation", "data": {"prompt": "Ask."}},
        {"id": "end", "type": "endCall"},
    ],
    "edges": [
        {"source": "begin", "target": "talk"},
        {"source": "talk", "target": "end"},
    ],
}


def created(client: Client, **sent: Any) -> dict[str, Any]:
    answer = client.post(AGENTS, {"name": "Night desk"} | sent)
    assert answer.status == 200, answer.body
    agent: dict[str, Any] = answer.json
    return agent


def path_of(agent: dict[str, Any]) -> str:
    return f"{AGENTS}/{agent['agent_id']}"


def frozen(client: Client, agent: dict[str, Any], **body: Any) -> dict[str, Any]:
    version: dict[str, Any] = client.post(f"{path_of(agent)}/versions", body).json
    return version


def published(client: Client, agent: dict[str, Any], version: str, body: Any = None) -> Answer:
    return client.post(f"{path_of(agent)}/versions/{version}/publish", body)


def names(answer: Answer) -> list[str]:
    return [agent["name"] for agent in answer.json["items"]]


class TestCreate:
    def test_a_name_is_enough(self, world: World, acme: Client) -> None:
        agent = created(acme, name="고객센터 상담원")

        assert agent["name"] == "고객센터 상담원"
        assert (agent["type"], agent["data"]) == ("single_prompt", DEFAULT_DATA)
        assert (agent["flow"], agent["flow_data"]) == (None, None)
        assert (agent["head_revision"], agent["flow_revision"]) == (1, 1)
        assert (agent["created_at"], agent["updated_at"]) == (world.clock(), world.clock())
        assert (agent["production_version"], agent["version"]) == (None, None)

    def test_an_agent_reads_as_it_was_created(self, acme: Client) -> None:
        answer = acme.post(AGENTS, {"name": "Night desk", "data": {"llm": {"model": "small"}}})

        read = acme.get(path_of(answer.json))

        assert answer.json == read.json | {"advisories": answer.json["advisories"]}
        assert read.etag == answer.etag

    def test_numbers_come_back_as_they_were_sent(self, acme: Client) -> None:
        voice = {"id": "v", "provider": "p", "speed": 1, "volume": 1.0, "temperature": 0.25}

        agent = created(acme, data={"voice": voice})

        told = [repr(agent["data"]["voice"][name]) for name in ("speed", "volume", "temperature")]
        assert told == ["1", "1.0", "0.25"]

    def test_a_flow_agent_without_a_graph_gets_one(self, acme: Client) -> None:
        assert created(acme, type="flow")["flow"] == default_flow()

    def test_the_newer_graph_wins(self, acme: Client) -> None:
        agent = created(acme, type="flow", flow=GRAPH, flow_data={"cells": []})

        assert (agent["flow"], agent["flow_data"]) == (GRAPH, None)

    def test_an_older_graph_is_kept_as_sent(self, acme: Client) -> None:
        older = {"cells": [{"x": 1.50, "label": "한글"}], "zoom": 1}

        agent = created(acme, type="flow", flow_data=older)

        assert acme.get(path_of(agent)).json["flow_data"] == older

    @FORM_ONLY
    @pytest.mark.parametrize(
        ("sent", "node_id", "field"),
        [
            ({}, None, "data.prompt.prompt"),
            ({"flow": GRAPH}, None, "type"),
            ({"type": "flow", "flow": {}}, None, "flow.nodes"),
            (
                {"type": "flow", "flow": GRAPH | {"nodes": [*GRAPH["nodes"], {"id": "x"}]}},
                "x",
                "type",
            ),
        ],
    )
    def test_what_would_not_work_is_said_but_kept(
        self, acme: Client, sent: dict[str, Any], node_id: str | None, field: str
    ) -> None:
        [finding] = created(acme, **sent)["advisories"]

        assert (finding["node_id"], finding["field"]) == (node_id, field)

    @FORM_ONLY
    def test_advisories_speak_the_language_of_the_caller(self, acme: Client) -> None:
        [korean] = created(acme)["advisories"]
        [english] = created(acme.sending(accept_language="en"))["advisories"]

        assert korean["message"] == "프롬프트가 비어 있습니다."
        assert english["message"] == "The prompt is empty."

    @FORM_ONLY
    def test_a_folder_is_taken_and_forgotten(self, acme: Client) -> None:
        agent = created(acme, folder_id="sales")

        assert "folder_id" not in agent

    @FORM_ONLY
    @pytest.mark.parametrize(
        ("body", "fields"),
        [
            ({}, ["name"]),
            ({"name": ""}, ["name"]),
            ({"name": "n" * 256}, ["name"]),
            ({"name": None}, ["name"]),
            ({"name": "x", "type": "voice"}, ["type"]),
            ({"name": "x", "type": None}, ["type"]),
            ({"name": "x", "flow": None}, ["flow"]),
            ({"name": "x", "flow": []}, ["flow"]),
            ({"name": "x", "flow_data": None}, ["flow_data"]),
            ({"name": "x", "organization_id": NOTHING}, ["organization_id"]),
            ({"name": "x", "data": {"manualIds": []}}, ["data.manualIds"]),
            ({"name": "x", "data": {"llm": {}}}, ["data.llm.model"]),
            (
                {"name": "x", "data": {"builtInTools": [{"toolType": "transfer_agent"}]}},
                ["data.builtInTools.0.agent"],
            ),
            (
                {"type": "x", "data": {"voice": {}}},
                ["name", "type", "data.voice.id", "data.voice.provider"],
            ),
        ],
    )
    def test_refuses_what_is_no_agent(
        self, acme: Client, body: dict[str, Any], fields: list[str]
    ) -> None:
        answer = acme.post(AGENTS, body)

        assert (answer.status, answer.code, answer.fields) == (400, "VALIDATION_ERROR", fields)

    def test_the_same_key_creates_one_agent(self, acme: Client) -> None:
        once = acme.sending(idempotency_key="first")

        first, second = (once.post(AGENTS, {"name": "Night desk"}) for _ in range(2))

        assert (first.body, second.replayed) == (second.body, True)
        assert acme.get(AGENTS).json["total_count"] == 1


class TestList:
    def test_the_newest_comes_first(self, world: World, acme: Client) -> None:
        for name in ("one", "two", "three"):
            created(acme, name=name)
            world.clock.advance(seconds=1)

        assert names(acme.get(AGENTS)) == ["three", "two", "one"]
        assert names(acme.get(AGENTS, sort_order="asc")) == ["one", "two", "three"]

    def test_tells_summaries_only(self, acme: Client) -> None:
        agent = created(acme)
        frozen(acme, agent)
        published(acme, agent, "v1")

        [item] = acme.get(AGENTS).json["items"]

        assert list(item) == [
            "agent_id",
            "name",
            "type",
            "created_at",
            "updated_at",
            "production_version",
        ]
        assert item["production_version"] == "v1"

    def test_pages_show_every_agent_once(self, world: World, acme: Client) -> None:
        made = [created(acme, name=str(count))["agent_id"] for count in range(5)]
        seen: list[str] = []
        cursor = ""

        while cursor is not None:
            page = acme.get(AGENTS, limit=2, cursor=cursor).json
            assert page["total_count"] >= 5
            seen += [agent["agent_id"] for agent in page["items"]]
            cursor = page["next_cursor"]
            world.clock.advance(seconds=1)
            created(acme, name="created while reading")

        assert sorted(seen) == sorted(made)

    @pytest.mark.parametrize(
        ("q", "found"),
        [
            ("desk", {"Night desk", "DESK 100%"}),
            ("NIGHT", {"Night desk"}),
            ("상담", {"상담원_1"}),
            ("%", {"DESK 100%"}),
            ("_", {"상담원_1"}),
            ("!", {"wow!"}),
            ("Ünï", {"Ünïcode"}),
            ("'", set()),
            ("", {"Night desk", "DESK 100%", "상담원_1", "wow!", "Ünïcode"}),
        ],
    )
    def test_finds_part_of_a_name(self, acme: Client, q: str, found: set[str]) -> None:
        for name in ("Night desk", "DESK 100%", "상담원_1", "wow!", "Ünïcode"):
            created(acme, name=name)

        answer = acme.get(AGENTS, q=q)

        assert set(names(answer)) == found
        assert answer.json["total_count"] == len(found)

    def test_tells_types_apart(self, acme: Client) -> None:
        created(acme, name="prompt")
        created(acme, name="flow", type="flow")

        assert names(acme.get(AGENTS, type="flow")) == ["flow"]
        assert names(acme.get(AGENTS, type="single_prompt")) == ["prompt"]
        assert set(names(acme.get(AGENTS, type=["flow", "single_prompt"]))) == {"prompt", "flow"}

    def test_a_cursor_is_good_for_its_own_search_only(self, acme: Client) -> None:
        for _ in range(2):
            created(acme)
        cursor = acme.get(AGENTS, limit=1, q="desk").json["next_cursor"]

        assert acme.get(AGENTS, limit=1, q="desk", cursor=cursor).status == 200
        assert acme.get(AGENTS, limit=1, q="night", cursor=cursor).fields == ["cursor"]
        assert acme.get(AGENTS, limit=1, q="desk", type="flow", cursor=cursor).status == 400

    @FORM_ONLY
    @pytest.mark.parametrize(
        "query", [{"type": "voice"}, {"limit": 0}, {"sort_by": "name"}, {"q": "n" * 256}]
    )
    def test_refuses_what_it_does_not_know(self, acme: Client, query: dict[str, Any]) -> None:
        assert acme.get(AGENTS, **query).status == 400

    def test_what_others_have_is_not_listed(self, world: World, acme: Client) -> None:
        created(world.globex)

        assert acme.get(AGENTS).json == {"items": [], "total_count": 0, "next_cursor": None}


class TestRead:
    def test_current_is_the_draft(self, acme: Client) -> None:
        agent = created(acme)
        frozen(acme, agent)
        acme.patch(path_of(agent), {"data": {"prompt": {"prompt": "newer"}}})

        read = acme.get(path_of(agent), version="current")

        assert (read.json["version"], read.json["data"]["prompt"]["prompt"]) == (None, "newer")
        assert read.body == acme.get(path_of(agent)).body

    def test_a_version_is_the_agent_as_it_was_frozen(self, acme: Client) -> None:
        agent = created(acme, type="flow", flow=GRAPH, data={"prompt": {"prompt": "then"}})
        version = frozen(acme, agent, description="first")
        acme.patch(path_of(agent), {"flow": {}, "data": {"prompt": {"prompt": "now"}}})

        read = acme.get(path_of(agent), version="v1").json

        assert (read["flow"], read["data"]["prompt"]["prompt"]) == (GRAPH, "then")
        assert read["version"] == {
            "version": "v1",
            "is_production": False,
            "created_at": version["created_at"],
            "description": "first",
        }

    def test_production_is_what_was_published(self, acme: Client) -> None:
        agent = created(acme)
        frozen(acme, agent)
        frozen(acme, agent)
        published(acme, agent, "v1")

        read = acme.get(path_of(agent), version="production").json

        assert (read["version"]["version"], read["version"]["is_production"]) == ("v1", True)
        assert read["production_version"] == "v1"

    @pytest.mark.parametrize("selector", ["production", "v2", "v99999999999999999"])
    def test_a_version_that_is_not_there_is_not_found(self, acme: Client, selector: str) -> None:
        agent = created(acme)
        frozen(acme, agent)

        answer = acme.get(path_of(agent), version=selector)

        assert (answer.status, answer.code) == (404, "NOT_FOUND")

    @FORM_ONLY
    @pytest.mark.parametrize("selector", ["v0", "v01", "3", "V1", "latest", "", "v1\n", "v1 "])
    def test_what_is_no_selector_is_refused(self, acme: Client, selector: str) -> None:
        answer = acme.get(path_of(created(acme)), version=selector)

        assert (answer.status, answer.fields) == (400, ["version"])

    def test_an_agent_that_has_not_changed_is_not_sent_again(self, acme: Client) -> None:
        agent = created(acme)
        frozen(acme, agent)
        etag = acme.get(path_of(agent)).etag
        of_version = acme.get(path_of(agent), version="v1").etag

        assert acme.sending(if_none_match=etag).get(path_of(agent)).status == 304
        assert etag != of_version

        published(acme, agent, "v1")

        assert acme.sending(if_none_match=etag).get(path_of(agent)).status == 200
        again = acme.sending(if_none_match=of_version).get(path_of(agent), version="v1")
        assert again.json["version"]["is_production"] is True

    def test_upper_case_ids_name_the_same_agent(self, acme: Client) -> None:
        agent = created(acme)

        read = acme.get(f"{AGENTS}/{agent['agent_id'].upper()}")

        assert read.json["agent_id"] == agent["agent_id"]


class TestEdit:
    def test_parts_merge_one_level_deep(self, world: World, acme: Client) -> None:
        agent = created(
            acme,
            data={
                "prompt": {"prompt": "old", "firstLine": "hello"},
                "presetDynamicVariables": {"a": "1"},
                "security": {"piiMasking": {"enabled": True, "name": True}},
            },
        )
        world.clock.advance(seconds=1)

        changed = acme.patch(
            path_of(agent),
            {
                "data": {
                    "prompt": {"prompt": "new"},
                    "presetDynamicVariables": {"b": "2"},
                    "security": {"piiMasking": {"enabled": True}},
                }
            },
        ).json

        assert changed["data"]["prompt"] == agent["data"]["prompt"] | {"prompt": "new"}
        assert changed["data"]["presetDynamicVariables"] == {"b": "2"}
        assert changed["data"]["security"]["piiMasking"]["name"] is False
        assert changed["data"]["voice"] == agent["data"]["voice"]
        assert (changed["head_revision"], changed["updated_at"]) == (2, world.clock())

    def test_only_the_name_changes_when_only_the_name_is_sent(self, acme: Client) -> None:
        agent = created(acme, type="flow", flow=GRAPH)

        changed = acme.patch(path_of(agent), {"name": "Day desk"}).json

        assert changed == agent | {"name": "Day desk", "head_revision": 2}

    def test_a_graph_replaces_the_whole_graph(self, acme: Client) -> None:
        agent = created(acme, type="flow", flow=GRAPH)

        changed = acme.patch(path_of(agent), {"flow": {"nodes": []}}).json

        assert (changed["flow"], changed["flow_revision"]) == ({"nodes": []}, 2)

    def test_null_removes_the_webhooks(self, acme: Client) -> None:
        hooks = {"callDataWebhookUrl": "https://hooks.example.com"}
        agent = created(acme, data={"webhookSettings": hooks})

        changed = acme.patch(path_of(agent), {"data": {"webhookSettings": None}}).json

        assert agent["data"]["webhookSettings"]["enableAlimtalkOnCallEnd"] is False
        assert changed["data"]["webhookSettings"] is None

    @pytest.mark.parametrize("field", ["expected_head_revision", "expected_flow_revision"])
    @pytest.mark.parametrize("expected", [0, 1, 3])
    def test_an_edit_of_another_draft_than_expected_is_refused(
        self, acme: Client, field: str, expected: int
    ) -> None:
        agent = created(acme, type="flow")
        acme.patch(path_of(agent), {"flow": GRAPH})

        answer = acme.patch(path_of(agent), {"name": "Day desk", field: expected})

        assert (answer.status, answer.code) == (409, "REVISION_CONFLICT")
        assert answer.details == {"field": field}
        assert acme.patch(path_of(agent), {"name": "Day desk", field: 2}).status == 200

    def test_if_match_keeps_the_edits_of_others(self, acme: Client) -> None:
        agent = created(acme)
        etag = acme.get(path_of(agent)).etag
        mine = acme.sending(if_match=etag)

        assert mine.patch(path_of(agent), {"name": "first"}).status == 200
        lost = mine.patch(path_of(agent), {"name": "second"})

        assert (lost.status, lost.code) == (412, "REVISION_CONFLICT")
        assert acme.get(path_of(agent)).json["name"] == "first"

    @FORM_ONLY
    @pytest.mark.parametrize(
        ("body", "fields"),
        [
            ({}, ["body"]),
            ({"expected_head_revision": 1}, ["body"]),
            ({"name": None}, ["name"]),
            ({"type": "flow"}, ["type"]),
            ({"flow": None}, ["flow"]),
            ({"data": None}, ["data"]),
            ({"data": {"prompt": None}}, ["data.prompt"]),
            ({"data": {"voice": {"speed": 2}}}, ["data.voice.id", "data.voice.provider"]),
            ({"data": {"llm": {"temperature": 1}}}, ["data.llm.model"]),
            ({"name": "x", "expected_head_revision": -1}, ["expected_head_revision"]),
            ({"name": "x", "expected_head_revision": None}, ["expected_head_revision"]),
            ({"name": "x", "folder_id": None}, ["folder_id"]),
        ],
    )
    def test_refuses_what_is_no_change(
        self, acme: Client, body: dict[str, Any], fields: list[str]
    ) -> None:
        agent = created(acme)

        answer = acme.patch(path_of(agent), body)

        assert (answer.status, answer.fields) == (400, fields)
        assert acme.get(path_of(agent)).json["head_revision"] == 1


class TestVersions:
    def test_versions_count_up_and_are_listed_newest_first(
        self, world: World, acme: Client
    ) -> None:
        agent = created(acme)
        first = frozen(acme, agent, description="first")
        world.clock.advance(seconds=1)
        second = acme.post(f"{path_of(agent)}/versions").json
        published(acme, agent, "v1")

        listed = acme.get(f"{path_of(agent)}/versions").json

        assert (first["version"], second["version"]) == ("v1", "v2")
        assert listed["total_count"] == 2
        assert [(v["version"], v["is_production"]) for v in listed["versions"]] == [
            ("v2", False),
            ("v1", True),
        ]
        assert [v["description"] for v in listed["versions"]] == [None, "first"]
        assert listed["versions"][0]["created_at"] == second["created_at"] == world.clock()

    def test_an_agent_begins_without_versions(self, acme: Client) -> None:
        agent = created(acme)

        answer = acme.get(f"{path_of(agent)}/versions")

        assert answer.json == {"versions": [], "total_count": 0}

    def test_freezing_leaves_the_draft_alone(self, acme: Client) -> None:
        agent = created(acme)
        before = acme.get(path_of(agent)).body

        frozen(acme, agent)

        assert acme.get(path_of(agent)).body == before

    def test_freezing_another_draft_than_expected_is_refused(self, acme: Client) -> None:
        agent = created(acme)
        acme.patch(path_of(agent), {"name": "Day desk"})

        answer = acme.post(f"{path_of(agent)}/versions", {"expected_head_revision": 1})

        assert (answer.status, answer.details) == (409, {"field": "expected_head_revision"})
        assert frozen(acme, agent, expected_head_revision=2)["version"] == "v1"

    @FORM_ONLY
    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"description": "d" * 501}, "description"),
            ({"expected_head_revision": None}, "expected_head_revision"),
            ({"version": "v7"}, "version"),
        ],
    )
    def test_refuses_what_it_does_not_know(
        self, acme: Client, body: dict[str, Any], field: str
    ) -> None:
        answer = acme.post(f"{path_of(created(acme))}/versions", body)

        assert (answer.status, answer.fields) == (400, [field])

    def test_a_description_may_be_null_or_long(self, acme: Client) -> None:
        agent = created(acme)

        assert frozen(acme, agent, description=None)["description"] is None
        assert frozen(acme, agent, description="가" * 500)["description"] == "가" * 500


class TestPublish:
    def test_production_moves_to_a_version_and_back(self, world: World, acme: Client) -> None:
        agent = created(acme)
        frozen(acme, agent)
        frozen(acme, agent)
        world.clock.advance(seconds=1)

        first = published(acme, agent, "v2").json
        back = published(acme, agent, "v1").json

        assert first == {
            "agent_id": agent["agent_id"],
            "production_version": "v2",
            "previous_production_version": None,
        }
        assert (back["production_version"], back["previous_production_version"]) == ("v1", "v2")
        read = acme.get(path_of(agent)).json
        assert (read["production_version"], read["updated_at"]) == ("v1", world.clock())

    @pytest.mark.parametrize("version", ["v2", "v99999999999999999999"])
    def test_a_version_that_is_not_there_is_not_found(self, acme: Client, version: str) -> None:
        agent = created(acme)
        frozen(acme, agent)

        assert published(acme, agent, version).status == 404

    @FORM_ONLY
    @pytest.mark.parametrize("version", ["current", "production", "v0", "1", "v1%0A"])
    def test_only_versions_are_published(self, acme: Client, version: str) -> None:
        agent = created(acme)
        frozen(acme, agent)

        answer = published(acme, agent, version)

        assert (answer.status, answer.fields) == (400, ["version"])

    @pytest.mark.parametrize("expected", [None, "v2"])
    def test_publishing_over_something_else_than_expected_is_refused(
        self, acme: Client, expected: str | None
    ) -> None:
        agent = created(acme)
        frozen(acme, agent)
        frozen(acme, agent)
        published(acme, agent, "v1")

        answer = published(acme, agent, "v2", {"expected_production_version": expected})

        assert (answer.status, answer.code) == (409, "REVISION_CONFLICT")
        assert answer.details == {"field": "expected_production_version"}
        as_expected = published(acme, agent, "v2", {"expected_production_version": "v1"})
        assert as_expected.json["previous_production_version"] == "v1"

    def test_the_first_publication_may_be_expected(self, acme: Client) -> None:
        agent = created(acme)
        frozen(acme, agent)

        assert published(acme, agent, "v1", {"expected_production_version": None}).status == 200

    @FORM_ONLY
    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"expected_production_version": "1"}, "expected_production_version"),
            ({"expected_production_version": "v1\n"}, "expected_production_version"),
            ({"expected": "v1"}, "expected"),
        ],
    )
    def test_refuses_what_it_does_not_know(
        self, acme: Client, body: dict[str, Any], field: str
    ) -> None:
        agent = created(acme)
        frozen(acme, agent)

        assert published(acme, agent, "v1", body).fields == [field]


class TestDelete:
    def test_a_deleted_agent_is_gone_with_its_versions(self, acme: Client) -> None:
        agent = created(acme)
        frozen(acme, agent)

        deleted = acme.delete(path_of(agent))

        assert deleted.json == {"agent_id": agent["agent_id"], "deleted": True}
        assert acme.get(path_of(agent)).status == 404
        assert acme.get(f"{path_of(agent)}/versions").status == 404
        assert acme.delete(path_of(agent)).status == 404

    @pytest.mark.parametrize("direction", ["inbound_agent", "outbound_agent", "sms_inbound_agent"])
    def test_an_agent_that_numbers_map_stays(
        self, world: World, acme: Client, direction: str
    ) -> None:
        agent = created(acme)
        number = a_number(**{direction: AgentMapping(agent_id=agent["agent_id"])})
        world.given(number)

        answer = acme.delete(path_of(agent))

        assert (answer.status, answer.code) == (409, "AGENT_IN_USE")
        assert answer.details == {"organization_telephone_number_ids": [number.id]}
        assert acme.get(path_of(agent)).status == 200

    def test_expired_numbers_hold_no_agent(self, world: World, acme: Client) -> None:
        agent = created(acme)
        mapping = AgentMapping(agent_id=agent["agent_id"])
        world.given(a_number(inbound_agent=mapping, status=Status.EXPIRED))

        assert acme.delete(path_of(agent)).status == 200

    def test_a_number_whose_end_has_just_passed_holds_no_agent(
        self, world: World, acme: Client
    ) -> None:
        agent = created(acme)
        now = world.clock()
        world.given(
            a_number(
                inbound_agent=AgentMapping(agent_id=agent["agent_id"]),
                status=Status.CANCEL_REQUESTED,
                cancel_requested_at=now - 1,
                end_at=now,
            )
        )

        assert acme.delete(path_of(agent)).status == 200

    def test_an_agent_that_has_changed_stays(self, acme: Client) -> None:
        agent = created(acme)
        etag = acme.get(path_of(agent)).etag
        acme.patch(path_of(agent), {"name": "Day desk"})

        assert acme.sending(if_match=etag).delete(path_of(agent)).status == 412
        assert acme.get(path_of(agent)).status == 200


class TestValidateFlow:
    PATH = f"{AGENTS}/validate-flow"
    BROKEN = {"flow": {"nodes": [{"id": "talk", "type": "conversation"}]}}  # noqa: RUF012
    SILENT = {  # noqa: RUF012
        "flow": {"nodes": [{"id": "begin", "type": "begin"}], "edges": []}
    }

    def check(self, client: Client, body: object, **query: Any) -> dict[str, Any]:
        answer = client.request("POST", self.PATH, body, query=query)
        assert answer.status == 200, answer.body
        told: dict[str, Any] = answer.json
        return told

    @FORM_ONLY
    def test_a_whole_graph_is_valid(self, acme: Client) -> None:
        told = self.check(acme, {"flow": GRAPH}, level="all")

        assert told == {"valid": True, "errors": [], "advisories": []}

    @FORM_ONLY
    def test_errors_are_told_by_default(self, acme: Client) -> None:
        told = self.check(acme, self.BROKEN)

        assert told == {
            "valid": False,
            "errors": [
                {
                    "node_id": None,
                    "field": "flow.nodes",
                    "message": "begin 유형의 노드가 필요합니다.",
                }
            ],
            "advisories": [],
        }

    @FORM_ONLY
    @pytest.mark.parametrize(
        ("level", "errors", "advisories"), [("critical", 0, 0), ("runtime", 0, 1), ("all", 0, 1)]
    )
    def test_advisories_are_told_when_asked_for(
        self, acme: Client, level: str, errors: int, advisories: int
    ) -> None:
        told = self.check(acme, self.SILENT, level=level)

        assert (len(told["errors"]), len(told["advisories"])) == (errors, advisories)
        assert told["valid"]

    @FORM_ONLY
    def test_a_broken_graph_is_invalid_whatever_is_told(self, acme: Client) -> None:
        told = self.check(acme, self.BROKEN, level="runtime")

        assert told == {"valid": False, "errors": [], "advisories": []}

    @FORM_ONLY
    def test_speaks_the_language_of_the_caller(self, acme: Client) -> None:
        told = self.check(acme.sending(accept_language="en"), self.BROKEN)

        assert told["errors"][0]["message"] == "A graph begins with a node of type begin."

    def test_an_agent_may_be_named(self, world: World, acme: Client) -> None:
        mine, theirs = created(acme), created(world.globex)

        assert self.check(acme, {"flow": GRAPH}, agent_id=mine["agent_id"])["valid"]
        for agent_id in (theirs["agent_id"], NOTHING):
            answer = acme.request("POST", self.PATH, {"flow": GRAPH}, query={"agent_id": agent_id})
            assert (answer.status, answer.fields) == (400, ["agent_id"])

    @FORM_ONLY
    @pytest.mark.parametrize("body", [{}, {"flow": None}, {"flow": []}, {"flow": {}, "x": 1}])
    def test_needs_a_graph(self, acme: Client, body: object) -> None:
        assert acme.post(self.PATH, body).status == 400

    def test_stores_nothing(self, acme: Client) -> None:
        self.check(acme, {"flow": GRAPH})

        assert acme.get(AGENTS).json["total_count"] == 0

    @FORM_ONLY
    def test_reading_is_enough(self, world: World) -> None:
        reader = world.with_key(Scope.READ)

        assert self.check(reader, {"flow": GRAPH})["valid"]

    @FORM_ONLY
    def test_advisories_are_not_told_unasked(self, acme: Client) -> None:
        assert self.check(acme, self.SILENT)["advisories"] == []


class TestOthers:
    def test_what_others_have_does_not_exist(self, world: World, acme: Client) -> None:
        theirs = created(world.globex, name="secret desk")
        frozen(world.globex, theirs)
        path = path_of(theirs)

        answers = [
            acme.get(path),
            acme.patch(path, {"name": "mine"}),
            acme.delete(path),
            acme.get(f"{path}/versions"),
            acme.post(f"{path}/versions"),
            published(acme, theirs, "v1"),
        ]

        assert {(answer.status, answer.code) for answer in answers} == {(404, "NOT_FOUND")}
        assert not any(b"secret" in answer.body for answer in answers)
        assert world.globex.get(path).json["production_version"] is None

    def test_numbers_of_others_hold_no_agent(self, world: World, acme: Client) -> None:
        agent = created(acme)
        mapping = AgentMapping(agent_id=agent["agent_id"])
        world.given(a_number(organization_id=GLOBEX, inbound_agent=mapping))

        assert acme.delete(path_of(agent)).status == 200

    @FORM_ONLY
    @pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
    def test_a_path_that_names_no_id_is_refused(self, acme: Client, method: str) -> None:
        answer = acme.request(method, f"{AGENTS}/night-desk", {"name": "x"})

        assert (answer.status, answer.fields) == (400, ["agent_id"])

    @FORM_ONLY
    def test_reading_keys_read_everything(self, world: World, acme: Client) -> None:
        path = path_of(created(acme))
        reader = world.with_key(Scope.READ)

        answers = [reader.get(AGENTS), reader.get(path), reader.get(f"{path}/versions")]

        assert [answer.status for answer in answers] == [200, 200, 200]

    @FORM_ONLY
    def test_reading_keys_change_nothing(self, world: World) -> None:
        reader = world.with_key(Scope.READ)
        path = f"{AGENTS}/{AGENT}"

        answers = [
            reader.post(AGENTS, {"name": "x"}),
            reader.patch(path, {"name": "x"}),
            reader.delete(path),
            reader.post(f"{path}/versions"),
            reader.post(f"{path}/versions/v1/publish"),
        ]

        assert {(answer.status, answer.code) for answer in answers} == {(403, "FORBIDDEN")}
