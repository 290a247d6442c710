"""What routing answers: a route or a refusal, and the way that led there."""

from dataclasses import field
from enum import StrEnum

from dialplane.domain.digits import NearMiss
from dialplane.domain.frozen import dataclass
from dialplane.domain.numbers import AgentMapping
from dialplane.domain.routing.facts import AcceptedSource, InboundFacts, OutboundFacts
from dialplane.domain.runtimes import RuntimeId, TargetId
from dialplane.domain.values import NumberId, OrganizationId


class Refusal(StrEnum):
    """Why nobody answers. How that sounds in SIP is the business of the edge."""

    SOURCE_NOT_ALLOWED = "source_not_allowed"
    DIGEST_FAILED = "digest_failed"
    NUMBER_UNKNOWN = "number_unknown"
    NOT_ACTIVE_YET = "not_active_yet"
    EXPIRED = "expired"
    NO_AGENT_MAPPED = "no_agent_mapped"
    AGENT_MISSING = "agent_missing"
    RUNTIME_UNREACHABLE = "runtime_unreachable"
    LIMIT_REACHED = "limit_reached"


class Rule(StrEnum):
    """The questions a call has to get past."""

    STRANGER = "stranger"
    NUMBER = "number"
    SOURCE = "source"
    DIGEST = "digest"
    SERVICE = "service"
    PRESENTATION = "presentation"
    AGENT = "agent"
    RUNTIME = "runtime"
    TRANSFER = "transfer"
    TRUNK = "trunk"
    LIMIT = "limit"
    ROUTE = "route"


class Verdict(StrEnum):
    """`lost` drops one candidate and goes on with the next; the last two end the matter."""

    PASSED = "passed"
    SKIPPED = "skipped"
    LOST = "lost"
    REFUSED = "refused"
    ROUTED = "routed"


class Why(StrEnum):
    """The reason of one step, in a word; `Step.subject` says what it is about."""

    NO_SOURCE_GIVEN = "no_source_given"
    SOURCE_KNOWN = "source_known"
    OPEN_TO_ANYONE = "open_to_anyone"
    SOURCE_OF_NOBODY = "source_of_nobody"
    HELD = "held"
    NOT_HELD = "not_held"
    SOURCE_ACCEPTED = "source_accepted"
    SOURCE_OF_ANOTHER_TRUNK = "source_of_another_trunk"
    NO_SOURCE_ACCEPTED_YET = "no_source_accepted_yet"
    NOT_ASKED_FOR = "not_asked_for"
    EDGE_WILL_CHALLENGE = "edge_will_challenge"
    CREDENTIALS_RIGHT = "credentials_right"
    CREDENTIALS_WRONG = "credentials_wrong"
    IN_SERVICE = "in_service"
    STARTS_LATER = "starts_later"
    SERVICE_ENDED = "service_ended"
    APPROVED = "approved"
    NOT_APPROVED = "not_approved"
    MAPPED = "mapped"
    CHOSEN_BY_SPLIT = "chosen_by_split"
    NAMED_BY_CALLER = "named_by_caller"
    FALLBACK = "fallback"
    NOT_MAPPED = "not_mapped"
    NO_SUCH_AGENT = "no_such_agent"
    NEVER_PUBLISHED = "never_published"
    NO_SUCH_VERSION = "no_such_version"
    TRIED_ALREADY = "tried_already"
    REACHABLE = "reachable"
    NO_RUNTIME = "no_runtime"
    TARGET_DOWN = "target_down"
    ALL_TARGETS_DOWN = "all_targets_down"
    NOBODY_LEFT = "nobody_left"
    NO_TRUNK = "no_trunk"
    WOULD_LOOP = "would_loop"
    BELOW_LIMIT = "below_limit"
    AT_LIMIT = "at_limit"
    TO_TARGET = "to_target"


@dataclass(frozen=True, slots=True)
class Step:
    """One rule, tried."""

    rule: Rule
    verdict: Verdict
    why: Why
    subject: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answerer:
    """An agent with the selector it was named by and the version that meant at call time."""

    mapping: AgentMapping
    version: str
    variant_label: str | None = None


class TargetKind(StrEnum):
    RUNTIME = "runtime"
    TRUNK = "trunk"
    SIP = "sip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One place to send the call; an agent answers there unless the call is handed on."""

    id: TargetId
    kind: TargetKind
    uri: str
    answerer: Answerer | None = None
    runtime_id: RuntimeId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """Targets in the order in which they are to be tried, at least one."""

    organization_id: OrganizationId
    number_id: NumberId
    targets: tuple[Target, ...]
    answerer: Answerer | None
    sources: tuple[AcceptedSource, ...]
    digest_required: bool
    revision: str
    trace: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Number and organization are for the records of their owner, never for the caller."""

    reason: Refusal
    revision: str
    trace: tuple[Step, ...]
    organization_id: OrganizationId | None = None
    number_id: NumberId | None = None
    near_misses: tuple[NearMiss, ...] = ()


Decision = Routed | Refused


@dataclass(slots=True)
class Trace:
    """Steps as they are taken; `refuse` and `route` take the last one."""

    steps: list[Step] = field(default_factory=list)

    def passed(self, rule: Rule, why: Why, subject: str | None = None) -> None:
        self.steps.append(Step(rule, Verdict.PASSED, why, subject))

    def skipped(self, rule: Rule, why: Why, subject: str | None = None) -> None:
        self.steps.append(Step(rule, Verdict.SKIPPED, why, subject))

    def lost(self, rule: Rule, why: Why, subject: str | None = None) -> None:
        self.steps.append(Step(rule, Verdict.LOST, why, subject))

    def refused(self, rule: Rule, why: Why, subject: str | None = None) -> None:
        self.steps.append(Step(rule, Verdict.REFUSED, why, subject))

    def routed(self, target: Target) -> None:
        self.steps.append(Step(Rule.ROUTE, Verdict.ROUTED, Why.TO_TARGET, target.id))


def nobody_left(first: Refusal, trace: Trace) -> Refusal:
    """Every candidate lost: the reason is the first one's, whom the others only stood in for."""
    agent = first in (Refusal.NO_AGENT_MAPPED, Refusal.AGENT_MISSING)
    trace.refused(Rule.AGENT if agent else Rule.RUNTIME, Why.NOBODY_LEFT, first)
    return first


def refused(reason: Refusal, facts: InboundFacts | OutboundFacts, trace: Trace) -> Refused:
    """Name the owner, and for an unknown number whoever runs the trunk it was called over."""
    number = None if reason is Refusal.NUMBER_UNKNOWN else facts.number
    owner = None if number is None else number.organization_id
    if number is None and len(facts.known_to) == 1:
        (owner,) = facts.known_to
    return Refused(
        reason=reason,
        revision=facts.revision,
        trace=tuple(trace.steps),
        organization_id=owner,
        number_id=None if number is None else number.id,
        near_misses=facts.near_misses if reason is Refusal.NUMBER_UNKNOWN else (),
    )
