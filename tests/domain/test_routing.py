"""Routing decides every call with a reason, and never tells strangers which numbers exist."""

from dataclasses import replace
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from dialplane.domain.digits import NearMiss, NearMissReason
from dialplane.domain.numbers import Provider, Status
from dialplane.domain.routing import (
    AnotherAgent,
    AnotherRuntime,
    Arm,
    DigestCheck,
    InboundFacts,
    InboundQuestion,
    Limit,
    LimitKind,
    LimitScope,
    OutboundFacts,
    OutboundQuestion,
    Refusal,
    Refused,
    Routed,
    Rule,
    SipTransfer,
    Target,
    TargetKind,
    TelephoneTransfer,
    Verdict,
    Why,
    route_inbound,
    route_outbound,
    source_address,
    transfers_in_a_circle,
)
from dialplane.domain.values import AgentId
from parts.calls import (
    ACME,
    ANYONE,
    CARRIER,
    DAY_DESK,
    GLOBEX,
    HOUSE,
    NIGHT_DESK,
    NUMBER_ID,
    SPARE,
    STRANGER_IP,
    a_call,
    a_call_out,
    a_number,
    a_peer,
    a_plan,
    inbound_facts,
    mapped,
    outbound_facts,
    versions,
)

NOBODY = frozenset[Any]()


def a_limit(current: int, allowed: int = 10) -> Limit:
    return Limit(
        scope=LimitScope.NUMBER,
        kind=LimitKind.CONCURRENT_CALLS,
        allowed=allowed,
        current=current,
    )


def routed(question: InboundQuestion, facts: InboundFacts) -> Routed:
    decision = route_inbound(question, facts)
    assert isinstance(decision, Routed)
    return decision


def refused(question: InboundQuestion, facts: InboundFacts) -> Refused:
    decision = route_inbound(question, facts)
    assert isinstance(decision, Refused)
    return decision


def last(decision: Routed | Refused) -> tuple[Rule, Verdict, Why]:
    step = decision.trace[-1]
    return step.rule, step.verdict, step.why


@pytest.mark.parametrize(
    ("question", "facts", "reason", "rule", "why"),
    [
        pytest.param(
            a_call(source=STRANGER_IP),
            inbound_facts(number=None, known_to=NOBODY),
            Refusal.SOURCE_NOT_ALLOWED,
            Rule.STRANGER,
            Why.SOURCE_OF_NOBODY,
            id="a stranger calls a number nobody holds",
        ),
        pytest.param(
            a_call(source=STRANGER_IP),
            inbound_facts(known_to=NOBODY),
            Refusal.SOURCE_NOT_ALLOWED,
            Rule.STRANGER,
            Why.SOURCE_OF_NOBODY,
            id="a stranger calls a held number and hears the same",
        ),
        pytest.param(
            a_call(source=STRANGER_IP),
            inbound_facts(number=a_number(status=Status.EXPIRED), known_to=NOBODY),
            Refusal.SOURCE_NOT_ALLOWED,
            Rule.STRANGER,
            Why.SOURCE_OF_NOBODY,
            id="a stranger does not learn that a number has expired",
        ),
        pytest.param(
            a_call(),
            inbound_facts(number=None),
            Refusal.NUMBER_UNKNOWN,
            Rule.NUMBER,
            Why.NOT_HELD,
            id="a trunk we know calls a number nobody holds",
        ),
        pytest.param(
            a_call(),
            inbound_facts(sources=(CARRIER,), known_to=frozenset({GLOBEX})),
            Refusal.NUMBER_UNKNOWN,
            Rule.NUMBER,
            Why.NOT_HELD,
            id="somebody else's trunk hears that the number does not exist",
        ),
        pytest.param(
            a_call(),
            inbound_facts(sources=(), known_to=NOBODY, from_carrier=True),
            Refusal.NUMBER_UNKNOWN,
            Rule.NUMBER,
            Why.NOT_HELD,
            id="the operator's carrier does not reach numbers with their own trunk",
        ),
        pytest.param(
            a_call(),
            inbound_facts(sources=(CARRIER,)),
            Refusal.SOURCE_NOT_ALLOWED,
            Rule.SOURCE,
            Why.SOURCE_OF_ANOTHER_TRUNK,
            id="the call came over another trunk of the same organization",
        ),
        pytest.param(
            a_call(),
            inbound_facts(sources=()),
            Refusal.SOURCE_NOT_ALLOWED,
            Rule.SOURCE,
            Why.NO_SOURCE_ACCEPTED_YET,
            id="the trunk's name has no address yet",
        ),
        pytest.param(
            a_call(source="2001:db8::5"),
            inbound_facts(sources=(ANYONE,)),
            Refusal.SOURCE_NOT_ALLOWED,
            Rule.SOURCE,
            Why.SOURCE_OF_ANOTHER_TRUNK,
            id="0.0.0.0/0 does not mean IPv6",
        ),
        pytest.param(
            a_call(digest=DigestCheck.FAILED),
            inbound_facts(digest_required=True),
            Refusal.DIGEST_FAILED,
            Rule.DIGEST,
            Why.CREDENTIALS_WRONG,
            id="the password was wrong",
        ),
        pytest.param(
            a_call(),
            inbound_facts(number=a_number(status=Status.SCHEDULED)),
            Refusal.NOT_ACTIVE_YET,
            Rule.SERVICE,
            Why.STARTS_LATER,
            id="service starts next week",
        ),
        pytest.param(
            a_call(),
            inbound_facts(number=a_number(status=Status.EXPIRED)),
            Refusal.EXPIRED,
            Rule.SERVICE,
            Why.SERVICE_ENDED,
            id="the number was cancelled",
        ),
        pytest.param(
            a_call(),
            inbound_facts(number=a_number(inbound_agent=None)),
            Refusal.NO_AGENT_MAPPED,
            Rule.AGENT,
            Why.NOBODY_LEFT,
            id="outbound only",
        ),
        pytest.param(
            a_call(),
            inbound_facts(plan=a_plan(agents={})),
            Refusal.AGENT_MISSING,
            Rule.AGENT,
            Why.NOBODY_LEFT,
            id="the agent is gone",
        ),
        pytest.param(
            a_call(),
            inbound_facts(number=a_number(inbound_agent=mapped(version="production"))),
            Refusal.AGENT_MISSING,
            Rule.AGENT,
            Why.NOBODY_LEFT,
            id="nothing was ever published",
        ),
        pytest.param(
            a_call(),
            inbound_facts(number=a_number(inbound_agent=mapped(version="v1"))),
            Refusal.AGENT_MISSING,
            Rule.AGENT,
            Why.NOBODY_LEFT,
            id="there is no such version",
        ),
        pytest.param(
            a_call(),
            inbound_facts(plan=a_plan(default_runtime=None)),
            Refusal.RUNTIME_UNREACHABLE,
            Rule.RUNTIME,
            Why.NOBODY_LEFT,
            id="nobody said which runtime answers",
        ),
        pytest.param(
            a_call(),
            inbound_facts(plan=a_plan(runtimes={HOUSE: (a_peer("house-1", down=True),)})),
            Refusal.RUNTIME_UNREACHABLE,
            Rule.RUNTIME,
            Why.NOBODY_LEFT,
            id="every target of the runtime is down",
        ),
        pytest.param(
            a_call(),
            inbound_facts(limits=(a_limit(3), a_limit(10))),
            Refusal.LIMIT_REACHED,
            Rule.LIMIT,
            Why.AT_LIMIT,
            id="ten calls are allowed and ten there are",
        ),
        pytest.param(
            a_call(),
            inbound_facts(number=a_number(inbound_agent=None), limits=(a_limit(10),)),
            Refusal.NO_AGENT_MAPPED,
            Rule.AGENT,
            Why.NOBODY_LEFT,
            id="a number nobody could answer does not sound busy",
        ),
        pytest.param(
            a_call(digest=DigestCheck.FAILED),
            inbound_facts(digest_required=True, number=a_number(status=Status.EXPIRED)),
            Refusal.DIGEST_FAILED,
            Rule.DIGEST,
            Why.CREDENTIALS_WRONG,
            id="without the password nobody learns that a number has expired",
        ),
    ],
)
def test_a_call_is_refused(
    *, question: InboundQuestion, facts: InboundFacts, reason: Refusal, rule: Rule, why: Why
) -> None:
    decision = refused(question, facts)

    assert decision.reason is reason
    assert last(decision) == (rule, Verdict.REFUSED, why)


@pytest.mark.parametrize(
    ("question", "facts"),
    [
        pytest.param(a_call(), inbound_facts(), id="from its own trunk"),
        pytest.param(a_call(called="+82 70-1111-2222"), inbound_facts(), id="in any spelling"),
        pytest.param(
            a_call(source="192.0.2.77"),
            inbound_facts(
                number=a_number(provider=Provider.VOX),
                sources=(CARRIER,),
                known_to=NOBODY,
                from_carrier=True,
            ),
            id="a vox number from the operator's carrier",
        ),
        pytest.param(
            a_call(source=STRANGER_IP),
            inbound_facts(sources=(ANYONE,), known_to=NOBODY),
            id="from anyone, where that is written out",
        ),
        pytest.param(
            a_call(source=None), inbound_facts(known_to=NOBODY), id="from no stated place"
        ),
        pytest.param(
            a_call(),
            inbound_facts(number=a_number(status=Status.CANCEL_REQUESTED)),
            id="a cancelled number until its last day",
        ),
        pytest.param(
            a_call(digest=DigestCheck.PASSED),
            inbound_facts(digest_required=True),
            id="with the right password",
        ),
        pytest.param(a_call(), inbound_facts(digest_required=True), id="with a challenge to come"),
        pytest.param(
            a_call(digest=DigestCheck.FAILED), inbound_facts(), id="a password nobody asked for"
        ),
        pytest.param(a_call(), inbound_facts(limits=(a_limit(9),)), id="as the last one allowed"),
    ],
)
def test_a_call_reaches_the_mapped_agent(question: InboundQuestion, facts: InboundFacts) -> None:
    decision = routed(question, facts)

    assert decision.answerer is not None
    assert decision.answerer.mapping.agent_id == NIGHT_DESK
    assert [target.uri for target in decision.targets] == ["sip:07011112222@house-1.example"]
    assert last(decision) == (Rule.ROUTE, Verdict.ROUTED, Why.TO_TARGET)


def test_a_route_tells_the_edge_what_to_check_again() -> None:
    decision = routed(a_call(), inbound_facts(digest_required=True))

    assert [str(source.network) for source in decision.sources] == ["203.0.113.10/32"]
    assert decision.digest_required


def test_strangers_hear_word_for_word_the_same_about_every_number() -> None:
    about_none = inbound_facts(number=None, known_to=NOBODY)
    about_one = inbound_facts(known_to=NOBODY)
    question = a_call(source=STRANGER_IP)

    assert refused(question, about_none).reason is refused(question, about_one).reason
    assert refused(question, about_none).trace == refused(question, about_one).trace


def test_somebody_elses_trunk_hears_word_for_word_what_it_would_hear_about_none() -> None:
    theirs = frozenset({GLOBEX})
    about_none = refused(a_call(), inbound_facts(number=None, known_to=theirs))
    about_one = refused(a_call(), inbound_facts(sources=(CARRIER,), known_to=theirs))

    assert about_none == about_one
    assert (about_one.organization_id, about_one.number_id) == (GLOBEX, None)


def test_whoever_holds_the_number_finds_the_refused_stranger_in_their_records() -> None:
    decision = refused(a_call(source=STRANGER_IP), inbound_facts(known_to=NOBODY))

    assert (decision.organization_id, decision.number_id) == (ACME, NUMBER_ID)


def test_near_misses_are_told_only_when_the_number_is_unknown() -> None:
    near = (NearMiss(number="07011112222", reason=NearMissReason.ONE_DIGIT),)

    assert refused(a_call(), inbound_facts(number=None, near_misses=near)).near_misses == near
    limited = inbound_facts(near_misses=near, limits=(a_limit(10),))
    assert refused(a_call(), limited).near_misses == ()


class TestVersions:
    @pytest.mark.parametrize(
        ("selector", "version"),
        [("current", "current"), ("production", "v2"), ("v1", "v1"), ("v3", "v3")],
    )
    def test_a_selector_means_what_it_means_when_the_phone_rings(
        self, selector: str, version: str
    ) -> None:
        facts = inbound_facts(
            number=a_number(inbound_agent=mapped(version=selector)),
            plan=a_plan(agents={NIGHT_DESK: versions(2, 3)}),
        )

        answerer = routed(a_call(), facts).answerer

        assert answerer is not None
        assert (answerer.mapping.agent_version, answerer.version) == (selector, version)

    @pytest.mark.parametrize(
        ("selector", "why"),
        [("production", Why.NEVER_PUBLISHED), ("v9", Why.NO_SUCH_VERSION)],
    )
    def test_the_trace_says_what_is_wrong_with_a_version(self, selector: str, why: Why) -> None:
        facts = inbound_facts(number=a_number(inbound_agent=mapped(version=selector)))

        lost = [step for step in refused(a_call(), facts).trace if step.verdict is Verdict.LOST]

        assert [(step.why, step.subject) for step in lost] == [(why, selector)]


class TestRuntimes:
    def test_an_agent_may_name_another_runtime(self) -> None:
        facts = inbound_facts(plan=a_plan(runtime_of={NIGHT_DESK: SPARE}))

        assert ids(routed(a_call(), facts).targets) == ["spare-1"]

    def test_targets_that_are_down_are_left_out_and_named(self) -> None:
        peers = (a_peer("a", down=True), a_peer("b"))
        decision = routed(a_call(), inbound_facts(plan=a_plan(runtimes={HOUSE: peers})))

        assert ids(decision.targets) == ["b"]
        assert (Why.TARGET_DOWN, "a") in [(step.why, step.subject) for step in decision.trace]

    def test_priorities_come_before_weights(self) -> None:
        peers = (a_peer("late", priority=2, weight=9999), a_peer("early", priority=1, weight=0))
        facts = inbound_facts(plan=a_plan(runtimes={HOUSE: peers}))

        assert ids(routed(a_call(), facts).targets) == ["early", "late"]

    def test_calls_spread_over_targets_by_their_weights(self) -> None:
        peers = (a_peer("big", weight=300), a_peer("small"), a_peer("reserve", weight=0))
        facts = inbound_facts(plan=a_plan(runtimes={HOUSE: peers}))
        firsts = [routed(a_call(call_id=f"c{n}"), facts).targets[0].id for n in range(2000)]

        assert 1400 < firsts.count(peers[0].id) < 1600
        assert firsts.count(peers[2].id) == 0

    def test_a_question_asked_twice_gets_the_same_order(self) -> None:
        peers = tuple(a_peer(f"p{n}") for n in range(8))
        facts = inbound_facts(plan=a_plan(runtimes={HOUSE: peers}))
        turned = inbound_facts(plan=a_plan(runtimes={HOUSE: peers[::-1]}))

        assert routed(a_call(), facts) == routed(a_call(), facts)
        assert routed(a_call(), facts).targets == routed(a_call(), turned).targets


class TestSplit:
    ARMS = (
        Arm(label="control", mapping=mapped(), weight=90),
        Arm(label="canary", mapping=mapped(DAY_DESK), weight=10),
    )

    def label(self, *, arms: tuple[Arm, ...] = ARMS, **call: Any) -> str | None:
        answerer = routed(a_call(**call), inbound_facts(plan=a_plan(split=arms))).answerer
        return answerer.variant_label if answerer else None

    def test_a_split_goes_before_the_mapping_and_labels_the_call(self) -> None:
        only = (Arm(label="canary", mapping=mapped(DAY_DESK), weight=1),)
        answerer = routed(a_call(), inbound_facts(plan=a_plan(split=only))).answerer

        assert answerer is not None
        assert (answerer.mapping.agent_id, answerer.variant_label) == (DAY_DESK, "canary")

    def test_a_caller_always_hears_the_same_variant_however_their_number_is_spelled(self) -> None:
        labels = {
            self.label(caller=spelling, call_id=f"call-{n}")
            for n, spelling in enumerate(["01012345678", "+82 10-1234-5678", "821012345678"] * 9)
        }

        assert len(labels) == 1

    def test_variants_get_their_share_of_the_callers(self) -> None:
        labels = [self.label(caller=f"010{n:08}") for n in range(2000)]

        assert 140 < labels.count("canary") < 260

    def test_callers_who_hide_are_spread_call_by_call(self) -> None:
        labels = {self.label(caller="anonymous", call_id=f"c{n}") for n in range(100)}

        assert labels == {"control", "canary"}

    def test_a_larger_canary_moves_callers_to_it_and_none_away(self) -> None:
        larger = (self.ARMS[0], replace(self.ARMS[1], weight=30))
        callers = [f"010{n:08}" for n in range(300)]
        before = {caller for caller in callers if self.label(caller=caller) == "canary"}
        after = {caller for caller in callers if self.label(caller=caller, arms=larger) == "canary"}

        assert before < after

    def test_an_arm_without_weight_is_never_drawn(self) -> None:
        arms = (replace(self.ARMS[0], weight=0), self.ARMS[1])

        assert {self.label(caller=f"010{n:08}", arms=arms) for n in range(50)} == {"canary"}
        asleep = (replace(self.ARMS[0], weight=0),)
        assert self.label(arms=asleep) is None


class TestFallbacks:
    def test_another_agent_answers_when_the_mapped_one_cannot(self) -> None:
        facts = inbound_facts(
            number=a_number(inbound_agent=None),
            plan=a_plan(fallbacks=(AnotherAgent(mapping=mapped(DAY_DESK)),)),
        )

        assert agents(routed(a_call(), facts).targets) == [DAY_DESK]

    def test_fallbacks_stand_behind_the_agent_in_their_order(self) -> None:
        plan = a_plan(
            fallbacks=(
                AnotherRuntime(runtime_id=SPARE),
                AnotherAgent(mapping=mapped(DAY_DESK)),
                SipTransfer(uri="sip:desk@pbx.example"),
                TelephoneTransfer(digits="0212345678"),
            )
        )
        targets = routed(a_call(), inbound_facts(plan=plan)).targets

        assert [(target.kind, target.uri) for target in targets] == [
            (TargetKind.RUNTIME, "sip:07011112222@house-1.example"),
            (TargetKind.RUNTIME, "sip:07011112222@spare-1.example"),
            (TargetKind.RUNTIME, "sip:07011112222@house-1.example"),
            (TargetKind.SIP, "sip:desk@pbx.example"),
            (TargetKind.TRUNK, "sip:0212345678@trunk.example"),
        ]
        assert agents(targets) == [NIGHT_DESK, NIGHT_DESK, DAY_DESK, None, None]

    @pytest.mark.parametrize(
        ("fallback", "rule", "why"),
        [
            pytest.param(
                AnotherAgent(mapping=mapped()), Rule.RUNTIME, Why.TRIED_ALREADY, id="itself"
            ),
            pytest.param(
                AnotherRuntime(runtime_id=HOUSE), Rule.RUNTIME, Why.TRIED_ALREADY, id="same house"
            ),
            pytest.param(
                TelephoneTransfer(digits="07011112222"), Rule.TRANSFER, Why.WOULD_LOOP, id="a loop"
            ),
            pytest.param(
                AnotherAgent(mapping=mapped(AgentId("gone"))), Rule.AGENT, Why.NO_SUCH_AGENT, id="x"
            ),
        ],
    )
    def test_a_fallback_that_leads_nowhere_is_passed_over(
        self, fallback: Any, rule: Rule, why: Why
    ) -> None:
        decision = routed(a_call(), inbound_facts(plan=a_plan(fallbacks=(fallback,))))

        assert ids(decision.targets) == ["house-1"]
        lost = [(step.rule, step.why) for step in decision.trace if step.verdict is Verdict.LOST]
        assert lost == [(rule, why)]

    @pytest.mark.parametrize("trunk", [(), (a_peer("trunk", down=True),)])
    def test_when_everybody_fails_the_reason_is_the_first_ones(self, trunk: Any) -> None:
        plan = a_plan(
            fallbacks=(
                AnotherRuntime(runtime_id=SPARE),
                TelephoneTransfer(digits="0212345678"),
            ),
            trunk=trunk,
        )
        facts = inbound_facts(number=a_number(inbound_agent=None), plan=plan)

        assert refused(a_call(), facts).reason is Refusal.NO_AGENT_MAPPED


def test_transfers_that_come_back_are_found_however_long_the_way() -> None:
    way = {f"{n}": (TelephoneTransfer(digits=f"{n + 1}"),) for n in range(5000)}
    circle = way | {"4999": (SipTransfer(uri="sip:x@y"), TelephoneTransfer(digits="0"))}

    assert transfers_in_a_circle("0", way) == ()
    assert transfers_in_a_circle("0", circle) == (*(f"{n}" for n in range(5000)), "0")


def test_a_circle_elsewhere_and_a_transfer_to_oneself() -> None:
    transfers = {
        "a": (TelephoneTransfer(digits="b"),),
        "b": (TelephoneTransfer(digits="c"),),
        "c": (TelephoneTransfer(digits="b"),),
        "d": (TelephoneTransfer(digits="d"),),
    }

    assert transfers_in_a_circle("a", transfers) == ()
    assert transfers_in_a_circle("b", transfers) == ("b", "c", "b")
    assert transfers_in_a_circle("d", transfers) == ("d", "d")


@pytest.mark.parametrize(
    ("question", "facts", "reason", "rule"),
    [
        pytest.param(
            a_call_out(source=STRANGER_IP),
            outbound_facts(known_to=NOBODY),
            Refusal.SOURCE_NOT_ALLOWED,
            Rule.STRANGER,
            id="no runtime of anybody",
        ),
        pytest.param(
            a_call_out(),
            outbound_facts(number=None),
            Refusal.NUMBER_UNKNOWN,
            Rule.NUMBER,
            id="a caller id nobody holds",
        ),
        pytest.param(
            a_call_out(),
            outbound_facts(known_to=frozenset({GLOBEX})),
            Refusal.NUMBER_UNKNOWN,
            Rule.NUMBER,
            id="a caller id that somebody else holds",
        ),
        pytest.param(
            a_call_out(),
            outbound_facts(number=a_number(status=Status.SCHEDULED)),
            Refusal.NOT_ACTIVE_YET,
            Rule.SERVICE,
            id="service starts next week",
        ),
        pytest.param(
            a_call_out(),
            outbound_facts(number=a_number(status=Status.EXPIRED)),
            Refusal.EXPIRED,
            Rule.SERVICE,
            id="the number was cancelled",
        ),
        pytest.param(
            a_call_out(presentation=a_call().called),
            outbound_facts(),
            Refusal.NUMBER_UNKNOWN,
            Rule.PRESENTATION,
            id="shows a number it has no approval for",
        ),
        pytest.param(
            a_call_out(needs_agent=True),
            outbound_facts(number=a_number(outbound_agent=None)),
            Refusal.NO_AGENT_MAPPED,
            Rule.AGENT,
            id="nobody to talk",
        ),
        pytest.param(
            a_call_out(needs_agent=True, agent=mapped(version="v7")),
            outbound_facts(),
            Refusal.AGENT_MISSING,
            Rule.AGENT,
            id="an agent version that does not exist",
        ),
        pytest.param(
            a_call_out(),
            outbound_facts(plan=a_plan(trunk=())),
            Refusal.RUNTIME_UNREACHABLE,
            Rule.RUNTIME,
            id="the number has no trunk",
        ),
        pytest.param(
            a_call_out(),
            outbound_facts(limits=(a_limit(1, 1),)),
            Refusal.LIMIT_REACHED,
            Rule.LIMIT,
            id="too many calls",
        ),
    ],
)
def test_a_call_out_is_refused(
    question: OutboundQuestion, facts: OutboundFacts, reason: Refusal, rule: Rule
) -> None:
    decision = route_outbound(question, facts)

    assert isinstance(decision, Refused)
    assert decision.reason is reason
    assert (decision.trace[-1].rule, decision.trace[-1].verdict) == (rule, Verdict.REFUSED)


@pytest.mark.parametrize(
    ("question", "facts", "agent_id"),
    [
        pytest.param(a_call_out(), outbound_facts(), None, id="by a runtime itself"),
        pytest.param(
            a_call_out(source=None, needs_agent=True), outbound_facts(), NIGHT_DESK, id="mapped"
        ),
        pytest.param(
            a_call_out(needs_agent=True, agent=mapped(DAY_DESK)),
            outbound_facts(),
            DAY_DESK,
            id="with the agent that was named",
        ),
        pytest.param(
            a_call_out(presentation=a_call().called),
            outbound_facts(may_present=True),
            None,
            id="with approval for what it shows",
        ),
        pytest.param(
            a_call_out(callee="+82 10 1234 5678"), outbound_facts(), None, id="in any spelling"
        ),
    ],
)
def test_a_call_out_takes_the_trunk_of_the_number(
    question: OutboundQuestion, facts: OutboundFacts, agent_id: AgentId | None
) -> None:
    decision = route_outbound(question, facts)

    assert isinstance(decision, Routed)
    assert [target.uri for target in decision.targets] == ["sip:01012345678@trunk.example"]
    assert (decision.answerer.mapping.agent_id if decision.answerer else None) == agent_id
    assert decision.trace[-1].verdict is Verdict.ROUTED


@pytest.mark.parametrize(
    ("callee", "uri"),
    [
        ("+1 415 555 2671", "sip:+14155552671@trunk.example"),
        ("alice;lr@evil.example", "sip:alice@trunk.example"),
        ("a b>\r\nX: y", "sip:a%20b%3E%0D%0AX@trunk.example"),
        ("", "sip:trunk.example"),
    ],
)
def test_a_callee_cannot_break_out_of_the_request_uri(callee: str, uri: str) -> None:
    decision = route_outbound(a_call_out(callee=callee), outbound_facts())

    assert isinstance(decision, Routed)
    assert decision.targets[0].uri == uri


def test_an_ipv4_source_on_an_ipv6_socket_is_ipv4() -> None:
    assert source_address("::ffff:203.0.113.10") == ip_address("203.0.113.10")
    assert source_address("2001:db8::1") == ip_address("2001:db8::1")
    assert source_address("pbx.example") is None
    assert ip_address("203.0.113.10") in ip_network("203.0.113.0/24")


def ids(targets: tuple[Target, ...]) -> list[str]:
    return [target.id for target in targets]


def agents(targets: tuple[Target, ...]) -> list[AgentId | None]:
    return [target.answerer.mapping.agent_id if target.answerer else None for target in targets]
