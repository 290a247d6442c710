"""An agent is a working draft, frozen versions, and a pointer to the one in production."""

from dataclasses import replace
from typing import Any

import pytest

from dialplane.domain.agent_data import DEFAULT_DATA, NO_WEBHOOKS
from dialplane.domain.agents import (
    Agent,
    AgentChange,
    AgentType,
    Draft,
    Missing,
    NewAgent,
    Saved,
)
from dialplane.domain.errors import NotFound, RevisionConflict
from dialplane.domain.flows import default_flow
from dialplane.domain.values import AgentId, OrganizationId

NOW = 1_770_000_000_000
LATER = NOW + 60_000
GRAPH = {"nodes": [{"id": "a", "type": "begin"}], "edges": []}


def an_agent(**sent: Any) -> Agent:
    return Agent.begun(
        NewAgent(**{"name": "Night desk", **sent}),
        agent_id=AgentId("agent-1"),
        organization_id=OrganizationId("acme"),
        now=NOW,
    )


def a_flow_agent(**sent: Any) -> Agent:
    return an_agent(type=AgentType.FLOW, **sent)


def edited(agent: Agent, **change: Any) -> Agent:
    return agent.edit(AgentChange(**change), now=LATER)


def with_versions(agent: Agent, count: int) -> Agent:
    for _ in range(count):
        agent, _version = agent.freeze(description=None, now=NOW)
    return agent


class TestBegin:
    def test_a_name_is_enough_for_a_whole_agent(self) -> None:
        agent = an_agent()

        assert (agent.type, agent.data) == (AgentType.SINGLE_PROMPT, DEFAULT_DATA)
        assert (agent.flow, agent.flow_data) == (None, None)
        assert (agent.production_version, agent.last_version) == (None, 0)

    def test_defaults_fill_what_a_part_leaves_out(self) -> None:
        agent = an_agent(data={"prompt": {"prompt": "Be brief."}})

        assert agent.data["prompt"] == DEFAULT_DATA["prompt"] | {"prompt": "Be brief."}
        assert agent.data["voice"] == DEFAULT_DATA["voice"]

    def test_two_agents_never_share_their_defaults(self) -> None:
        an_agent().data["postCall"]["actions"].append("shared")

        assert an_agent().data["postCall"]["actions"] == []

    def test_a_flow_agent_without_a_graph_gets_one_that_runs(self) -> None:
        assert a_flow_agent().flow == default_flow()

    def test_the_public_graph_wins_over_the_older_one(self) -> None:
        agent = a_flow_agent(flow=GRAPH, flow_data={"cells": []})

        assert (agent.flow, agent.flow_data) == (GRAPH, None)

    def test_an_older_graph_is_kept_as_it_was_sent(self) -> None:
        agent = a_flow_agent(flow_data={"cells": []})

        assert (agent.flow, agent.flow_data) == (None, {"cells": []})

    def test_an_unfinished_graph_is_kept(self) -> None:
        unfinished = {"nodes": [{"id": "a"}], "edges": []}

        assert a_flow_agent(flow=unfinished).flow == unfinished


class TestMerge:
    def test_an_object_part_keeps_what_the_change_leaves_out(self) -> None:
        agent = edited(
            an_agent(data={"prompt": {"prompt": "old", "firstLine": "hello"}}),
            data={"prompt": {"prompt": "new"}},
        )

        assert agent.data["prompt"]["prompt"] == "new"
        assert agent.data["prompt"]["firstLine"] == "hello"

    def test_below_the_first_level_a_change_replaces(self) -> None:
        masked = {"enabled": True, "name": True}

        agent = edited(an_agent(), data={"security": {"piiMasking": masked}})

        assert agent.data["security"]["piiMasking"] == masked
        assert agent.data["security"]["optOutSensitiveDataStorage"] is False

    @pytest.mark.parametrize(
        ("part", "before", "after"),
        [
            ("presetDynamicVariables", {"shop": "a", "city": "b"}, {"shop": "c"}),
            ("manuals", {"one": {"title": "1"}, "two": {}}, {"one": {}}),
            ("toolIds", ["one", "two"], ["three"]),
            ("builtInTools", [{"toolType": "end_call"}], [{"toolType": "send_dtmf"}]),
            ("takeoverTranscription", True, False),
        ],
    )
    def test_maps_lists_and_single_values_are_replaced_whole(
        self, part: str, before: object, after: object
    ) -> None:
        agent = edited(an_agent(data={part: before}), data={part: after})

        assert agent.data[part] == after

    def test_webhooks_are_never_half_there(self) -> None:
        sent = {"callDataWebhookUrl": "https://hooks.example.com"}

        created = an_agent(data={"webhookSettings": sent})
        cleared = edited(created, data={"webhookSettings": None})
        again = edited(cleared, data={"webhookSettings": {"webhookVersion": "v2"}})

        assert an_agent().data["webhookSettings"] is None
        assert created.data["webhookSettings"] == NO_WEBHOOKS | sent
        assert cleared.data["webhookSettings"] is None
        assert again.data["webhookSettings"] == NO_WEBHOOKS | {"webhookVersion": "v2"}

    def test_a_part_that_came_later_starts_from_its_defaults(self) -> None:
        agent = an_agent()
        older = replace(agent, data={k: v for k, v in agent.data.items() if k != "knowledge"})

        changed = edited(older, data={"knowledge": {"ragEnabled": True}})

        assert changed.data["knowledge"] == {"ragEnabled": True, "knowledgeIds": []}

    def test_an_edit_leaves_the_agent_it_came_from_alone(self) -> None:
        agent = an_agent()

        edited(agent, data={"prompt": {"prompt": "new"}, "toolIds": ["x"]})

        assert agent.data == DEFAULT_DATA


class TestSpeechRecognition:
    def test_a_second_language_turns_the_speed_off(self) -> None:
        created = an_agent(data={"stt": {"languages": ["ko", "en"]}})
        changed = edited(an_agent(), data={"stt": {"languages": ["ko", "en"]}})

        assert created.data["stt"] == {"languages": ["ko", "en"], "speed": None}
        assert changed.data["stt"] == {"languages": ["ko", "en"], "speed": None}

    def test_several_languages_never_have_a_speed(self) -> None:
        agent = edited(
            an_agent(data={"stt": {"languages": ["ko", "en"]}}), data={"stt": {"speed": "low"}}
        )

        assert agent.data["stt"]["speed"] is None

    def test_one_language_may_have_a_speed_or_none(self) -> None:
        low = edited(an_agent(), data={"stt": {"speed": "low"}})
        none = edited(an_agent(), data={"stt": {"speed": None}})

        assert (low.data["stt"]["speed"], none.data["stt"]["speed"]) == ("low", None)


class TestEdit:
    def test_every_edit_is_a_new_head_revision(self) -> None:
        agent = edited(an_agent(), name="Day desk")

        assert (agent.name, agent.head_revision, agent.updated_at) == ("Day desk", 2, LATER)
        assert agent.created_at == NOW

    def test_asking_for_nothing_changes_nothing(self) -> None:
        agent = an_agent()

        assert edited(agent, expected_head_revision=1) == agent

    def test_the_flow_revision_counts_graphs_only(self) -> None:
        agent = a_flow_agent()

        assert edited(agent, name="Renamed").flow_revision == 1
        assert edited(agent, flow=default_flow()).flow_revision == 1
        assert edited(agent, flow=GRAPH).flow_revision == 2

    def test_a_graph_replaces_the_other_kind_of_graph(self) -> None:
        older = edited(a_flow_agent(), flow_data={"cells": []})
        newer = edited(older, flow=GRAPH)

        assert (older.flow, older.flow_data) == (None, {"cells": []})
        assert (newer.flow, newer.flow_data) == (GRAPH, None)

    def test_an_edit_that_leaves_the_graph_out_keeps_it(self) -> None:
        assert edited(a_flow_agent(flow=GRAPH), name="Renamed").flow == GRAPH

    @pytest.mark.parametrize("field", ["expected_head_revision", "expected_flow_revision"])
    def test_an_edit_made_for_an_older_draft_is_refused(self, field: str) -> None:
        agent = edited(a_flow_agent(), flow=GRAPH)

        with pytest.raises(RevisionConflict) as refusal:
            edited(agent, name="Renamed", **{field: 1})

        assert refusal.value.field == field
        assert edited(agent, name="Renamed", **{field: 2}).name == "Renamed"


class TestAdvisories:
    def told(self, agent: Agent) -> list[tuple[str | None, str]]:
        return [(remark.field, remark.reason) for remark in agent.advisories()]

    def test_an_agent_that_would_work_has_none(self) -> None:
        told = an_agent(data={"prompt": {"prompt": "Be brief."}})

        assert (self.told(told), self.told(a_flow_agent())) == ([], [])

    def test_a_single_prompt_agent_needs_its_prompt(self) -> None:
        assert self.told(an_agent(data={"prompt": {"prompt": " "}})) == [
            ("data.prompt.prompt", "prompt_missing")
        ]

    @pytest.mark.parametrize("name", ["flow", "flow_data"])
    def test_a_graph_of_a_single_prompt_agent_leads_no_call(self, name: str) -> None:
        assert self.told(an_agent(**{name: GRAPH})) == [("type", "graph_unused")]

    def test_a_graph_is_judged_whole(self) -> None:
        broken = a_flow_agent(flow={"nodes": [], "edges": []})

        assert self.told(broken) == [("flow.nodes", "flow_without_nodes")]
        assert self.told(a_flow_agent(flow=GRAPH)) == [("flow.nodes", "end_unreachable")]

    def test_an_older_graph_is_not_judged(self) -> None:
        assert self.told(a_flow_agent(flow_data={"cells": []})) == []


class TestFreeze:
    def test_versions_count_from_one(self) -> None:
        agent, first = an_agent().freeze(description="first", now=NOW)
        agent, second = agent.freeze(description=None, now=LATER)

        assert (first.version, first.description, first.created_at) == (1, "first", NOW)
        assert (second.version, agent.last_version) == (2, 2)

    def test_a_version_is_the_draft_of_that_instant(self) -> None:
        agent = a_flow_agent(flow=GRAPH, data={"prompt": {"prompt": "then"}})

        later, version = agent.freeze(description=None, now=NOW)
        later = edited(later, data={"prompt": {"prompt": "now"}}, flow=default_flow())

        assert (version.data["prompt"]["prompt"], version.flow) == ("then", GRAPH)
        assert later.data["prompt"]["prompt"] == "now"

    def test_freezing_is_no_edit(self) -> None:
        agent = with_versions(an_agent(), 1)

        assert (agent.head_revision, agent.updated_at) == (1, NOW)

    def test_freezing_a_draft_that_has_moved_on_is_refused(self) -> None:
        agent = edited(an_agent(), name="Renamed")

        with pytest.raises(RevisionConflict) as refusal:
            agent.freeze(description=None, expected_head_revision=1, now=LATER)

        assert refusal.value.field == "expected_head_revision"


class TestPublish:
    def test_production_points_at_any_frozen_version(self) -> None:
        agent = with_versions(an_agent(), 2)

        newest = agent.publish("v2", now=LATER)
        back = newest.publish("v1", now=LATER)

        assert (newest.production_name, newest.updated_at) == ("v2", LATER)
        assert back.production_name == "v1"
        assert agent.production_name is None

    def test_publishing_what_is_in_production_changes_nothing(self) -> None:
        agent = with_versions(an_agent(), 1).publish("v1", now=NOW)

        assert agent.publish("v1", now=LATER) == agent

    @pytest.mark.parametrize("name", ["v2", "v999999999999", "v" + "9" * 5000])
    def test_a_version_that_was_never_frozen_does_not_exist(self, name: str) -> None:
        with pytest.raises(NotFound):
            with_versions(an_agent(), 1).publish(name, now=NOW)

    @pytest.mark.parametrize("expected", ["v1", None])
    def test_publishing_over_somebody_elses_publication_is_refused(
        self, expected: str | None
    ) -> None:
        agent = with_versions(an_agent(), 3).publish("v2", now=NOW)

        with pytest.raises(RevisionConflict) as refusal:
            agent.publish("v3", expected_production_version=expected, now=LATER)

        assert refusal.value.field == "expected_production_version"

    @pytest.mark.parametrize(("published", "expected"), [("v2", "v2"), (None, None)])
    def test_publishing_over_what_was_expected_works(
        self, published: str | None, expected: str | None
    ) -> None:
        agent = with_versions(an_agent(), 3)
        agent = agent if published is None else agent.publish(published, now=NOW)

        after = agent.publish("v3", expected_production_version=expected, now=LATER)

        assert after.production_name == "v3"


class TestResolve:
    def test_current_is_the_draft(self) -> None:
        assert with_versions(an_agent(), 2).resolve("current") == Draft()

    def test_production_is_the_published_version(self) -> None:
        agent = with_versions(an_agent(), 2).publish("v1", now=NOW)

        assert agent.resolve("production") == Saved(1)

    def test_production_is_missing_until_the_first_publication(self) -> None:
        assert with_versions(an_agent(), 2).resolve("production") is Missing.NEVER_PUBLISHED

    def test_a_version_is_pinned_whatever_is_published(self) -> None:
        agent = with_versions(an_agent(), 12).publish("v1", now=NOW)

        assert agent.resolve("v12") == Saved(12)

    @pytest.mark.parametrize("selector", ["v3", "v2147483648", "v" + "9" * 5000])
    def test_a_version_that_was_never_frozen_is_missing(self, selector: str) -> None:
        assert with_versions(an_agent(), 2).resolve(selector) is Missing.NO_SUCH_VERSION


class TestTag:
    def test_differs_after_an_edit_and_after_a_publication(self) -> None:
        agent = with_versions(an_agent(), 1)

        tags = {agent.tag, edited(agent, name="x").tag, agent.publish("v1", now=NOW).tag}

        assert len(tags) == 3

    def test_stays_while_only_versions_are_added(self) -> None:
        assert with_versions(an_agent(), 3).tag == an_agent().tag
