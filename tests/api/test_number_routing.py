"""What is set about the calls of a number holds from the next call on, or is refused whole."""

from typing import Any

import pytest

from builders import (
    AGENT,
    GLOBEX,
    LINE,
    NOTHING,
    NUMBER,
    a_bought_number,
    a_number,
    an_agent,
    an_id,
)
from dialplane.domain.numbers import Status
from dialplane.domain.values import AgentId, NumberId
from parts.callable import a_runtime, given_calls_go_through, given_runtimes, mapped
from parts.client import Client
from parts.edge_client import STRANGER_IP, EdgeClient
from parts.world import World

PATH = f"/x/v1/numbers/{NUMBER}/routing"
DAY_DESK = AgentId(an_id(0xDA1))


@pytest.fixture
def acme(world: World) -> Client:
    world.given(an_agent(last_version=1), a_number())
    return world.acme


def arm(label: str = "a", weight: int = 1, **agent: Any) -> dict[str, Any]:
    return {"label": label, "weight": weight, "agent": {"agent_id": AGENT, **agent}}


def test_until_something_is_set_the_number_has_its_trunk_and_no_limits(acme: Client) -> None:
    assert acme.get(PATH).json == {
        "organization_telephone_number_id": NUMBER,
        "allowed_sources": [],
        "inbound_auth": "source",
        "inbound_split": [],
        "outbound_split": [],
        "fallbacks": [],
        "limits": {"concurrent_calls": None, "calls_per_second": None},
    }


def test_what_is_left_out_stays(acme: Client) -> None:
    acme.patch(PATH, {"allowed_sources": ["198.51.100.0/24"], "limits": {"concurrent_calls": 3}})

    changed = acme.patch(PATH, {"limits": {"calls_per_second": 2}}).json

    assert changed["allowed_sources"] == ["198.51.100.0/24"]
    assert changed["limits"] == {"concurrent_calls": 3, "calls_per_second": 2}
    cleared = acme.patch(PATH, {"limits": {"concurrent_calls": None}, "allowed_sources": []}).json
    assert cleared["limits"]["concurrent_calls"] is None
    assert cleared["allowed_sources"] == []


def test_everything_comes_back_as_it_is_meant(acme: Client) -> None:
    body = {
        "allowed_sources": ["2001:db8::/32", "203.0.113.9", "203.0.113.9/32"],
        "inbound_split": [arm("a", 3), arm("b", 1, agent_version="v1")],
        "fallbacks": [
            {"type": "agent", "agent": {"agent_id": AGENT.upper()}},
            {"type": "sip", "uri": "sip:desk@pbx.example.com;transport=tcp"},
            {"type": "telephone", "number": "+82 2-312-3456"},
        ],
    }

    changed = acme.patch(PATH, body).json

    assert changed["allowed_sources"] == ["203.0.113.9/32", "2001:db8::/32"]
    assert changed["inbound_split"] == [
        arm("a", 3, agent_version="current"),
        arm("b", 1, agent_version="v1"),
    ]
    assert changed["fallbacks"] == [
        {"type": "agent", "agent": {"agent_id": AGENT, "agent_version": "current"}},
        {"type": "sip", "uri": "sip:desk@pbx.example.com;transport=tcp"},
        {"type": "telephone", "number": "023123456"},
    ]
    assert acme.get(PATH).json == changed


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"allowed_sources": ["198.51.100.1/24"]}, "allowed_sources.0"),
        ({"allowed_sources": ["pbx.example"]}, "allowed_sources.0"),
        ({"allowed_sources": ["10.0.0.1"] * 33}, "allowed_sources"),
        ({"inbound_auth": "password"}, "inbound_auth"),
        ({"inbound_auth": "source_and_digest"}, "inbound_auth"),
        ({"inbound_split": [arm(weight=0)]}, "inbound_split"),
        ({"inbound_split": [arm(), arm()]}, "inbound_split.1.label"),
        ({"inbound_split": [arm(agent_version="v9")]}, "inbound_split.0.agent.agent_version"),
        (
            {"inbound_split": [arm(agent_version="production")]},
            "inbound_split.0.agent.agent_version",
        ),
        ({"outbound_split": [arm(agent_id=NOTHING)]}, "outbound_split.0.agent.agent_id"),
        ({"outbound_split": [arm(f"{n}") for n in range(11)]}, "outbound_split"),
        ({"fallbacks": [{"type": "pigeon"}]}, "fallbacks.0.type"),
        ({"fallbacks": [{"type": "agent"}]}, "fallbacks.0.agent"),
        (
            {"fallbacks": [{"type": "sip", "uri": "sip:a@b.example", "number": "1"}]},
            "fallbacks.0.number",
        ),
        (
            {"fallbacks": [{"type": "agent", "agent": {"agent_id": NOTHING}}]},
            "fallbacks.0.agent.agent_id",
        ),
        ({"fallbacks": [{"type": "runtime", "runtime_id": NOTHING}]}, "fallbacks.0.runtime_id"),
        ({"fallbacks": [{"type": "sip", "uri": "sip:a@127.0.0.1"}]}, "fallbacks.0.uri"),
        ({"fallbacks": [{"type": "sip", "uri": "sip:b.example"}]}, "fallbacks.0.uri"),
        ({"fallbacks": [{"type": "sip", "uri": "tel:0212345678"}]}, "fallbacks.0.uri"),
        ({"fallbacks": [{"type": "sip", "uri": "sip:a b@c.example"}]}, "fallbacks.0.uri"),
        ({"fallbacks": [{"type": "telephone", "number": "alice"}]}, "fallbacks.0.number"),
        ({"fallbacks": [{"type": "telephone", "number": "070-1111-2222"}]}, "fallbacks"),
        ({"limits": {"concurrent_calls": 0}}, "limits.concurrent_calls"),
        ({"limits": {"calls_per_second": 100_001}}, "limits.calls_per_second"),
        ({}, "body"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_set(
    acme: Client, body: dict[str, Any], field: str
) -> None:
    before = acme.get(PATH).body

    refused = acme.patch(PATH, body)

    assert (refused.status, refused.fields) == (400, [field])
    assert acme.get(PATH).body == before


def test_agents_and_runtimes_of_others_do_not_exist(world: World, acme: Client) -> None:
    world.given(an_agent(id=DAY_DESK, organization_id=GLOBEX))

    refused = acme.patch(PATH, {"inbound_split": [arm(agent_id=DAY_DESK)]})

    assert refused.fields == ["inbound_split.0.agent.agent_id"]


def test_calls_are_not_handed_round_in_a_circle(world: World, acme: Client) -> None:
    other = NumberId(an_id(7))
    world.given(a_number(id=other, number="07033334444"))
    to = {"type": "telephone", "number": "07033334444"}
    back = {"type": "telephone", "number": "+827011112222"}
    assert acme.patch(PATH, {"fallbacks": [to]}).status == 200

    refused = acme.patch(f"/x/v1/numbers/{other}/routing", {"fallbacks": [back]})

    assert (refused.status, refused.fields) == (400, ["fallbacks"])
    assert "07033334444 → 07011112222 → 07033334444" in refused.details["reason"]


def test_bought_numbers_are_called_by_the_operators_carriers_alone(world: World) -> None:
    world.given(an_agent(), a_bought_number(line_id=LINE))

    for body in ({"allowed_sources": ["0.0.0.0/0"]}, {"inbound_auth": "source_and_digest"}):
        refused = world.acme.patch(PATH, body)
        assert (refused.status, refused.code) == (409, "PROVIDER_MISMATCH")
    assert world.acme.patch(PATH, {"limits": {"concurrent_calls": 1}}).status == 200


def test_an_expired_number_takes_no_more_changes(world: World) -> None:
    world.given(a_number(status=Status.EXPIRED, end_at=1))

    refused = world.acme.patch(PATH, {"allowed_sources": []})

    assert (refused.status, refused.code) == (409, "NUMBER_EXPIRED")
    assert world.acme.get(PATH).status == 200


def test_digest_needs_credentials_to_ask_for(acme: Client) -> None:
    acme.patch(
        f"/v3/organization-telephone-numbers/{NUMBER}/sip",
        {"auth_username": "acme", "auth_password": "s3cret"},
    )

    assert acme.patch(PATH, {"inbound_auth": "source_and_digest"}).status == 200


def test_the_change_is_entered_in_the_journal(acme: Client) -> None:
    acme.patch(PATH, {"limits": {"concurrent_calls": 5}})

    (event,) = acme.get("/x/v1/events", type="number.routing_changed").json["items"]

    assert event["changes"]["limits"]["after"]["concurrent_calls"] == 5


class TestNextCall:
    def test_it_follows_what_was_set(self, world: World) -> None:
        edge = EdgeClient(world)
        given_calls_go_through(world)
        assert edge.ask(source_address=STRANGER_IP)["reason"] == "source_not_allowed"

        world.acme.patch(PATH, {"allowed_sources": [f"{STRANGER_IP}/32"]})
        assert edge.ask(source_address=STRANGER_IP)["decision"] == "route"

    def test_an_agent_that_names_a_runtime_is_answered_there(self, world: World) -> None:
        edge = EdgeClient(world)
        given_calls_go_through(world)
        other = world.acme.post(
            "/x/v1/runtimes", {"name": "other", "targets": [{"address": "10.0.0.77"}]}
        ).json["id"]

        world.acme.patch(f"/x/v1/agents/{AGENT}/runtime", {"runtime_id": other})

        assert edge.ask()["targets"][0]["uri"] == "sip:07011112222@10.0.0.77"


class TestRefusals:
    def test_the_owner_reads_who_was_turned_away_and_why(self, world: World) -> None:
        edge = EdgeClient(world)
        given_calls_go_through(world)
        edge.ask("+82 70-1111-2222", source_address=STRANGER_IP)

        (attempt,) = world.acme.get(f"/x/v1/numbers/{NUMBER}/refusals").json["items"]

        assert (attempt["reason"], attempt["sip_code"]) == ("source_not_allowed", 403)
        assert (attempt["source_address"], attempt["called"]) == (STRANGER_IP, "+82 70-1111-2222")
        assert attempt["trace"][-1]["why"] == "source_of_nobody"

    def test_the_last_ones_over_all_numbers_come_together(self, world: World) -> None:
        edge = EdgeClient(world)
        given_calls_go_through(world)
        edge.ask("07011112222", source_address=STRANGER_IP)
        world.clock.advance(seconds=1)
        edge.ask("7011112222")

        attempts = world.acme.get("/x/v1/refusals").json["items"]

        told = [each["organization_telephone_number_id"] for each in attempts]
        assert told == [None, NUMBER]
        assert world.globex.get("/x/v1/refusals").json["items"] == []

    def test_calls_to_numbers_nobody_holds_come_with_what_was_meant(self, world: World) -> None:
        edge = EdgeClient(world)
        given_calls_go_through(world)
        edge.ask("7011112222")

        (attempt,) = world.acme.get("/x/v1/routing/refusals").json["items"]

        assert attempt["near_misses"] == [{"number": "07011112222", "reason": "spelling"}]
        assert world.globex.get("/x/v1/routing/refusals").json["items"] == []


class TestSimulation:
    SIMULATE = "/x/v1/routing/simulate"

    def test_it_tells_who_would_answer_and_why(self, world: World) -> None:
        given_calls_go_through(world)

        told = world.acme.post(
            self.SIMULATE, {"called": "+82 70 1111 2222", "source_address": "203.0.113.10"}
        ).json

        assert (told["decision"], told["agent"]["agent_id"]) == ("route", AGENT)
        assert told["called"] == {
            "raw": "+82 70 1111 2222",
            "domestic": "07011112222",
            "e164": "+827011112222",
            "anonymous": False,
        }
        assert told["caller"]["anonymous"]
        assert [step["rule"] for step in told["trace"]][:3] == ["stranger", "number", "source"]
        assert told["trace"][-1]["verdict"] == "routed"

    def test_it_says_the_same_as_the_live_call(self, world: World) -> None:
        edge = EdgeClient(world)
        given_calls_go_through(world, inbound_agent=None)
        for source in ("203.0.113.10", STRANGER_IP):
            live = edge.ask(source_address=source)
            told = world.acme.post(
                self.SIMULATE,
                {"called": "07011112222", "caller": "01012345678", "source_address": source},
            ).json
            assert (told["reason"], told["sip_code"]) == (live["reason"], live["sip_code"])

    def test_it_looks_ahead(self, world: World) -> None:
        end_at = world.clock() + 1000
        given_calls_go_through(
            world, status=Status.CANCEL_REQUESTED, end_at=end_at, cancel_requested_at=1
        )

        now = world.acme.post(self.SIMULATE, {"called": "07011112222"}).json
        later = world.acme.post(self.SIMULATE, {"called": "07011112222", "at": end_at}).json

        assert (now["decision"], later["reason"]) == ("route", "expired")
        refused = world.acme.post(self.SIMULATE, {"called": "1", "at": world.clock() - 1})
        assert refused.fields == ["at"]

    def test_numbers_of_others_look_like_none_and_near_misses_are_ones_own(
        self, world: World
    ) -> None:
        given_calls_go_through(world)

        foreign = world.globex.post(self.SIMULATE, {"called": "07011112222"}).json
        none = world.globex.post(self.SIMULATE, {"called": "07011112229"}).json
        meant = world.acme.post(self.SIMULATE, {"called": "07011112229"}).json

        assert foreign["reason"] == none["reason"] == "number_unknown"
        assert foreign["near_misses"] == none["near_misses"] == []
        assert foreign["number"] is None
        assert meant["near_misses"] == [{"number": "07011112222", "reason": "one_digit"}]

    def test_in_english_if_asked(self, world: World) -> None:
        given_calls_go_through(world)
        client = world.acme.sending(accept_language="en")

        told = client.post(self.SIMULATE, {"called": "07011112222"}).json

        assert told["trace"][0]["text"] == "No source was given, so none was checked."

    def test_a_source_has_to_be_an_address(self, acme: Client) -> None:
        refused = acme.post(self.SIMULATE, {"called": "1", "source_address": "pbx.example"})

        assert refused.fields == ["source_address"]

    def test_calls_out(self, world: World) -> None:
        given_calls_go_through(world)
        body = {"direction": "outbound", "called": "01012345678", "caller": "07011112222"}

        placed = world.acme.post(self.SIMULATE, body).json
        by_runtime = world.acme.post(self.SIMULATE, body | {"source_address": "10.0.0.5"}).json
        by_stranger = world.acme.post(self.SIMULATE, body | {"source_address": STRANGER_IP}).json

        assert (placed["agent"]["agent_id"], placed["targets"][0]["kind"]) == (AGENT, "trunk")
        assert (by_runtime["decision"], by_runtime["agent"]) == ("route", None)
        assert by_stranger["reason"] == "source_not_allowed"

    def test_it_leaves_nothing_behind(self, world: World) -> None:
        given_calls_go_through(world)

        world.acme.post(self.SIMULATE, {"called": "07011112222", "source_address": STRANGER_IP})

        assert world.acme.get("/v3/calls").json["total_count"] == 0
        assert world.acme.get(f"/x/v1/numbers/{NUMBER}/refusals").json["items"] == []

    def test_a_sandbox_has_a_simulated_carrier(self, world: World) -> None:
        body = {"name": "sandbox", "mode": "test", "scopes": ["read", "write", "admin"]}
        tester = world.holding(world.acme.post("/x/v1/keys", body).json["token"])
        line = tester.get("/v3/telephone-numbers/available").json["items"][0]
        tester.post("/v3/telephone-numbers/purchase", {"id": line["id"]})

        told = tester.post(
            self.SIMULATE, {"called": line["number"], "source_address": "192.0.2.1"}
        ).json

        assert told["reason"] == "no_agent_mapped"


class TestReplay:
    def test_a_call_reads_as_it_was_and_as_it_would_be(self, world: World) -> None:
        edge = EdgeClient(world)
        given_calls_go_through(world)
        call_id = edge.ask()["call_id"]
        path = f"/x/v1/calls/{call_id}/replay"

        before = world.acme.post(path).json
        world.given(an_agent(id=DAY_DESK))
        change = {"inbound_agent": {"agent_id": DAY_DESK}}
        world.acme.patch(f"/v3/organization-telephone-numbers/{NUMBER}/agent", change)
        after = world.acme.post(path).json

        assert (before["same"], after["same"]) == (True, False)
        assert after["recorded"]["agent"]["agent_id"] == AGENT
        assert after["today"]["agent"]["agent_id"] == DAY_DESK
        assert after["recorded"]["source_address"] == "203.0.113.10"
        assert after["recorded"]["trace"] == before["today"]["trace"]

    def test_a_call_that_would_be_refused_now_is_not_the_same(self, world: World) -> None:
        edge = EdgeClient(world)
        given_calls_go_through(world)
        call_id = edge.ask()["call_id"]
        world.acme.delete(f"/v3/organization-telephone-numbers/{NUMBER}")

        replayed = world.acme.post(f"/x/v1/calls/{call_id}/replay").json

        assert not replayed["same"]
        assert replayed["today"]["reason"] == "expired"

    def test_calls_out_by_a_runtime_and_by_order(self, world: World) -> None:
        edge = EdgeClient(world)
        given_calls_go_through(world)
        by_runtime = edge.ask_out(call_id=an_id(5))["call_id"]
        order = {
            "from_number": "07011112222",
            "to_number": "01012345678",
            "agent": {"agent_id": AGENT},
        }
        by_order = world.acme.post("/v3/calls", order).json["id"]

        for call_id in (by_runtime, by_order):
            assert world.acme.post(f"/x/v1/calls/{call_id}/replay").json["same"]


def test_calls_fall_back_to_another_runtime(world: World) -> None:
    edge = EdgeClient(world)
    world.given(an_agent(), a_number(inbound_agent=mapped()))
    given_runtimes(world.database, a_runtime())
    spare = world.acme.post(
        "/x/v1/runtimes", {"name": "spare", "targets": [{"address": "10.0.0.8"}]}
    ).json["id"]
    body = {
        "allowed_sources": ["203.0.113.10"],
        "fallbacks": [{"type": "runtime", "runtime_id": spare}],
    }
    world.acme.patch(PATH, body)

    assert [target["uri"] for target in edge.ask()["targets"]] == [
        "sip:07011112222@10.0.0.5:5060",
        "sip:07011112222@10.0.0.8",
    ]
