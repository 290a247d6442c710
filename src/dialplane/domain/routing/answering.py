"""Who could answer for a number: its agent, then its fallbacks, each with its targets."""

from collections.abc import Iterable
from dataclasses import field

from dialplane.domain.agents import Draft, Missing, Saved, version_name
from dialplane.domain.frozen import dataclass
from dialplane.domain.numbers import AgentMapping
from dialplane.domain.routing.decisions import (
    Answerer,
    Refusal,
    Rule,
    Target,
    TargetKind,
    Trace,
    Why,
)
from dialplane.domain.routing.facts import Peer, Plan
from dialplane.domain.routing.fallbacks import (
    AnotherAgent,
    AnotherRuntime,
    Fallback,
    SipTransfer,
    TelephoneTransfer,
)
from dialplane.domain.routing.weights import arm_for, by_priority_and_weight
from dialplane.domain.runtimes import RuntimeId, TargetId
from dialplane.domain.sip_addresses import uri_of_user


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What the choice of an answerer depends on."""

    id: str
    number: str
    variant_seed: str


def choose_answerer(
    call: Call, plan: Plan, mapped: AgentMapping | None, trace: Trace
) -> Answerer | Refusal:
    """A split goes before the mapping it stands in for."""
    arm = arm_for(plan.split, call.variant_seed)
    if arm is not None:
        trace.passed(Rule.AGENT, Why.CHOSEN_BY_SPLIT, arm.label)
        return resolve(plan, arm.mapping, trace, variant_label=arm.label)
    if mapped is None:
        trace.lost(Rule.AGENT, Why.NOT_MAPPED)
        return Refusal.NO_AGENT_MAPPED
    trace.passed(Rule.AGENT, Why.MAPPED, mapped.agent_id)
    return resolve(plan, mapped, trace)


def resolve(
    plan: Plan, mapping: AgentMapping, trace: Trace, *, variant_label: str | None = None
) -> Answerer | Refusal:
    agent = plan.agents.get(mapping.agent_id)
    if agent is None:
        trace.lost(Rule.AGENT, Why.NO_SUCH_AGENT, mapping.agent_id)
        return Refusal.AGENT_MISSING
    match agent.resolve(mapping.agent_version):
        case Draft():
            version = mapping.agent_version
        case Saved(number):
            version = version_name(number)
        case Missing() as missing:
            trace.lost(Rule.AGENT, Why(missing.value), mapping.agent_version)
            return Refusal.AGENT_MISSING
    return Answerer(mapping=mapping, version=version, variant_label=variant_label)


@dataclass(slots=True)
class Targets:
    """Collects the targets of one call, candidate after candidate, in the order of trying."""

    call: Call
    plan: Plan
    trace: Trace
    found: list[Target] = field(default_factory=list)
    _tried: set[tuple[str, str, RuntimeId | None]] = field(default_factory=set)

    def of_agent(self, answerer: Answerer, runtime_id: RuntimeId | None = None) -> Refusal | None:
        agent_id = answerer.mapping.agent_id
        named = runtime_id or self.plan.runtime_of.get(agent_id) or self.plan.default_runtime
        if (agent_id, answerer.version, named) in self._tried:
            self.trace.lost(Rule.RUNTIME, Why.TRIED_ALREADY, named)
            return Refusal.RUNTIME_UNREACHABLE
        self._tried.add((agent_id, answerer.version, named))
        peers = () if named is None else self.plan.runtimes.get(named, ())
        if not peers:
            self.trace.lost(Rule.RUNTIME, Why.NO_RUNTIME, named)
            return Refusal.RUNTIME_UNREACHABLE
        alive = self._alive(peers, Rule.RUNTIME)
        if not alive:
            return Refusal.RUNTIME_UNREACHABLE
        self.trace.passed(Rule.RUNTIME, Why.REACHABLE, named)
        self.found += [
            Target(
                id=peer.id,
                kind=TargetKind.RUNTIME,
                uri=uri_of_user(peer.uri, self.call.number),
                answerer=answerer,
                runtime_id=named,
            )
            for peer in alive
        ]
        return None

    def of_telephone(self, digits: str, rule: Rule) -> Refusal | None:
        if not self.plan.trunk:
            self.trace.lost(rule, Why.NO_TRUNK, digits)
            return Refusal.RUNTIME_UNREACHABLE
        alive = self._alive(self.plan.trunk, rule)
        if not alive:
            return Refusal.RUNTIME_UNREACHABLE
        self.trace.passed(rule, Why.REACHABLE, digits)
        self.found += [
            Target(id=peer.id, kind=TargetKind.TRUNK, uri=uri_of_user(peer.uri, digits))
            for peer in alive
        ]
        return None

    def of_fallback(self, place: int, fallback: Fallback, answerer: Answerer | Refusal) -> None:
        """`answerer` is whom the fallback stands in for, if anybody."""
        match fallback:
            case AnotherAgent(mapping=mapping):
                self.trace.passed(Rule.AGENT, Why.FALLBACK, mapping.agent_id)
                other = resolve(self.plan, mapping, self.trace)
                if isinstance(other, Answerer):
                    self.of_agent(other)
            case AnotherRuntime(runtime_id=runtime_id):
                if isinstance(answerer, Answerer):
                    self.of_agent(answerer, runtime_id)
                else:
                    self.trace.lost(Rule.RUNTIME, Why.NOT_MAPPED, runtime_id)
            case SipTransfer(uri=uri):
                self.trace.passed(Rule.TRANSFER, Why.FALLBACK, uri)
                id_ = TargetId(f"transfer-{place}")
                self.found.append(Target(id=id_, kind=TargetKind.SIP, uri=uri))
            case TelephoneTransfer(digits=digits):
                if digits == self.call.number:
                    self.trace.lost(Rule.TRANSFER, Why.WOULD_LOOP, digits)
                else:
                    self.of_telephone(digits, Rule.TRANSFER)

    def _alive(self, peers: Iterable[Peer], rule: Rule) -> list[Peer]:
        ordered = by_priority_and_weight(peers, self.call.id)
        for peer in ordered:
            if peer.down:
                self.trace.lost(rule, Why.TARGET_DOWN, peer.id)
        alive = [peer for peer in ordered if not peer.down]
        if not alive:
            self.trace.lost(rule, Why.ALL_TARGETS_DOWN)
        return alive
