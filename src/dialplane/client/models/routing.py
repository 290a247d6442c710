"""Who may call and who answers: what is set, what would happen, what was refused."""

from dialplane.client.models.model import Model
from dialplane.client.models.numbers import AgentMapping


class SplitArm(Model, frozen=True, kw_only=True):
    """One of several agents that share the calls of a number."""

    label: str
    weight: int
    agent: AgentMapping


class Fallback(Model, frozen=True, kw_only=True, omit_defaults=True):
    """Who answers when the agent cannot; which field counts is told by `type`."""

    type: str
    agent: AgentMapping | None = None
    runtime_id: str | None = None
    uri: str | None = None
    number: str | None = None


class CallLimits(Model, frozen=True, kw_only=True):
    """None is no limit."""

    concurrent_calls: int | None = None
    calls_per_second: int | None = None


class NumberRouting(Model, frozen=True, kw_only=True):
    """What is set about the calls of a number, beyond the agents it maps."""

    organization_telephone_number_id: str
    allowed_sources: tuple[str, ...] = ()
    inbound_auth: str = "source"
    inbound_split: tuple[SplitArm, ...] = ()
    outbound_split: tuple[SplitArm, ...] = ()
    fallbacks: tuple[Fallback, ...] = ()
    limits: CallLimits = CallLimits()


class ReadDigits(Model, frozen=True, kw_only=True):
    """A dialled string and both of its forms, as far as it has them."""

    raw: str
    domestic: str | None = None
    e164: str | None = None
    anonymous: bool = False


class NearMiss(Model, frozen=True, kw_only=True):
    """A number of yours that was probably meant."""

    number: str
    reason: str


class RoutingStep(Model, frozen=True, kw_only=True):
    """One rule that was tried, and what became of it."""

    rule: str
    verdict: str
    why: str
    subject: str | None = None
    text: str = ""


class RoutingTarget(Model, frozen=True, kw_only=True):
    """Where a call is sent."""

    target_id: str
    kind: str
    uri: str
    agent: AgentMapping | None = None
    resolved_version: str | None = None
    variant_label: str | None = None


class CalledNumber(Model, frozen=True, kw_only=True):
    id: str
    number: str


class RoutingDecision(Model, frozen=True, kw_only=True):
    """Whether a call is routed or refused, where to or why, and each rule that was tried."""

    direction: str
    decision: str
    at: int
    called: ReadDigits
    caller: ReadDigits
    reason: str | None = None
    sip_code: int | None = None
    number: CalledNumber | None = None
    agent: AgentMapping | None = None
    resolved_version: str | None = None
    variant_label: str | None = None
    targets: tuple[RoutingTarget, ...] = ()
    near_misses: tuple[NearMiss, ...] = ()
    revision: str = ""
    trace: tuple[RoutingStep, ...] = ()


class RecordedEnd(Model, frozen=True, kw_only=True):
    """What the line said when the call was over."""

    at: int
    reason: str | None = None
    hung_up_by: str | None = None
    sip_code: int | None = None


class RecordedDecision(Model, frozen=True, kw_only=True):
    """How a call was decided when it came."""

    at: int
    source_address: str | None = None
    agent: AgentMapping | None = None
    resolved_version: str | None = None
    variant_label: str | None = None
    target_uri: str | None = None
    from_cache: bool = False
    revision: str = ""
    trace: tuple[RoutingStep, ...] = ()
    ended: RecordedEnd | None = None


class CallReplay(Model, frozen=True, kw_only=True):
    """How a call was decided, and how the same one would be decided today."""

    call_id: str
    same: bool
    recorded: RecordedDecision
    today: RoutingDecision


class RefusedAttempt(Model, frozen=True, kw_only=True):
    """A call that was turned away, however often it was tried."""

    id: str
    organization_telephone_number_id: str | None = None
    direction: str
    reason: str
    sip_code: int
    source_address: str | None = None
    called: str = ""
    caller: str = ""
    times: int = 1
    first_at: int | None = None
    last_at: int | None = None
    call_id: str | None = None
    near_misses: tuple[NearMiss, ...] = ()
    trace: tuple[RoutingStep, ...] = ()
