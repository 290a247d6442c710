"""Whatever the facts are, a call is routed or refused, once, with the way that led there."""

from dataclasses import replace
from ipaddress import ip_network

from hypothesis import given
from hypothesis import strategies as st

from dialplane.domain.agents import VersionChoice
from dialplane.domain.digits import read_digits
from dialplane.domain.numbers import AgentMapping, HeldNumber, Provider, Status
from dialplane.domain.routing import (
    AcceptedSource,
    AnotherAgent,
    AnotherRuntime,
    Arm,
    Decision,
    DigestCheck,
    InboundFacts,
    InboundQuestion,
    Limit,
    LimitKind,
    LimitScope,
    OutboundFacts,
    OutboundQuestion,
    Peer,
    Plan,
    Refusal,
    Refused,
    Routed,
    SipTransfer,
    SourceOrigin,
    TelephoneTransfer,
    Verdict,
    route_inbound,
    route_outbound,
)
from dialplane.domain.runtimes import RuntimeId, TargetId
from dialplane.domain.values import AgentId
from parts.calls import ACME, GLOBEX, NOW, a_number

AGENT_IDS = st.sampled_from([AgentId("a"), AgentId("b"), AgentId("c")])
RUNTIME_IDS = st.sampled_from([RuntimeId("r"), RuntimeId("s")])
mappings = st.builds(
    AgentMapping,
    agent_id=AGENT_IDS,
    agent_version=st.sampled_from(["current", "production", "v1", "v2", "v9", f"v{10**30}"]),
)
maybe_mapped = st.none() | mappings
numbers: st.SearchStrategy[HeldNumber] = st.builds(
    a_number,
    provider=st.sampled_from(Provider),
    status=st.sampled_from(Status),
    inbound_agent=maybe_mapped,
    outbound_agent=maybe_mapped,
)
peers: st.SearchStrategy[tuple[Peer, ...]] = st.lists(
    st.builds(
        Peer,
        id=st.text(max_size=3).map(TargetId),
        uri=st.just("sip:target.example"),
        priority=st.integers(0, 2),
        weight=st.integers(0, 3),
        down=st.booleans(),
    ),
    max_size=4,
).map(tuple)
fallbacks = st.one_of(
    st.builds(AnotherAgent, mapping=mappings),
    st.builds(AnotherRuntime, runtime_id=RUNTIME_IDS),
    st.builds(SipTransfer, uri=st.just("sip:x@pbx.example")),
    st.builds(TelephoneTransfer, digits=st.sampled_from(["07011112222", "0212345678"])),
)
versions = st.builds(
    VersionChoice,
    production_version=st.none() | st.integers(1, 2),
    last_version=st.integers(2, 3),
)
plans = st.builds(
    Plan,
    split=st.lists(
        st.builds(Arm, label=st.text(max_size=2), mapping=mappings, weight=st.integers(-1, 3)),
        max_size=3,
    ).map(tuple),
    fallbacks=st.lists(fallbacks, max_size=4).map(tuple),
    agents=st.dictionaries(AGENT_IDS, versions),
    runtime_of=st.dictionaries(AGENT_IDS, RUNTIME_IDS),
    default_runtime=st.none() | RUNTIME_IDS,
    runtimes=st.dictionaries(RUNTIME_IDS, peers),
    trunk=peers,
)
limits = st.lists(
    st.builds(
        Limit,
        scope=st.sampled_from(LimitScope),
        kind=st.sampled_from(LimitKind),
        allowed=st.integers(0, 3),
        current=st.integers(0, 3),
    ),
    max_size=2,
).map(tuple)
networks = st.ip_addresses(v=4, network="203.0.113.0/30").map(lambda ip: f"{ip}/32") | st.just(
    "0.0.0.0/0"
)
sources = st.lists(
    st.builds(
        lambda text, origin: AcceptedSource(network=ip_network(text), origin=origin),
        networks,
        st.sampled_from(SourceOrigin),
    ),
    max_size=2,
).map(tuple)
known_to = st.sets(st.sampled_from([ACME, GLOBEX])).map(frozenset)
inbound_facts = st.builds(
    InboundFacts,
    number=st.none() | numbers,
    revision=st.just("7"),
    sources=sources,
    known_to=known_to,
    from_carrier=st.booleans(),
    digest_required=st.booleans(),
    plan=plans,
    limits=limits,
)
outbound_facts = st.builds(
    OutboundFacts,
    number=st.none() | numbers,
    revision=st.just("7"),
    known_to=known_to,
    may_present=st.booleans(),
    plan=plans,
    limits=limits,
)
digits = (st.text(max_size=12) | st.just("07011112222") | st.just("anonymous")).map(read_digits)
addresses = st.none() | st.ip_addresses(v=4, network="203.0.113.0/30") | st.ip_addresses()
inbound_questions = st.builds(
    InboundQuestion,
    call_id=st.text(max_size=3),
    called=digits,
    caller=digits,
    source=addresses,
    at=st.just(NOW),
    digest=st.sampled_from(DigestCheck),
)
outbound_questions = st.builds(
    OutboundQuestion,
    call_id=st.text(max_size=3),
    caller=digits,
    callee=digits,
    source=addresses,
    at=st.just(NOW),
    presentation=st.none() | digits,
    agent=maybe_mapped,
    needs_agent=st.booleans(),
)


def hold(decision: Decision) -> None:
    """What is true of every decision."""
    *before, last = decision.trace
    ending = {Verdict.REFUSED, Verdict.ROUTED}
    assert not ending & {step.verdict for step in before}
    if isinstance(decision, Routed):
        assert last.verdict is Verdict.ROUTED
        assert last.subject == decision.targets[0].id
        assert decision.answerer == decision.targets[0].answerer or decision.sources == ()
    else:
        assert last.verdict is Verdict.REFUSED
        assert decision.reason in Refusal


@given(inbound_questions, inbound_facts)
def test_every_call_in_is_decided_once_and_always_alike(
    question: InboundQuestion, facts: InboundFacts
) -> None:
    decision = route_inbound(question, facts)

    hold(decision)
    assert decision == route_inbound(question, facts)


@given(outbound_questions, outbound_facts)
def test_every_call_out_is_decided_once_and_always_alike(
    question: OutboundQuestion, facts: OutboundFacts
) -> None:
    decision = route_outbound(question, facts)

    hold(decision)
    assert decision == route_outbound(question, facts)


@given(inbound_questions, inbound_facts)
def test_a_call_is_routed_only_from_a_source_the_number_accepts(
    question: InboundQuestion, facts: InboundFacts
) -> None:
    decision = route_inbound(question, facts)

    if isinstance(decision, Routed) and question.source is not None:
        assert any(question.source in accepted.network for accepted in decision.sources)
        assert facts.number is not None
        assert facts.number.in_service


@given(inbound_questions, inbound_facts)
def test_who_may_not_know_a_number_hears_what_they_would_hear_about_none(
    question: InboundQuestion, facts: InboundFacts
) -> None:
    accepted = question.source is None or facts.accepts(question.source) is not None
    if accepted or facts.in_view:
        return
    without = replace(facts, number=None, sources=())

    told, told_without = route_inbound(question, facts), route_inbound(question, without)

    assert isinstance(told, Refused)
    assert isinstance(told_without, Refused)
    assert (told.reason, told.trace) == (told_without.reason, told_without.trace)


@given(outbound_questions, outbound_facts)
def test_a_call_out_presents_only_what_the_source_may_present(
    question: OutboundQuestion, facts: OutboundFacts
) -> None:
    decision = route_outbound(question, facts)

    if isinstance(decision, Routed):
        assert question.source is None or decision.organization_id in facts.known_to
        assert question.presentation is None or facts.may_present


@given(inbound_questions, inbound_facts, limits)
def test_more_limits_never_open_a_door(
    question: InboundQuestion, facts: InboundFacts, more: tuple[Limit, ...]
) -> None:
    before = route_inbound(question, facts)
    after = route_inbound(question, replace(facts, limits=facts.limits + more))

    if isinstance(before, Refused):
        assert isinstance(after, Refused)
        assert before.reason is after.reason
