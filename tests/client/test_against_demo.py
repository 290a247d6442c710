"""The SDK against the real server: what a user does in their first hour, both ways of calling."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dialplane.client import OMIT, AgentMapping, AsyncDialplane, Dialplane, errors
from dialplane.client.webhooks import verify
from parts.aside import run_aside
from parts.demo import Demo
from parts.receiver import Receiver

MONTH_MS = 31 * 24 * 3600 * 1000


@pytest.fixture
def client(demo: Demo) -> Any:
    with Dialplane(api_key=demo.key, base_url=demo.url, language="en") as opened:
        yield opened


@pytest.fixture
def sandbox(demo: Demo) -> Any:
    with Dialplane(api_key=demo.test_key, base_url=demo.url, language="en") as opened:
        yield opened


class TestNumbers:
    def test_a_line_is_found_bought_mapped_and_given_up(self, client: Dialplane) -> None:
        line = client.lines.list(line_type="landline", sort_by="monthly_fee").first().items[0]
        agent = client.agents.create("Reception")
        bought = client.numbers.purchase(id=line.id, memo="branch")
        mapped = client.numbers.map(bought.id, inbound_agent={"agent_id": agent.agent_id})
        given_up = client.numbers.cancel(bought.id)
        kept = client.numbers.revoke_cancellation(bought.id)

        assert (bought.number, bought.monthly_fee) == (line.number, line.monthly_fee)
        assert mapped.inbound_agent == AgentMapping(agent_id=agent.agent_id)
        assert given_up.effective_at > (bought.start_at or 0)
        assert (kept.status, kept.end_at) == ("active", None)

    def test_left_out_null_and_a_value_are_three_things(self, client: Dialplane) -> None:
        agent = client.agents.create("Night desk")
        mapping = AgentMapping(agent_id=agent.agent_id)
        number = client.numbers.purchase(number="05000001001")

        both = client.numbers.map(number.id, inbound_agent=mapping, outbound_agent=mapping)
        one = client.numbers.map(number.id, inbound_agent=OMIT, outbound_agent=None)

        assert both.outbound_agent == mapping
        assert (one.inbound_agent, one.outbound_agent) == (mapping, None)

    def test_an_instant_may_be_a_datetime(self, client: Dialplane) -> None:
        at = datetime.now(UTC) + timedelta(days=3)

        number = client.numbers.purchase(number="05000001002", start_at=at)

        assert (number.status, number.start_at) == ("scheduled", int(at.timestamp() * 1000))

    def test_a_datetime_without_a_time_zone_is_refused(self, client: Dialplane) -> None:
        with pytest.raises(ValueError, match="time zone"):
            client.calls.list(start_at_after=datetime(2026, 1, 1))  # noqa: DTZ001  # the mistake

    def test_the_routing_of_a_number(self, client: Dialplane, demo: Demo) -> None:
        client.numbers.set_routing(demo.number_id, limits={"concurrent_calls": 3})

        assert client.numbers.routing(demo.number_id).limits.concurrent_calls == 3
        assert list(client.numbers.refusals(demo.number_id)) == []


class TestPages:
    def test_iterating_fetches_page_after_page(self, client: Dialplane) -> None:
        lines = client.lines.list(limit=3)

        assert len(list(lines.pages())) > 1
        assert len({line.id for line in lines}) == lines.first().total_count

    def test_several_values_of_a_filter(self, client: Dialplane) -> None:
        found = list(client.numbers.list(status=["active", "cancel_requested"]))

        assert {number.status for number in found} == {"active", "cancel_requested"}

    def test_following_events_begins_behind_a_position(self, client: Dialplane) -> None:
        told = client.events.follow(after=2, every_s=0, type="agent.created")

        assert next(told).position > 2

    def test_following_goes_on_where_it_was(self, client: Dialplane) -> None:
        last = client.events.list(sort_order="desc", limit=1).first().items[0].position
        told = client.events.follow(after=last, every_s=0)

        client.agents.create("First")
        first = next(told)
        client.agents.create("Second")

        assert [first.position, next(told).position] == [last + 1, last + 2]


class TestConditions:
    def test_what_has_not_changed_comes_back_itself(self, client: Dialplane, demo: Demo) -> None:
        number = client.numbers.get(demo.number_id)

        assert client.numbers.get(number.id, if_none_match=number) is number

    def test_an_etag_alone_cannot_come_back(self, client: Dialplane, demo: Demo) -> None:
        etag = client.numbers.get(demo.number_id).http.etag
        assert etag is not None

        with pytest.raises(errors.NotModified):
            client.numbers.get(demo.number_id, if_none_match=etag)

    def test_nobody_overwrites_what_somebody_else_changed(
        self, client: Dialplane, demo: Demo
    ) -> None:
        seen = client.numbers.get(demo.number_id)
        client.numbers.update(seen.id, memo="theirs")

        with pytest.raises(errors.RevisionConflict) as caught:
            client.numbers.update(seen.id, memo="mine", if_match=seen)

        assert caught.value.http_status == 412

    def test_a_thing_from_a_list_has_no_etag(self, client: Dialplane) -> None:
        listed = client.numbers.list().first().items[0]

        with pytest.raises(ValueError, match="ETag"):
            client.numbers.update(listed.id, memo="x", if_match=listed)

    def test_one_intention_happens_once(self, client: Dialplane) -> None:
        first = client.agents.create("Once", idempotency_key="only-once")
        second = client.agents.create("Once", idempotency_key="only-once")

        assert second == first
        assert (first.http.replayed, second.http.replayed) == (False, True)

    def test_a_request_may_have_a_name(self, client: Dialplane, demo: Demo) -> None:
        number = client.numbers.get(demo.number_id, request_id="checkout-4711")

        assert number.http.request_id == "checkout-4711"


class TestDryRuns:
    def test_what_a_change_would_do_is_told_and_not_done(
        self, client: Dialplane, demo: Demo
    ) -> None:
        before = client.numbers.get(demo.number_id)

        told = client.dry_run.numbers.map(demo.number_id, inbound_agent=None)

        assert [change.event for change in told.changes] == ["number.mapping_changed"]
        assert [each.after.reason for each in told.routing if each.differs] == ["no_agent_mapped"]
        assert client.numbers.get(demo.number_id) == before

    def test_what_would_be_refused_is_refused(self, client: Dialplane, demo: Demo) -> None:
        with pytest.raises(errors.ProviderMismatch):
            client.dry_run.numbers.set_sip(demo.number_id, address="sip:pbx.example.com")

    def test_what_has_none_is_not_sent(self, client: Dialplane) -> None:
        with pytest.raises(ValueError, match="no dry run"):
            client.dry_run.agents.create("Never")

        assert "Never" not in {agent.name for agent in client.agents.list()}


class TestErrors:
    def test_every_wrong_field_is_named(self, client: Dialplane) -> None:
        with pytest.raises(errors.ValidationFailed) as caught:
            client.numbers.register(number="abc", address="nonsense://")

        assert {problem.field for problem in caught.value.problems} >= {"number"}
        assert "number: " in str(caught.value)

    def test_a_code_is_a_class(self, client: Dialplane) -> None:
        client.numbers.purchase(number="05000001003")

        with pytest.raises(errors.NumberUnavailable):
            client.numbers.purchase(number="05000001003")

    def test_a_stranger_is_unauthorized(self, demo: Demo) -> None:
        with (
            Dialplane(api_key="dp_live_nobody", base_url=demo.url) as stranger,
            pytest.raises(errors.Unauthorized) as caught,
        ):
            stranger.numbers.list().first()

        assert caught.value.request_id

    def test_an_empty_id_is_not_a_list(self, client: Dialplane) -> None:
        with pytest.raises(ValueError, match="needs an id"):
            client.numbers.get("")

    def test_an_id_cannot_lead_elsewhere(self, client: Dialplane) -> None:
        with pytest.raises(errors.ApiError):
            client.numbers.get("../agents")

    def test_only_the_sandbox_has_a_clock(self, client: Dialplane) -> None:
        with pytest.raises(errors.SandboxOnly):
            client.test_clock.get()


class TestTheRest:
    def test_time_passes_in_the_sandbox(self, sandbox: Dialplane) -> None:
        number = sandbox.numbers.purchase(number="07000000001")
        sandbox.numbers.cancel(number.id)
        sandbox.test_clock.advance(by_ms=MONTH_MS)

        assert sandbox.numbers.get(number.id).status == "expired"
        assert "07000000001" in sandbox.ledger.csv()
        newest = sandbox.ledger.list(sort_order="desc").first().items[0]
        assert sandbox.ledger.page(limit=1).balance == newest.balance

    def test_a_call_is_placed_and_explained(self, sandbox: Dialplane) -> None:
        agent = sandbox.agents.create("Caller")
        number = sandbox.numbers.purchase(number="07000000002")
        mapping = AgentMapping(agent_id=agent.agent_id)
        sandbox.numbers.map(number.id, inbound_agent=mapping, outbound_agent=mapping)

        call = sandbox.calls.place(number.number, "01000000001", metadata={"ticket": 7})
        decision = sandbox.routing.simulate(number.number, caller="01012345678")

        assert sandbox.calls.get(call.id).metadata == {"ticket": 7}
        assert [each.id for each in sandbox.calls.list(call_to="01000000001")] == [call.id]
        assert decision.trace[-1].verdict in {"routed", "refused"}

    def test_secrets_are_not_printed(self, client: Dialplane) -> None:
        key = client.keys.create("for a test")
        webhook = client.webhooks.create("https://example.com/hooks")

        assert key.token not in repr(key)
        assert webhook.secret not in repr(webhook)
        assert client.webhooks.call_key().key not in repr(client.webhooks.call_key())

    def test_a_delivery_is_verified(self, client: Dialplane) -> None:
        with Receiver() as receiver:
            webhook = client.webhooks.create(receiver.url, event_types=["agent.created"])
            made = client.agents.create("Told of")
            heard = receiver.next_heard()
            client.webhooks.delete(webhook.id)

        event = verify(webhook.secret, heard.headers, heard.body)

        assert (event.type, event.resource.id) == ("agent.created", made.agent_id)

    def test_the_server_tells_of_itself(self, client: Dialplane) -> None:
        assert client.server.health().status == "ok"
        assert client.server.readiness().ready
        assert client.server.openapi()["info"]["title"] == "Dialplane"
        assert client.server.metrics().startswith("#")
        assert "Dialplane" in client.server.llms_txt()

    def test_an_agent_from_draft_to_production_and_back(self, client: Dialplane) -> None:
        agent = client.agents.create("Versions")
        client.agents.create_version(agent.agent_id, description="first")
        client.agents.publish(agent.agent_id, "v1", expected_production_version=None)
        client.agents.create_version(agent.agent_id)
        published = client.agents.publish(agent.agent_id, "v2")

        assert published.previous_production_version == "v1"
        assert len(client.agents.versions(agent.agent_id).versions) == 2
        assert client.agents.get(agent.agent_id, version="v1").version is not None

    def test_a_runtime_answers_for_an_agent(self, client: Dialplane) -> None:
        runtime = client.runtimes.create("LiveKit", [{"address": "sip:127.0.0.1:5099"}])
        agent = client.agents.create("With runtime")
        client.agents.set_runtime(agent.agent_id, runtime.id)

        assert client.agents.runtime(agent.agent_id).runtime_id == runtime.id
        with pytest.raises(errors.RuntimeInUse) as caught:
            client.runtimes.delete(runtime.id)
        assert caught.value.details["agent_ids"] == [agent.agent_id]


def test_the_other_client_is_awaited_and_does_the_same(demo: Demo) -> None:
    async def journey() -> None:
        async with AsyncDialplane(api_key=demo.key, base_url=demo.url) as client:
            agent = await client.agents.create("Awaited")
            lines = client.lines.list(line_type="uan", limit=1)
            listed = [line async for line in lines]
            first = await lines.first()
            bought = await client.numbers.purchase(number=listed[0].number)
            feed = client.events.follow(resource_id=bought.id, every_s=0)

            assert len(listed) == first.total_count
            assert (await anext(feed)).type == "number.purchased"
            assert await client.numbers.get(bought.id, if_none_match=bought) is bought
            told = await client.dry_run.numbers.cancel(bought.id)
            assert told.dry_run
            with pytest.raises(errors.NotFound):
                await client.calls.get(agent.agent_id)

    run_aside(journey())
