"""Every question of the edge gets an answer it can act on, and costs strangers nothing."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import md5
from ipaddress import ip_network
from typing import Any

import pytest

from builders import (
    ACME,
    AGENT,
    GLOBEX,
    LINE,
    NOTHING,
    NUMBER,
    a_bought_number,
    a_line,
    a_number,
    an_agent,
    an_id,
)
from dialplane.domain.agents import Agent
from dialplane.domain.calls import CallId
from dialplane.domain.lines import LineStatus
from dialplane.domain.number_routing import InboundAuth
from dialplane.domain.numbers import Status
from dialplane.domain.routing import AnotherAgent, Arm, TelephoneTransfer
from dialplane.domain.runtimes import RuntimeTarget, TargetId
from dialplane.domain.values import AgentId, NumberId
from dialplane.store import calls, peers, refusals
from dialplane.store.secret_box import FOR_SIP
from parts.callable import (
    CARRIER,
    HOUSE_TARGET,
    RUNTIME_URI,
    a_called_number,
    a_carrier,
    a_runtime,
    given_addresses,
    given_calls_go_through,
    given_carriers,
    given_limits,
    given_routing,
    given_runtimes,
    mapped,
)
from parts.edge_client import RUNTIME_IP, STRANGER_IP, TRUNK_IP, EdgeClient
from parts.program import wait_until
from parts.world import World

DAY_DESK = AgentId(an_id(0xDA1))


def a_sip_login(world: World) -> dict[str, Any]:
    return {
        "auth_username": "acme",
        "sealed_password": world.parts.box.seal("s3cret", FOR_SIP),
    }


def with_login(world: World) -> Any:
    number = a_called_number()
    return replace(number.sip, **a_sip_login(world))


def ha1(realm: str) -> str:
    return md5(f"acme:{realm}:s3cret".encode(), usedforsecurity=False).hexdigest()


def rows(world: World, table: str) -> int:
    with world.database.reading() as db:
        found = db.one_or_none("SELECT count(*) AS n FROM " + table)  # noqa: S608  # ours
        return int(found["n"]) if found else 0


class TestInbound:
    def test_a_call_from_the_trunk_is_routed_to_the_agents_runtime(
        self, world: World, edge: EdgeClient
    ) -> None:
        given_calls_go_through(world)

        answer = edge.ask("+82 70-1111-2222")

        assert answer["decision"] == "route"
        assert (answer["number_id"], answer["agent_id"]) == (NUMBER, AGENT)
        assert (answer["agent_selector"], answer["agent_version"]) == ("current", "current")
        assert answer["allowed_sources"] == ["203.0.113.10/32"]
        (target,) = answer["targets"]
        assert (target["target_id"], target["uri"]) == (
            HOUSE_TARGET,
            "sip:07011112222@10.0.0.5:5060",
        )
        assert {"name": "X-Dialplane-Agent-Id", "value": AGENT} in target["headers"]
        assert {"name": "X-Dialplane-Number-Id", "value": NUMBER} in answer["headers"]

    def test_the_record_keeps_selector_version_and_trace(
        self, world: World, edge: EdgeClient
    ) -> None:
        world.given(an_agent(production_version=2, last_version=2))
        world.given(a_called_number(inbound_agent=mapped(version="production")))
        given_runtimes(world.database, a_runtime())
        edge.ask()

        with world.database.reading() as db:
            call = calls.get(db, ACME, CallId(an_id(0xCA11)))
            route = calls.find_route(db, ACME, call.id)

        assert (call.agent, call.agent_version) == (mapped(version="production"), "v2")
        assert (call.from_number, call.to_number) == ("01012345678", "07011112222")
        assert route is not None
        assert route.asked.source == TRUNK_IP
        assert route.trace[-1].subject == HOUSE_TARGET

    def test_a_question_asked_twice_is_one_call(self, world: World, edge: EdgeClient) -> None:
        given_calls_go_through(world)
        given_limits(world.database, concurrent_calls=1)

        assert edge.ask() == edge.ask()
        assert rows(world, "calls") == 1

    def test_the_next_call_follows_a_remapping_and_a_publication(
        self, world: World, edge: EdgeClient
    ) -> None:
        given_calls_go_through(world, inbound_agent=mapped(version="production"))
        assert edge.ask()["reason"] == "agent_missing"

        world.acme.post(f"/v3/agents/{AGENT}/versions", {})
        world.acme.post(f"/v3/agents/{AGENT}/versions/v1/publish", {})

        assert edge.ask()["agent_version"] == "v1"

    @pytest.mark.parametrize(
        ("given", "code", "reason"),
        [
            ({"status": Status.SCHEDULED, "start_at": 2**45}, 480, "not_active_yet"),
            ({"status": Status.EXPIRED, "end_at": 1}, 410, "expired"),
            (
                {"status": Status.CANCEL_REQUESTED, "end_at": 1, "cancel_requested_at": 1},
                410,
                "expired",
            ),
            ({"inbound_agent": None}, 480, "no_agent_mapped"),
            ({"inbound_agent": mapped(AgentId(NOTHING))}, 480, "agent_missing"),
            ({"inbound_agent": mapped(version="v1")}, 480, "agent_missing"),
        ],
    )
    def test_a_refusal_says_why(
        self, *, world: World, edge: EdgeClient, given: dict[str, Any], code: int, reason: str
    ) -> None:
        given_calls_go_through(world, **given)

        answer = edge.ask()

        assert (answer["decision"], answer["sip_code"], answer["reason"]) == (
            "refuse",
            code,
            reason,
        )
        assert rows(world, "calls") == 0

    def test_without_a_runtime_nobody_is_reachable(self, world: World, edge: EdgeClient) -> None:
        world.given(an_agent(), a_called_number())

        answer = edge.ask()

        assert (answer["sip_code"], answer["reason"]) == (503, "runtime_unreachable")

    def test_a_cancelled_number_works_until_its_last_millisecond(
        self, world: World, edge: EdgeClient
    ) -> None:
        end_at = world.clock() + 1
        given_calls_go_through(
            world, status=Status.CANCEL_REQUESTED, end_at=end_at, cancel_requested_at=1
        )

        assert edge.ask()["decision"] == "route"
        world.clock.advance(ms=1)
        assert edge.ask(call_id=an_id(2))["reason"] == "expired"

    def test_an_address_is_a_source_before_anybody_has_looked_it_up(
        self, world: World, edge: EdgeClient
    ) -> None:
        world.given(an_agent(), a_called_number())
        given_runtimes(world.database, a_runtime())

        assert edge.ask()["decision"] == "route"

    def test_a_trunk_with_a_name_is_reached_from_what_it_resolves_to(
        self, world: World, edge: EdgeClient
    ) -> None:
        world.given(an_agent(), a_number(inbound_agent=mapped()))
        given_runtimes(world.database, a_runtime())
        assert edge.ask()["reason"] == "source_not_allowed"

        given_addresses(world.database, "sip:trunk.example.com:5060", TRUNK_IP, "2001:db8::7")

        assert edge.ask()["allowed_sources"] == ["203.0.113.10/32", "2001:db8::7/128"]
        assert edge.ask(source_address="2001:db8::7", call_id=an_id(2))["decision"] == "route"

    def test_a_bought_number_is_called_over_the_operators_carriers(
        self, world: World, edge: EdgeClient
    ) -> None:
        world.given(an_agent(), a_bought_number(inbound_agent=mapped()))
        given_runtimes(world.database, a_runtime())
        given_carriers(world.database, a_carrier())

        assert edge.ask(source_address="192.0.2.9")["decision"] == "route"
        assert edge.ask(source_address=STRANGER_IP)["reason"] == "source_not_allowed"

    def test_an_allow_list_lets_others_in(self, world: World, edge: EdgeClient) -> None:
        given_calls_go_through(world)
        given_routing(world.database, allowed=(ip_network("198.51.100.0/24"),))

        assert edge.ask(source_address=STRANGER_IP)["decision"] == "route"

    def test_anyone_has_to_be_written_out(self, world: World, edge: EdgeClient) -> None:
        given_calls_go_through(world)
        assert edge.ask(source_address=STRANGER_IP)["reason"] == "source_not_allowed"

        given_routing(world.database, allowed=(ip_network("0.0.0.0/0"),))

        assert edge.ask(source_address=STRANGER_IP)["decision"] == "route"
        assert edge.ask("0212345678", source_address=STRANGER_IP)["reason"] == "source_not_allowed"

    def test_digest_is_asked_for_with_ha1_alone(self, world: World, edge: EdgeClient) -> None:
        given_calls_go_through(world, sip=with_login(world))
        given_routing(world.database, inbound_auth=InboundAuth.SOURCE_AND_DIGEST)

        answer = edge.ask()

        assert answer["digest"] == {
            "username": "acme",
            "realm": "dialplane",
            "ha1": ha1("dialplane"),
        }
        assert "s3cret" not in str(answer)

    def test_credentials_alone_do_not_mean_that_callers_are_challenged(
        self, world: World, edge: EdgeClient
    ) -> None:
        given_calls_go_through(world, sip=with_login(world))

        assert edge.ask()["digest"] is None

    def test_the_api_seals_passwords_so_that_the_edge_can_use_them(
        self, world: World, edge: EdgeClient
    ) -> None:
        world.given(an_agent())
        given_runtimes(world.database, a_runtime())
        world.acme.post(
            "/v3/telephone-numbers/register",
            {
                "number": "07011112222",
                "address": "203.0.113.10",
                "auth_username": "acme",
                "auth_password": "s3cret",
            },
        )

        answer = edge.ask_out()

        assert answer["targets"][0]["credentials"]["ha1"] == ha1("203.0.113.10")

    def test_targets_that_are_down_are_left_out(self, world: World, edge: EdgeClient) -> None:
        world.given(an_agent(), a_called_number())
        others = RuntimeTarget(id=TargetId(an_id(0xB)), address="10.0.0.6", uri="sip:10.0.0.6")
        runtime = a_runtime()
        given_runtimes(world.database, replace(runtime, targets=(*runtime.targets, others)))
        edge.tell(edge.event("runtime.down", target_uri=RUNTIME_URI, sip_code=408))

        assert [target["target_id"] for target in edge.ask()["targets"]] == [others.id]

        edge.tell(edge.event("runtime.down", target_uri="sip:10.0.0.6"))
        assert edge.ask(call_id=an_id(2))["reason"] == "runtime_unreachable"

        edge.tell(edge.event("runtime.up", target_uri=RUNTIME_URI, sip_code=200))
        assert edge.ask(call_id=an_id(3))["decision"] == "route"

    def test_a_fallback_says_which_agent_answers_there(
        self, world: World, edge: EdgeClient
    ) -> None:
        given_calls_go_through(world)
        world.given(_another_agent())
        given_routing(
            world.database,
            fallbacks=(AnotherAgent(mapping=mapped(DAY_DESK)), TelephoneTransfer(digits="02312")),
        )

        first, second, third = edge.ask()["targets"]

        assert {"name": "X-Dialplane-Agent-Id", "value": AGENT} in first["headers"]
        assert {"name": "X-Dialplane-Agent-Id", "value": DAY_DESK} in second["headers"]
        assert (third["uri"], third["headers"]) == ("sip:02312@203.0.113.10", [])
        assert [first["priority"], second["priority"], third["priority"]] == [0, 1, 2]

    def test_a_split_marks_the_call(self, world: World, edge: EdgeClient) -> None:
        given_calls_go_through(world)
        given_routing(
            world.database, inbound_split=(Arm(label="canary", mapping=mapped(), weight=1),)
        )

        (target,) = edge.ask()["targets"]

        assert {"name": "X-Dialplane-Variant", "value": "canary"} in target["headers"]


def _another_agent() -> Agent:
    return an_agent(id=DAY_DESK)


class TestStrangers:
    def test_hear_the_same_about_every_number_and_learn_nothing(
        self, world: World, edge: EdgeClient
    ) -> None:
        given_calls_go_through(world)

        about_one = edge.ask(source_address=STRANGER_IP)
        about_none = edge.ask("07099998888", source_address=STRANGER_IP)

        assert about_one == about_none
        assert about_one["reason"] == "source_not_allowed"

    def test_a_thousand_unknown_numbers_cost_no_row(self, world: World, edge: EdgeClient) -> None:
        given_calls_go_through(world)

        for count in range(100):
            edge.ask(f"0709999{count:04}", source_address=STRANGER_IP, call_id=an_id(count))

        assert [rows(world, table) for table in ("calls", "refusals", "edge_events")] == [0, 0, 0]

    def test_the_owner_sees_who_was_refused_in_few_rows(
        self, world: World, edge: EdgeClient
    ) -> None:
        given_calls_go_through(world)
        for count in range(60):
            world.clock.advance(seconds=2)
            edge.ask(source_address=f"198.51.100.{count % 30}", call_id=an_id(count))

        with world.database.reading() as db:
            kept = refusals.last(db, ACME, NUMBER)

        assert len(kept) == 20
        assert (kept[0].source, kept[0].reason) == ("198.51.100.29", "source_not_allowed")

    def test_attempts_alike_are_counted_together(self, world: World, edge: EdgeClient) -> None:
        given_calls_go_through(world)
        for count in range(5):
            world.clock.advance(seconds=2)
            edge.ask(source_address=STRANGER_IP, call_id=an_id(count))

        with world.database.reading() as db:
            (kept,) = refusals.last(db, ACME, NUMBER)

        assert (kept.times, kept.call_id) == (5, an_id(4))

    def test_a_trunk_we_know_hears_that_the_number_is_unknown_and_its_owner_what_was_meant(
        self, world: World, edge: EdgeClient
    ) -> None:
        given_calls_go_through(world)

        answer = edge.ask("07011112223")

        assert (answer["sip_code"], answer["reason"]) == (404, "number_unknown")
        with world.database.reading() as db:
            (kept,) = refusals.last(db, ACME, None)
        assert [miss.number for miss in kept.near_misses] == ["07011112222"]

    def test_nobody_is_told_about_near_misses_among_the_numbers_of_others(
        self, world: World, edge: EdgeClient
    ) -> None:
        given_calls_go_through(world)
        world.given(a_number(id=NumberId(an_id(7)), organization_id=GLOBEX, number="07011112224"))

        edge.ask("07011112225")

        with world.database.reading() as db:
            (kept,) = refusals.last(db, ACME, None)
        assert [miss.number for miss in kept.near_misses] == ["07011112222"]

    def test_somebody_elses_trunk_hears_that_a_held_number_is_unknown(
        self, world: World, edge: EdgeClient
    ) -> None:
        given_calls_go_through(world)
        sip = replace(a_called_number().sip, address="x", address_uri="sip:203.0.113.77")
        world.given(
            a_number(id=NumberId(an_id(7)), organization_id=GLOBEX, number="07033334444", sip=sip)
        )
        given_addresses(world.database, "sip:203.0.113.77", "203.0.113.77")

        assert edge.ask(source_address="203.0.113.77")["reason"] == "number_unknown"


class TestLimits:
    def test_a_seat_is_free_again_after_the_call(self, world: World, edge: EdgeClient) -> None:
        given_calls_go_through(world)
        given_routing(world.database, concurrent_calls=1)
        edge.ask()

        refused = edge.ask(call_id=an_id(2))
        assert (refused["sip_code"], refused["reason"]) == (486, "limit_reached")

        edge.tell(edge.event("call.ended", hung_up_by="caller", duration_ms=10))
        assert edge.ask(call_id=an_id(3))["decision"] == "route"

    def test_calls_per_second_count_a_second(self, world: World, edge: EdgeClient) -> None:
        given_calls_go_through(world)
        given_limits(world.database, calls_per_second=2)

        told = [edge.ask(call_id=an_id(count))["decision"] for count in range(3)]
        assert told == ["route", "route", "refuse"]

        world.clock.advance(seconds=1)
        assert edge.ask(call_id=an_id(9))["decision"] == "route"

    def test_a_seat_nobody_frees_is_free_some_time(self, world: World, edge: EdgeClient) -> None:
        given_calls_go_through(world)
        given_limits(world.database, concurrent_calls=1)
        edge.ask()

        world.clock.advance(hours=1)

        assert edge.ask(call_id=an_id(2))["decision"] == "route"

    def test_simultaneous_calls_never_share_the_last_seat(
        self, world: World, edge: EdgeClient
    ) -> None:
        given_calls_go_through(world)
        given_limits(world.database, concurrent_calls=5)

        with ThreadPoolExecutor(8) as callers:
            asked = [callers.submit(edge.ask, call_id=an_id(count)) for count in range(24)]
            told = [answer.result()["decision"] for answer in asked]

        assert (told.count("route"), told.count("refuse")) == (5, 19)


class TestRecord:
    """A call has a record a moment after it was answered, or before where that matters."""

    def send(self, world: World, edge: EdgeClient, call_id: str) -> bool:
        """Ask, wait for nothing, and see whether there is a record."""
        raw = {**edge.question(), "called": "07011112222", "call_id": call_id}
        assert edge.send("/inbound", raw).json["decision"] == "route"
        return self.is_kept(world, call_id)

    def is_kept(self, world: World, call_id: str) -> bool:
        with world.database.reading() as db:
            return calls.find(db, ACME, CallId(call_id)) is not None

    def test_a_call_is_answered_while_nobody_can_write(
        self, world: World, edge: EdgeClient
    ) -> None:
        given_calls_go_through(world)

        with world.database.writing():
            self.send(world, edge, an_id(1))

        wait_until(lambda: self.is_kept(world, an_id(1)))

    def test_where_seats_are_limited_the_record_comes_first(
        self, world: World, edge: EdgeClient
    ) -> None:
        given_calls_go_through(world)
        given_limits(world.database, concurrent_calls=9)

        assert [self.send(world, edge, an_id(count)) for count in range(1, 4)] == [True] * 3

    def test_where_the_edge_may_still_refuse_there_is_a_record_to_forget(
        self, world: World, edge: EdgeClient
    ) -> None:
        given_calls_go_through(world, sip=with_login(world))
        given_routing(world.database, inbound_auth=InboundAuth.SOURCE_AND_DIGEST)

        assert [self.send(world, edge, an_id(count)) for count in range(1, 4)] == [True] * 3


class TestOutbound:
    def test_a_runtime_calls_out_over_the_trunk_of_the_number(
        self, world: World, edge: EdgeClient
    ) -> None:
        given_calls_go_through(world)

        answer = edge.ask_out("+82 10-1234-5678")

        (target,) = answer["targets"]
        assert target["uri"] == "sip:01012345678@203.0.113.10"
        assert answer["allowed_sources"] == [f"{RUNTIME_IP}/32"]
        assert answer["identity"]["user"] == "07011112222"
        assert answer["cache_ttl_ms"] == 0

    def test_a_realm_heard_in_a_challenge_is_remembered(
        self, world: World, edge: EdgeClient
    ) -> None:
        given_calls_go_through(world, sip=with_login(world))
        trunk = edge.ask_out()["targets"][0]["target_id"]

        again = edge.ask_out(realm="carrier.example", realm_target=trunk)
        other_call = edge.ask_out(call_id=an_id(2))

        for answer in (again, other_call):
            assert answer["targets"][0]["credentials"] == {
                "username": "acme",
                "realm": "carrier.example",
                "ha1": ha1("carrier.example"),
            }

    def test_a_realm_of_another_target_teaches_nothing(
        self, world: World, edge: EdgeClient
    ) -> None:
        given_calls_go_through(world, sip=with_login(world))

        answer = edge.ask_out(realm="evil.example", realm_target="ST_000000000000")

        assert answer["targets"][0]["credentials"]["realm"] == "203.0.113.10"

    def test_bought_numbers_go_out_over_the_carriers_in_their_order(
        self, world: World, edge: EdgeClient
    ) -> None:
        world.given(an_agent(), a_bought_number())
        given_runtimes(world.database, a_runtime())
        login = a_sip_login(world)
        backup = a_carrier(
            id=carriers_id(2), name="backup", uri="sip:192.0.2.2", networks=(), priority=1
        )
        given_carriers(world.database, backup, a_carrier(**login))

        first, second = edge.ask_out()["targets"]

        assert (first["target_id"], first["uri"]) == (CARRIER, "sip:01012345678@192.0.2.1")
        assert first["credentials"]["ha1"] == ha1("192.0.2.1")
        assert (second["uri"], second["credentials"]) == ("sip:01012345678@192.0.2.2", None)

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"source_address": STRANGER_IP}, "source_not_allowed"),
            ({"caller": "07099998888"}, "number_unknown"),
            ({"caller": "alice"}, "number_unknown"),
        ],
    )
    def test_only_a_runtime_of_the_holder_presents_a_number(
        self, world: World, edge: EdgeClient, changes: dict[str, Any], reason: str
    ) -> None:
        given_calls_go_through(world)

        assert edge.ask_out(**changes)["reason"] == reason

    def test_a_runtime_of_somebody_else_hears_that_the_number_is_unknown(
        self, world: World, edge: EdgeClient
    ) -> None:
        given_calls_go_through(world)
        target = RuntimeTarget(id=TargetId(an_id(9)), address="x", uri="sip:10.9.9.9")
        given_runtimes(
            world.database,
            a_runtime(id=an_id(8), organization_id=GLOBEX, targets=(target,)),
        )

        assert edge.ask_out(source_address="10.9.9.9")["reason"] == "number_unknown"

    def test_a_number_without_a_trunk_goes_nowhere(self, world: World, edge: EdgeClient) -> None:
        given_calls_go_through(world, sip=type(a_called_number().sip)())

        assert edge.ask_out()["reason"] == "runtime_unreachable"

    def test_a_leg_of_a_call_is_recorded_under_that_call(
        self, world: World, edge: EdgeClient
    ) -> None:
        given_calls_go_through(world)
        first = edge.ask_out()["call_id"]

        assert edge.ask_out(call_id=an_id(2), claimed_call_id=first)["call_id"] == first
        assert edge.ask_out(call_id=an_id(3), claimed_call_id=NOTHING)["call_id"] == an_id(3)
        assert edge.ask_out(call_id=an_id(4), claimed_call_id="nonsense")["call_id"] == an_id(4)

    def test_an_inbound_call_is_not_claimed_by_a_leg_going_out(
        self, world: World, edge: EdgeClient
    ) -> None:
        given_calls_go_through(world)
        inbound = edge.ask()["call_id"]

        assert edge.ask_out(call_id=an_id(2), claimed_call_id=inbound)["call_id"] == an_id(2)


def carriers_id(count: int) -> Any:
    return an_id(0xCA0 + count)


class TestAdmission:
    @pytest.mark.parametrize("token", [None, "", "wrong", "dp_live_" + "A" * 43])
    def test_nobody_else_gets_in(self, edge: EdgeClient, token: str | None) -> None:
        for path in ("/inbound", "/outbound", "/events"):
            assert edge.send(path, edge.question(), token=token).status_code == 401
        assert edge.send("/targets", None, token=token, method="GET").status_code == 401

    def test_the_edges_token_opens_nothing_else(self, world: World) -> None:
        assert world.holding("edge-token").get("/v3/agents").status == 401

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"[]",
            b"\xff",
            b"{}",
            {"source_address": "pbx.example"},
            {"call_id": "nonsense"},
            {"transport": "pigeon"},
            {"source_port": 65536},
            {"caller": "1" * 65},
            {"received_at": -1},
        ],
    )
    def test_a_question_nobody_can_read_is_the_edges_fault(
        self, edge: EdgeClient, body: Any
    ) -> None:
        if isinstance(body, dict) and "called" not in body:
            body = {**edge.question(), "called": "07011112222", **body}

        result = edge.send("/inbound", body)

        assert (result.status_code, result.json["error"]["code"]) == (400, "VALIDATION_ERROR")

    @pytest.mark.parametrize(
        "strange", ["", "alice", "a\x00b", "\ud800", "' OR 1=1 --", "전화", "%00", "+" * 64]
    )
    def test_whatever_a_stranger_dials_is_answered(
        self, world: World, edge: EdgeClient, strange: str
    ) -> None:
        given_calls_go_through(world)

        assert edge.ask(strange)["decision"] == "refuse"
        assert edge.ask(caller=strange, call_id=an_id(2))["decision"] == "route"
        assert edge.ask_out(strange, call_id=an_id(3))["decision"] == "route"

    def test_fields_of_a_newer_edge_are_left_unread(self, world: World, edge: EdgeClient) -> None:
        given_calls_go_through(world)

        assert edge.ask(colour="blue")["decision"] == "route"


def test_peers_are_told_page_by_page(world: World, edge: EdgeClient) -> None:
    given_calls_go_through(world)
    given_carriers(world.database, a_carrier())

    page, items = edge.targets("?limit=1"), []
    while True:
        items += page["items"]
        if page["next_after"] is None:
            break
        page = edge.targets(f"?limit=1&after={page['next_after']}")

    assert sorted((item["kind"], item["uri"]) for item in items) == [
        ("runtime", RUNTIME_URI),
        ("trunk", "sip:192.0.2.1"),
        ("trunk", "sip:203.0.113.10"),
    ]
    assert edge.targets()["items"] == items


def test_a_quarantined_line_sounds_expired(world: World, edge: EdgeClient) -> None:
    world.given(a_bought_number(status=Status.EXPIRED, end_at=1))
    world.given(a_line(id=LINE, status=LineStatus.QUARANTINED, available_from=2**45))
    given_carriers(world.database, a_carrier())

    assert edge.ask(source_address="192.0.2.1")["reason"] == "expired"


def test_states_of_peers_do_not_go_back_in_time(world: World, edge: EdgeClient) -> None:
    newer = edge.event("runtime.up", target_uri=RUNTIME_URI)
    older = edge.event("runtime.down", target_uri=RUNTIME_URI, at=world.clock() - 1)

    edge.tell(newer, older)

    with world.database.reading() as db:
        assert not peers.is_down(db, RUNTIME_URI)
