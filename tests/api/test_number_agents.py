"""Who answers a number: PATCH /v3/organization-telephone-numbers/{id}/agent."""

from typing import Any

import pytest

from builders import (
    AGENT,
    EARLIER,
    GLOBEX,
    NOTHING,
    NOW,
    NUMBER,
    a_bought_number,
    a_number,
    an_agent,
    path_of,
)
from dialplane.domain.numbers import AgentMapping, HeldNumber, Status
from dialplane.store import numbers
from parts.client import Client
from parts.world import World

PATH = path_of(NUMBER, "/agent")
DIRECTIONS = ("inbound_agent", "outbound_agent", "sms_inbound_agent")
CURRENT = {"agent_id": AGENT, "agent_version": "current"}
PINNED = {"agent_id": AGENT, "agent_version": "v1"}
MAPPED = AgentMapping(agent_id=AGENT, agent_version="v1")


def stored(world: World) -> HeldNumber:
    with world.database.reading() as db:
        return numbers.get(db, a_number().organization_id, NUMBER)


class TestMap:
    @pytest.mark.parametrize("direction", ["inbound_agent", "outbound_agent"])
    def test_each_direction_has_its_own_agent(
        self, world: World, acme: Client, direction: str
    ) -> None:
        world.given(an_agent(), a_number())
        before = acme.get(path_of(NUMBER)).json

        mapped = acme.patch(PATH, {direction: CURRENT})

        assert mapped.json == before | {direction: CURRENT, "updated_at": NOW}
        assert acme.get(path_of(NUMBER)).body == mapped.body

    def test_the_agent_for_messages_is_kept_but_not_told(self, world: World, acme: Client) -> None:
        world.given(an_agent(), a_number())

        mapped = acme.patch(PATH, {"sms_inbound_agent": CURRENT})

        assert AGENT.encode() not in mapped.body
        assert stored(world).sms_inbound_agent == AgentMapping(agent_id=AGENT)

    def test_current_is_meant_when_no_version_is_named(self, world: World, acme: Client) -> None:
        world.given(an_agent(), a_number())

        mapped = acme.patch(PATH, {"inbound_agent": {"agent_id": AGENT}})

        assert mapped.json["inbound_agent"] == CURRENT

    @pytest.mark.parametrize("selector", ["current", "production", "v1", "v2"])
    def test_the_selector_comes_back_as_it_was_sent(
        self, world: World, acme: Client, selector: str
    ) -> None:
        world.given(an_agent(last_version=2, production_version=2), a_number())
        mapping = {"agent_id": AGENT, "agent_version": selector}

        assert acme.patch(PATH, {"inbound_agent": mapping}).json["inbound_agent"] == mapping

    @pytest.mark.parametrize("left_out", DIRECTIONS)
    def test_a_direction_left_out_keeps_its_agent(
        self, world: World, acme: Client, left_out: str
    ) -> None:
        world.given(an_agent(last_version=1), a_number(**dict.fromkeys(DIRECTIONS, MAPPED)))

        acme.patch(PATH, {name: None for name in DIRECTIONS if name != left_out})

        kept = {name: getattr(stored(world), name) for name in DIRECTIONS}
        assert kept == dict.fromkeys(DIRECTIONS) | {left_out: MAPPED}

    def test_null_unmaps(self, world: World, acme: Client) -> None:
        world.given(an_agent(last_version=1), a_number(inbound_agent=MAPPED))

        assert acme.patch(PATH, {"inbound_agent": None}).json["inbound_agent"] is None

    def test_an_id_in_capitals_is_the_same_id(self, world: World, acme: Client) -> None:
        world.given(an_agent(), a_number())

        mapped = acme.patch(PATH, {"inbound_agent": {"agent_id": AGENT.upper()}})

        assert mapped.json["inbound_agent"] == CURRENT

    @pytest.mark.parametrize(
        "number",
        [
            pytest.param(a_bought_number(), id="bought"),
            pytest.param(
                a_bought_number(status=Status.SCHEDULED, start_at=NOW + 1), id="not started"
            ),
            pytest.param(
                a_bought_number(
                    status=Status.CANCEL_REQUESTED, end_at=NOW + 1, cancel_requested_at=EARLIER
                ),
                id="cancelled",
            ),
        ],
    )
    def test_every_number_that_has_not_expired_can_be_mapped(
        self, world: World, acme: Client, number: HeldNumber
    ) -> None:
        world.given(an_agent(), number)

        mapped = acme.patch(PATH, {"inbound_agent": CURRENT})

        assert (mapped.status, mapped.json["status"]) == (200, number.status)

    def test_an_expired_number_takes_no_more_changes(self, world: World, acme: Client) -> None:
        world.given(a_number(status=Status.EXPIRED, end_at=EARLIER, inbound_agent=MAPPED))

        refused = acme.patch(PATH, {"inbound_agent": None})

        assert (refused.status, refused.code) == (409, "NUMBER_EXPIRED")

    def test_mappings_stay_in_the_record_of_an_expired_number(
        self, world: World, acme: Client
    ) -> None:
        world.given(an_agent(), a_number(inbound_agent=MAPPED))

        acme.delete(path_of(NUMBER))

        assert acme.get(path_of(NUMBER)).json["inbound_agent"] == PINNED


class TestWhatDoesNotFit:
    @pytest.mark.parametrize("direction", DIRECTIONS)
    def test_an_agent_that_never_was_is_named_by_its_field(
        self, world: World, acme: Client, direction: str
    ) -> None:
        world.given(a_number())

        refused = acme.patch(PATH, {direction: {"agent_id": NOTHING}})

        assert (refused.status, refused.code) == (400, "VALIDATION_ERROR")
        assert refused.fields == [f"{direction}.agent_id"]

    def test_somebody_elses_agent_looks_like_one_that_never_was(
        self, world: World, acme: Client
    ) -> None:
        world.given(an_agent(organization_id=GLOBEX), a_number())

        foreign = acme.patch(PATH, {"inbound_agent": {"agent_id": AGENT}})
        unknown = acme.patch(PATH, {"inbound_agent": {"agent_id": NOTHING}})

        assert foreign.status == 400
        assert foreign.body == unknown.body
        assert stored(world).inbound_agent is None

    @pytest.mark.parametrize("direction", DIRECTIONS)
    @pytest.mark.parametrize("version", ["v1", "v3", "v99999999999999999", "production"])
    def test_a_version_that_does_not_exist_is_named_by_its_field(
        self, world: World, acme: Client, version: str, direction: str
    ) -> None:
        world.given(an_agent(), a_number())

        refused = acme.patch(PATH, {direction: {"agent_id": AGENT, "agent_version": version}})

        assert (refused.status, refused.code) == (400, "VALIDATION_ERROR")
        assert refused.fields == [f"{direction}.agent_version"]

    def test_saved_is_not_published(self, world: World, acme: Client) -> None:
        world.given(an_agent(last_version=2), a_number())
        mapping = {"agent_id": AGENT, "agent_version": "production"}

        refused = acme.sending(accept_language="en").patch(PATH, {"inbound_agent": mapping})

        assert refused.fields == ["inbound_agent.agent_version"]
        assert refused.details["reason"] == "This agent was never published."

    def test_everything_that_does_not_fit_is_told_at_once(self, world: World, acme: Client) -> None:
        world.given(an_agent(), a_number())

        refused = acme.patch(
            PATH,
            {
                "inbound_agent": {"agent_id": NOTHING},
                "outbound_agent": {"agent_id": AGENT, "agent_version": "v7"},
                "sms_inbound_agent": CURRENT,
            },
        )

        assert refused.fields == ["inbound_agent.agent_id", "outbound_agent.agent_version"]

    def test_nothing_changes_unless_everything_fits(self, world: World, acme: Client) -> None:
        world.given(an_agent(), a_number())

        acme.patch(PATH, {"inbound_agent": CURRENT, "outbound_agent": {"agent_id": NOTHING}})

        assert acme.get(path_of(NUMBER)).json["inbound_agent"] is None

    @pytest.mark.parametrize(
        ("mapping", "field"),
        [
            ({}, "agent_id"),
            ({"agent_version": "current"}, "agent_id"),
            ({"agent_id": None}, "agent_id"),
            ({"agent_id": "night-desk"}, "agent_id"),
            ({"agent_id": 7}, "agent_id"),
            ({"agent_id": AGENT, "agent_version": None}, "agent_version"),
            ({"agent_id": AGENT, "agent_version": ""}, "agent_version"),
            ({"agent_id": AGENT, "agent_version": "v0"}, "agent_version"),
            ({"agent_id": AGENT, "agent_version": "v01"}, "agent_version"),
            ({"agent_id": AGENT, "agent_version": "V1"}, "agent_version"),
            ({"agent_id": AGENT, "agent_version": "v1\n"}, "agent_version"),
            ({"agent_id": AGENT, "agent_version": "latest"}, "agent_version"),
            ({"agent_id": AGENT, "agent_version": 1}, "agent_version"),
            ({"agent_id": AGENT, "colour": "red"}, "colour"),
        ],
    )
    def test_what_is_no_mapping_is_named_by_its_field(
        self, world: World, acme: Client, mapping: dict[str, Any], field: str
    ) -> None:
        world.given(an_agent(), a_number())

        refused = acme.patch(PATH, {"inbound_agent": mapping})

        assert (refused.status, refused.fields) == (400, [f"inbound_agent.{field}"])
