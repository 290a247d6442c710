"""A placed call is dialled by one dialer, once; whoever loses it has it end, not dialled again."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from builders import (
    ACME,
    AGENT,
    DIGITS,
    EARLIER,
    NOW,
    a_number,
    an_agent,
    an_id,
    an_organization,
)
from dialplane.domain.agent_data import DEFAULT_DATA
from dialplane.domain.callers import Caller, Mode, Scope
from dialplane.domain.calls import Asked, Call, CallEvent, CallId, CallStatus, EventType
from dialplane.domain.digits import read_digits
from dialplane.domain.disconnections import EventReason, Party
from dialplane.domain.numbers import AgentMapping
from dialplane.domain.orders import CallOrder, DialOrders
from dialplane.domain.routing import OutboundQuestion, source_address
from dialplane.domain.runtimes import Runtime, RuntimeId, RuntimeTarget, TargetId
from dialplane.domain.values import LIVE, KeyId, OrganizationId
from dialplane.operations import dialing, placing, routing
from dialplane.operations.dialing import LEASE_MS, QUEUED_AT_MOST_MS, Dialer
from dialplane.operations.routing import Denied, Granted
from dialplane.store import agents, calls, numbers, organizations, peers, runtimes
from dialplane.store.database import Database

CALLEE = "01012345678"
RUNTIME_URI = "sip:10.0.0.5:5060"
DIALER_ADDRESS = "10.0.0.9"
CALLER = Caller(
    key_id=KeyId("key"),
    organization_id=ACME,
    realm=LIVE,
    mode=Mode.LIVE,
    scopes=frozenset(Scope),
    now=NOW,
)


@pytest.fixture
def furnished(database: Database) -> Database:
    """Acme holds a number with a trunk, an agent, and a runtime for it."""
    with database.writing() as db:
        organizations.add(db, an_organization())
        agents.add(db, an_agent())
        numbers.add(db, a_number())
        runtimes.add(db, _runtime(RUNTIME_URI))
    return database


def _runtime(*uris: str) -> Runtime:
    targets = tuple(
        RuntimeTarget(id=TargetId(f"rt{place}"), address=uri, uri=uri, priority=place)
        for place, uri in enumerate(uris)
    )
    return Runtime(
        id=RuntimeId(an_id(99)),
        organization_id=ACME,
        name="voice",
        is_default=True,
        targets=targets,
        created_at=EARLIER,
        updated_at=EARLIER,
    )


def placed(database: Database, **changes: Any) -> Call:
    order = CallOrder(
        from_number=DIGITS, to_number=CALLEE, agent=AgentMapping(agent_id=AGENT), **changes
    )
    with database.writing() as db:
        return placing.place(db, CALLER, order)


def dialer(name: str = "one", *held: CallId, room: int = 5) -> Dialer:
    return Dialer(id=name, address=DIALER_ADDRESS, room=room, calls=held)


def asked(database: Database, who: Dialer, now: int = NOW) -> DialOrders:
    return dialing.orders_for(database, who, now=now)


def call_of(database: Database, call: Call) -> Call:
    with database.reading() as db:
        return calls.get(db, ACME, call.id)


def told(database: Database, call: Call, event: CallEvent) -> None:
    with database.writing() as db:
        known = calls.find_locked(db, call.id)
        assert known is not None
        calls.save(db, known, known.told(event))


class TestClaiming:
    def test_a_dialer_is_told_whom_to_dial_and_who_will_talk(self, furnished: Database) -> None:
        call = placed(furnished)

        [order] = asked(furnished, dialer()).orders

        assert order.call.id == call.id
        assert [target.uri for target in order.runtimes] == [f"sip:{DIGITS}@10.0.0.5:5060"]
        settings = DEFAULT_DATA["callSettings"]
        assert order.ring_timeout_ms == settings["ringDurationInSeconds"] * 1000
        assert order.max_duration_ms == settings["callTimeoutInSeconds"] * 1000

    def test_nobody_is_told_twice(self, furnished: Database) -> None:
        placed(furnished)

        first, again, other = (
            asked(furnished, dialer()),
            asked(furnished, dialer()),
            asked(furnished, dialer("two")),
        )

        assert [len(told.orders) for told in (first, again, other)] == [1, 0, 0]

    def test_of_many_dialers_at_once_one_gets_the_call(self, furnished: Database) -> None:
        expected = {placed(furnished).id for _ in range(6)}

        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda n: asked(furnished, dialer(f"d{n}", room=3)), range(8)))

        told_of = [order.call.id for answer in answers for order in answer.orders]
        assert len(told_of) == len(set(told_of))
        assert set(told_of) <= expected

    def test_a_dialer_gets_no_more_than_it_has_room_for(self, furnished: Database) -> None:
        for _ in range(3):
            placed(furnished)

        assert len(asked(furnished, dialer(room=2)).orders) == 2
        assert asked(furnished, dialer("full", room=0)).orders == ()

    def test_a_call_nobody_could_talk_in_is_not_dialled(self, furnished: Database) -> None:
        call = placed(furnished)
        with furnished.writing() as db:
            peers.mark(db, RUNTIME_URI, down=True, at=NOW, sip_code=None)

        assert asked(furnished, dialer()).orders == ()
        assert call_of(furnished, call).status is CallStatus.NOT_CONNECTED

    def test_runtimes_on_every_transport_are_told(self, furnished: Database) -> None:
        with furnished.writing() as db:
            runtime = _runtime("sip:10.0.0.6;transport=tls", "sip:10.0.0.7", "sips:10.0.0.8")
            runtimes.remove(db, _runtime())
            runtimes.add(db, runtime)
        placed(furnished)

        [order] = asked(furnished, dialer()).orders

        assert [target.id for target in order.runtimes] == ["rt0", "rt1", "rt2"]

    def test_only_the_dialer_that_has_the_call_is_taken_to_its_runtimes(
        self, furnished: Database
    ) -> None:
        call = placed(furnished)
        asked(furnished, dialer())

        def leg(call_id: str, target: str = "rt0", source: str = DIALER_ADDRESS) -> bool:
            found = dialing.runtime_leg(
                furnished, CallId(call_id), target, source=source, now=NOW + 1
            )
            return found is not None

        assert leg(call.id)
        assert not leg(call.id, source="10.0.0.10")
        assert not leg(call.id, target="rt9")
        assert not leg(an_id(0xDEAD))
        told(furnished, call, CallEvent(type=EventType.ENDED, at=NOW + 2))
        assert not leg(call.id)

    def test_nobody_is_dialled_for_a_sandbox(self, furnished: Database) -> None:
        sandbox = OrganizationId(an_id(5))
        with furnished.writing() as db:
            organizations.add(
                db, an_organization(id=sandbox, realm=sandbox, sandbox_of=ACME, name="sandbox")
            )
            agents.add(db, an_agent(id=an_id(6), organization_id=sandbox))
            numbers.add(db, a_number(id=an_id(7), organization_id=sandbox, realm=sandbox))
            order = CallOrder(
                from_number=DIGITS,
                to_number=CALLEE,
                agent=AgentMapping(agent_id=an_id(6)),  # type: ignore[arg-type]
            )
            caller = replace(CALLER, organization_id=sandbox, realm=sandbox, mode=Mode.TEST)
            placing.place(db, caller, order)

        assert asked(furnished, dialer()).orders == ()


class TestLeases:
    def test_a_dialer_that_keeps_asking_keeps_its_call(self, furnished: Database) -> None:
        call = placed(furnished)
        asked(furnished, dialer())

        for seconds in range(0, 120, 10):
            now = NOW + seconds * 1000
            asked(furnished, dialer("one", call.id), now=now)
            assert dialing.lapse(furnished, now=now) == 0

        assert call_of(furnished, call).status is CallStatus.QUEUED

    def test_a_call_whose_dialer_died_ends_as_an_error_and_is_not_dialled_again(
        self, furnished: Database
    ) -> None:
        call = placed(furnished)
        asked(furnished, dialer())
        later = NOW + LEASE_MS + 1

        assert dialing.lapse(furnished, now=later) == 1

        assert call_of(furnished, call).status is CallStatus.ERROR
        assert asked(furnished, dialer("two"), now=later).orders == ()
        assert dialing.lapse(furnished, now=later) == 0

    def test_what_the_edge_saw_is_truer_than_a_lapsed_lease(self, furnished: Database) -> None:
        call = placed(furnished)
        asked(furnished, dialer())
        dialing.lapse(furnished, now=NOW + LEASE_MS + 1)

        ended = CallEvent(type=EventType.ENDED, at=NOW + 9_000, hung_up_by=Party.CALLEE)
        told(furnished, call, ended)

        assert call_of(furnished, call).status is CallStatus.ENDED

    def test_a_call_that_ended_before_its_lease_lapsed_stays_as_it_ended(
        self, furnished: Database
    ) -> None:
        call = placed(furnished)
        asked(furnished, dialer())
        busy = CallEvent(type=EventType.FAILED, at=NOW, reason=EventReason.CALLEE_BUSY)
        told(furnished, call, busy)

        dialing.lapse(furnished, now=NOW + LEASE_MS + 1)

        assert call_of(furnished, call).status is CallStatus.NOT_CONNECTED

    def test_a_call_no_dialer_ever_took_ends_as_an_error(self, furnished: Database) -> None:
        call = placed(furnished)

        assert dialing.lapse(furnished, now=NOW + QUEUED_AT_MOST_MS) == 0
        assert dialing.lapse(furnished, now=NOW + QUEUED_AT_MOST_MS + 1) == 1

        assert call_of(furnished, call).status is CallStatus.ERROR


class TestTheDialersLeg:
    def question(self, **changes: Any) -> OutboundQuestion:
        question = OutboundQuestion(
            call_id=an_id(1),
            caller=read_digits(DIGITS),
            callee=read_digits(CALLEE),
            source=source_address(DIALER_ADDRESS),
            at=NOW,
        )
        return replace(question, **changes)

    def verdict(
        self, database: Database, claimed: CallId | None, **changes: Any
    ) -> Granted | Denied:
        question = self.question(**changes)
        said = Asked(
            called=CALLEE,
            caller=DIGITS,
            source=str(question.source),
            transport="udp",
            at=NOW,
            sip_call_id="1",
        )
        return routing.outbound(database, question, said, claimed=claimed)

    def test_a_dialer_may_call_whom_it_was_told_to(self, furnished: Database) -> None:
        call = placed(furnished)
        asked(furnished, dialer())

        verdict = self.verdict(furnished, call.id)

        assert isinstance(verdict, Granted)
        assert verdict.call_id == call.id

    @pytest.mark.parametrize(
        "changes",
        [
            {"callee": read_digits("01099998888")},
            {"source": source_address("10.0.0.66")},
            {"at": NOW + LEASE_MS + 1},
        ],
        ids=["somebody else", "from elsewhere", "too late"],
    )
    def test_and_nothing_else(self, furnished: Database, changes: dict[str, Any]) -> None:
        call = placed(furnished)
        asked(furnished, dialer())

        assert isinstance(self.verdict(furnished, call.id, **changes), Denied)

    def test_a_call_still_in_the_queue_is_nobodys(self, furnished: Database) -> None:
        call = placed(furnished)

        assert isinstance(self.verdict(furnished, call.id), Denied)

    def test_the_callee_sees_the_number_the_order_asked_for(self, furnished: Database) -> None:
        with furnished.writing() as db:
            db.run(
                "INSERT INTO presentation_numbers (organization_id, canonical, approved_at)"
                " VALUES (:organization_id, :canonical, :now)",
                organization_id=ACME,
                canonical="15881508",
                now=NOW,
            )
        call = placed(furnished, presentation_number="15881508")
        asked(furnished, dialer())

        verdict = self.verdict(furnished, call.id)

        assert isinstance(verdict, Granted)
        assert verdict.shown == "15881508"
