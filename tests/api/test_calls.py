"""Calls over HTTP: placed, read, listed by every filter, hung up on."""

from typing import Any

import pytest

from builders import ACME, AGENT, DIGITS, EARLIER, NOTHING, NOW, a_number, an_agent, an_id
from dialplane.domain.calls import (
    CallId,
    CallType,
    Direction,
)
from dialplane.domain.disconnections import EventReason, Party
from dialplane.domain.numbers import AgentMapping, SipSettings, Status
from dialplane.domain.runtimes import Runtime, RuntimeId, RuntimeTarget, TargetId
from dialplane.domain.values import AgentId
from dialplane.operations import dialing, simulated_calls
from dialplane.operations.dialing import Dialer
from dialplane.store import runtimes
from parts.client import Client
from parts.contract import Answer
from parts.kept_calls import a_call, answered, failed, kept
from parts.world import World

CALLS = "/v3/calls"
CALLEE = "01012345678"
ONCE = pytest.mark.parametrize("engine", ["sqlite"])


def placed(client: Client, **sent: Any) -> Answer:
    body = {"from_number": DIGITS, "to_number": CALLEE, "agent": {"agent_id": AGENT}}
    return client.post(CALLS, {name: each for name, each in (body | sent).items() if each != ...})


def hung_up_on(client: Client, call_id: str) -> Answer:
    return client.post(f"/x/v1/calls/{call_id}/hang-up")


def dialer(world: World, name: str = "one", *held: str) -> dialing.DialOrders:
    asking = Dialer(
        id=name, address="127.0.0.1", room=5, calls=tuple(CallId(each) for each in held)
    )
    return dialing.orders_for(world.database, asking, now=world.clock())


def listed(client: Client, **query: Any) -> list[str]:
    answer = client.get(CALLS, sort_order="asc", **query)
    assert answer.status == 200, answer.body
    assert answer.json["total_count"] == len(answer.json["items"])
    return [item["id"] for item in answer.json["items"]]


@pytest.fixture
def line(world: World) -> None:
    """Acme can call out, and somebody would answer for its agents."""
    world.given(an_agent(), a_number())
    target = RuntimeTarget(id=TargetId("rt"), address="10.0.0.5", uri="sip:10.0.0.5:5060")
    runtime = Runtime(
        id=RuntimeId(an_id(99)),
        organization_id=ACME,
        name="voice",
        is_default=True,
        targets=(target,),
        created_at=EARLIER,
        updated_at=EARLIER,
    )
    with world.database.writing() as db:
        runtimes.add(db, runtime)


@pytest.mark.usefixtures("line")
class TestPlacing:
    def test_a_call_is_queued_for_a_dialer(self, acme: Client) -> None:
        answer = placed(acme, metadata={"ticket": 4711}, dynamic_variables={"name": "홍길동"})

        assert answer.status == 200, answer.body
        call = answer.json
        assert (call["status"], call["call_type"]) == ("queued", "outbound")
        assert (call["from_number"], call["to_number"]) == (DIGITS, CALLEE)
        assert call["agent"] == {"agent_id": AGENT, "agent_version": "current"}
        assert (call["metadata"], call["dynamic_variables"]) == (
            {"ticket": 4711},
            {"name": "홍길동"},
        )
        assert acme.get(f"{CALLS}/{call['id']}").json == call

    def test_without_an_agent_the_number_chooses(self, world: World, acme: Client) -> None:
        other = AgentId(an_id(7))
        mapping = AgentMapping(agent_id=other, agent_version="v1")
        world.given(
            an_agent(id=other, last_version=1),
            a_number(id=an_id(1), number="07033334444", outbound_agent=mapping),
        )

        call = placed(acme, from_number="07033334444", agent=...).json

        assert call["agent"] == {"agent_id": other, "agent_version": "v1"}

    @ONCE
    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"from_number": "07099990000"}, "from_number"),
            ({"agent": ...}, "agent"),
            ({"agent": None}, "agent"),
            ({"agent": {"agent_id": NOTHING}}, "agent.agent_id"),
            ({"agent": {"agent_id": AGENT, "agent_version": "v9"}}, "agent.agent_version"),
            ({"agent": {"agent_id": AGENT, "agent_version": "production"}}, "agent.agent_version"),
            ({"to_number": DIGITS}, "to_number"),
            ({"to_number": "010-1234-5678"}, "to_number"),
            ({"presentation_number": "15881508"}, "presentation_number"),
            ({"metadata": "text"}, "metadata"),
            ({"campaign": 1}, "campaign"),
        ],
    )
    def test_what_a_call_cannot_have_is_refused_by_name(
        self, acme: Client, sent: dict[str, Any], field: str
    ) -> None:
        answer = placed(acme, **sent)

        assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
        assert answer.fields == [field]

    @ONCE
    @pytest.mark.parametrize(
        "changes",
        [
            {"status": Status.EXPIRED, "end_at": EARLIER, "cancel_requested_at": EARLIER},
            {"status": Status.SCHEDULED, "start_at": NOW + 1_000_000},
            {"sip": SipSettings()},
        ],
        ids=["expired", "not begun", "without a trunk"],
    )
    def test_a_number_that_cannot_call_out_is_refused(
        self, world: World, acme: Client, changes: dict[str, Any]
    ) -> None:
        world.given(a_number(id=an_id(1), number="07033334444", **changes))

        answer = placed(acme, from_number="07033334444")

        assert (answer.status, answer.fields) == (400, ["from_number"])

    @ONCE
    def test_a_number_of_somebody_else_is_a_number_nobody_holds(self, world: World) -> None:
        answer = placed(world.globex)

        assert answer.status == 400
        assert "from_number" in answer.fields

    def test_the_numbers_own_digits_may_be_presented(self, acme: Client) -> None:
        assert placed(acme, presentation_number=DIGITS).json["presentation_number"] == DIGITS

    def test_a_repeated_order_places_one_call(self, acme: Client) -> None:
        twice = acme.sending(idempotency_key="order-1")

        first, second = placed(twice), placed(twice)

        assert second.replayed
        assert listed(acme) == [first.json["id"]] == [second.json["id"]]


@pytest.mark.usefixtures("line")
class TestHangingUp:
    def test_a_queued_call_is_canceled_and_dialled_by_nobody(
        self, world: World, acme: Client
    ) -> None:
        call_id = placed(acme).json["id"]

        call = hung_up_on(acme, call_id).json

        assert (call["status"], call["disconnection_reason"]) == ("canceled", None)
        assert dialer(world).orders == ()

    def test_the_dialer_that_has_a_call_is_told(self, world: World, acme: Client) -> None:
        call_id = placed(acme).json["id"]
        dialer(world)

        hung_up_on(acme, call_id)

        assert dialer(world, "one", call_id).hang_up == (call_id,)

    @ONCE
    def test_what_somebody_else_placed_cannot_be_hung_up_on(
        self, world: World, acme: Client
    ) -> None:
        call_id = placed(acme).json["id"]

        assert hung_up_on(world.globex, call_id).status == 404


class TestReading:
    def test_an_answered_call_tells_when_and_why_it_ended(self, world: World, acme: Client) -> None:
        kept(world, answered(a_call(1), lasted_ms=4_000))

        call = acme.get(f"{CALLS}/{an_id(1)}").json

        assert (call["status"], call["disconnection_reason"]) == ("ended", "user_hangup")
        assert (call["start_at"], call["end_at"]) == (NOW + 1_500, NOW + 5_500)
        assert call["transcript"] is None

    @ONCE
    def test_a_call_of_somebody_else_does_not_exist(self, world: World) -> None:
        kept(world, a_call(1))

        assert world.globex.get(f"{CALLS}/{an_id(1)}").status == 404
        assert listed(world.globex) == []


class TestListing:
    def test_the_newest_comes_first(self, world: World, acme: Client) -> None:
        kept(world, a_call(1), a_call(2))

        items = acme.get(CALLS).json["items"]

        assert [item["id"] for item in items] == [an_id(2), an_id(1)]
        assert "transcript" not in items[0]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"status": "ended"}, [1, 2]),
            ({"status": ["ended", "not_connected"]}, [1, 2, 3]),
            ({"disconnection_reason": "agent_hangup"}, [2]),
            ({"disconnection_reason": ["dial_busy", "agent_hangup"]}, [2, 3]),
            ({"call_type": "inbound"}, [4]),
            ({"call_type": ["inbound", "web"]}, [4]),
            ({"call_from": DIGITS}, [1, 2, 3]),
            ({"call_from": "+82 70-1111-2222"}, [1, 2, 3]),
            ({"call_from": [DIGITS, "0212345678"]}, [1, 2, 3, 4]),
            ({"call_to": DIGITS}, [4]),
            ({"agent_id": AGENT}, [1, 2, 3]),
            ({"agent_id": [AGENT, an_id(7)]}, [1, 2, 3, 4]),
            ({"agent_id": AGENT, "agent_version": "v2"}, [2]),
            ({"agent_id": AGENT, "agent_version": ["v2", "current"]}, [1, 2, 3]),
            ({"duration_ms_min": 5_000}, [2]),
            ({"duration_ms_max": 5_000}, [1]),
            ({"metadata": "ticket:4711"}, [1]),
            ({"metadata": ["ticket:4711", "ticket:4712"]}, [1, 2]),
            ({"metadata": ["ticket:4712", "paid:true"]}, [2]),
            ({"metadata": ["ticket:4711", "paid:true"]}, []),
            ({"dynamic_variables": "name:a:b"}, [3]),
            ({"metadata": "name:a:b"}, []),
            ({"start_at_after": NOW + 2_500}, [2, 3, 4]),
            ({"start_at_before": NOW + 2_499}, [1]),
            ({"start_at_after": NOW + 3_000}, [3, 4]),
            ({"start_at_before": (NOW + 3_000) // 1000}, [1]),
            ({"customer_id": NOTHING}, []),
            ({"campaign_id": "12"}, []),
        ],
    )
    def test_every_filter_narrows_the_list(
        self, world: World, acme: Client, query: dict[str, Any], found: list[int]
    ) -> None:
        kept(
            world,
            answered(a_call(1, metadata={"ticket": 4711}), lasted_ms=4_000),
            answered(
                a_call(2, agent_version="v2", metadata={"ticket": "4712", "paid": True}),
                lasted_ms=6_000,
                by=Party.CALLER,
            ),
            failed(a_call(3, dynamic_variables={"name": "a:b"}), EventReason.CALLEE_BUSY),
            a_call(
                4,
                direction=Direction.INBOUND,
                call_type=CallType.INBOUND,
                from_number="0212345678",
                to_number=DIGITS,
                agent=AgentMapping(agent_id=AgentId(an_id(7))),
            ),
        )

        assert listed(acme, **query) == [an_id(count) for count in found]

    @ONCE
    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ({"agent_version": "v2"}, "agent_version"),
            ({"agent_id": [AGENT, NOTHING], "agent_version": "v2"}, "agent_version"),
            ({"agent_id": AGENT, "agent_version": "production"}, "agent_version.0"),
            ({"status": "over"}, "status.0"),
            ({"metadata": "ticket"}, "metadata.0"),
            ({"metadata": [f"k{n}:v" for n in range(21)]}, "metadata"),
            ({"campaign_id": "first"}, "campaign_id"),
        ],
    )
    def test_a_filter_that_means_nothing_is_refused(
        self, acme: Client, query: dict[str, Any], field: str
    ) -> None:
        answer = acme.get(CALLS, **query)

        assert (answer.status, answer.fields) == (400, [field])

    @ONCE
    def test_an_unknown_parameter_hears_the_known_ones(self, acme: Client) -> None:
        answer = acme.get(CALLS, direction="inbound")

        known = set(answer.details["allowed_query_parameters"])
        assert answer.status == 400
        assert {
            "agent_id", "call_from", "call_to", "call_type", "cursor", "disconnection_reason",
            "limit", "sort_order", "start_at_after", "start_at_before", "status",
        } <= known  # fmt: skip

    def test_pages_go_on_where_they_stopped(self, world: World, acme: Client) -> None:
        kept(world, *(a_call(count) for count in range(5)))

        first = acme.get(CALLS, limit=3).json
        second = acme.get(CALLS, limit=3, cursor=first["next_cursor"]).json

        told = [item["id"] for page in (first, second) for item in page["items"]]
        assert told == [an_id(count) for count in (4, 3, 2, 1, 0)]
        assert second["next_cursor"] is None


class TestSandbox:
    """Nobody is dialled; the callee's digits say how it goes, the sandbox's clock says when."""

    @pytest.fixture
    def tester(self, acme: Client, world: World) -> Client:
        body = {"name": "sandbox", "mode": "test", "scopes": ["read", "write", "admin"]}
        tester = world.holding(acme.post("/x/v1/keys", body).json["token"])
        number = {"number": DIGITS, "address": "sip:trunk.example.com"}
        tester.post("/v3/telephone-numbers/register", number)
        return tester

    def placed_by(self, tester: Client, callee: str) -> str:
        agent_id = tester.post("/v3/agents", {"name": "Night desk"}).json["agent_id"]
        answer = placed(tester, to_number=callee, agent={"agent_id": agent_id})
        assert answer.status == 200, answer.body
        call_id: str = answer.json["id"]
        return call_id

    def test_a_busy_callee_is_busy_as_soon_as_the_clock_says_so(
        self, world: World, tester: Client
    ) -> None:
        call_id = self.placed_by(tester, "01000000001")
        tester.post("/x/v1/test-clock/advance", {"by_ms": 60_000})

        call = tester.get(f"{CALLS}/{call_id}").json

        assert (call["status"], call["disconnection_reason"]) == ("not_connected", "dial_busy")
        assert dialer(world).orders == ()

    def test_the_worker_writes_down_what_was_read(self, world: World, tester: Client) -> None:
        call_id = self.placed_by(tester, "01012345678")
        tester.post("/x/v1/test-clock/advance", {"by_ms": 600_000})
        before = tester.get(f"{CALLS}/{call_id}").json

        assert simulated_calls.play(world.database, now=world.clock()) == 1

        assert tester.get(f"{CALLS}/{call_id}").json == before
        assert listed(tester, status="ended") == [call_id]
        assert simulated_calls.play(world.database, now=world.clock()) == 0

    @ONCE
    def test_a_call_can_be_hung_up_on(self, tester: Client) -> None:
        call_id = self.placed_by(tester, "01012345678")
        tester.post("/x/v1/test-clock/advance", {"by_ms": 10_000})

        call = hung_up_on(tester, call_id).json

        assert (call["status"], call["disconnection_reason"]) == ("ended", "operator_hangup")
