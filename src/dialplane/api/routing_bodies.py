"""What goes over the wire about routing: scenarios, decisions and what is set about a number."""

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from dialplane.api.number_bodies import AgentMappingBody, MappingBody
from dialplane.api.routing_wording import KOREAN
from dialplane.api.shapes import PRINTABLE_PATTERN, Instant, Shape, Uuid
from dialplane.domain.calls import Direction
from dialplane.domain.digits import Digits
from dialplane.domain.errors import FieldProblem, Invalid
from dialplane.domain.languages import Language
from dialplane.domain.number_routing import (
    HIGHEST_ARM_WEIGHT,
    HIGHEST_LIMIT,
    MOST_ARMS,
    MOST_FALLBACKS,
    MOST_NETWORKS,
    InboundAuth,
    NumberRouting,
    in_order,
)
from dialplane.domain.refusals import RefusedAttempt
from dialplane.domain.routing import (
    AnotherAgent,
    AnotherRuntime,
    Answerer,
    Arm,
    Fallback,
    InboundQuestion,
    Refused,
    SipTransfer,
    Step,
    Target,
    TelephoneTransfer,
)
from dialplane.domain.routing.explaining import explained
from dialplane.domain.routing.facts import IpNetwork
from dialplane.domain.runtimes import RuntimeId
from dialplane.domain.values import UNCHANGED, Unchanged
from dialplane.operations.number_routing import RoutingChange
from dialplane.operations.simulation import Outcome, Scenario
from dialplane.operations.sip_codes import SIP_CODES

Dialled = Annotated[str, Meta(max_length=64)]
Label = Annotated[str, Meta(min_length=1, max_length=64, pattern=PRINTABLE_PATTERN)]
LimitValue = Annotated[int, Meta(ge=1, le=HIGHEST_LIMIT)]

Told = dict[str, Any]


class ScenarioBody(Shape):
    called: Annotated[str, Meta(min_length=1, max_length=64)]
    caller: Dialled = ""
    direction: Direction = Direction.INBOUND
    source_address: Annotated[str, Meta(max_length=64)] | None = None
    at: Instant | None = None

    def to_scenario(self) -> Scenario:
        return Scenario(
            direction=self.direction,
            called=self.called,
            caller=self.caller,
            source=self.source_address,
            at=self.at,
        )


class ArmBody(Shape):
    label: Label
    weight: Annotated[int, Meta(ge=0, le=HIGHEST_ARM_WEIGHT)]
    agent: MappingBody

    def to_arm(self) -> Arm:
        return Arm(label=self.label, weight=self.weight, mapping=self.agent.to_mapping())


class FallbackBody(Shape):
    """Which field belongs to which type is a rule over them all."""

    type: Literal["agent", "runtime", "sip", "telephone"]
    agent: MappingBody | UnsetType = UNSET
    runtime_id: Uuid | UnsetType = UNSET
    uri: Annotated[str, Meta(min_length=1, max_length=255)] | UnsetType = UNSET
    number: Annotated[str, Meta(min_length=1, max_length=64)] | UnsetType = UNSET

    def problems(self, path: str) -> Iterator[FieldProblem]:
        needed = _FIELD_OF[self.type]
        for name in _FIELD_OF.values():
            given = getattr(self, name) is not UNSET
            if name == needed and not given:
                yield FieldProblem(f"{path}.{name}", "missing")
            if name != needed and given:
                yield FieldProblem(f"{path}.{name}", "unknown_field")

    def to_fallback(self) -> Fallback:
        if self.agent is not UNSET:
            return AnotherAgent(mapping=self.agent.to_mapping())
        if self.runtime_id is not UNSET:
            return AnotherRuntime(runtime_id=RuntimeId(self.runtime_id.lower()))
        if self.uri is not UNSET:
            return SipTransfer(uri=self.uri)
        return TelephoneTransfer(digits="" if self.number is UNSET else self.number)


_FIELD_OF = {"agent": "agent", "runtime": "runtime_id", "sip": "uri", "telephone": "number"}


class LimitsBody(Shape):
    concurrent_calls: LimitValue | UnsetType | None = UNSET
    calls_per_second: LimitValue | UnsetType | None = UNSET


Arms = Annotated[list[ArmBody], Meta(max_length=MOST_ARMS)]


class RoutingChangeBody(Shape):
    allowed_sources: Annotated[list[str], Meta(max_length=MOST_NETWORKS)] | UnsetType = UNSET
    inbound_auth: InboundAuth | UnsetType = UNSET
    inbound_split: Arms | UnsetType = UNSET
    outbound_split: Arms | UnsetType = UNSET
    fallbacks: Annotated[list[FallbackBody], Meta(max_length=MOST_FALLBACKS)] | UnsetType = UNSET
    limits: LimitsBody | UnsetType = UNSET

    def broken_rules(self) -> Iterator[FieldProblem]:
        if all(getattr(self, name) is UNSET for name in self.__struct_fields__):
            yield FieldProblem("body", "empty_change")
        if self.fallbacks is not UNSET:
            for place, fallback in enumerate(self.fallbacks):
                yield from fallback.problems(f"fallbacks.{place}")

    def to_change(self) -> RoutingChange:
        limits = LimitsBody() if self.limits is UNSET else self.limits
        return RoutingChange(
            allowed=UNCHANGED if self.allowed_sources is UNSET else _networks(self.allowed_sources),
            inbound_auth=UNCHANGED if self.inbound_auth is UNSET else self.inbound_auth,
            inbound_split=_arms(self.inbound_split),
            outbound_split=_arms(self.outbound_split),
            fallbacks=UNCHANGED
            if self.fallbacks is UNSET
            else tuple(each.to_fallback() for each in self.fallbacks),
            concurrent_calls=_limit(limits.concurrent_calls),
            calls_per_second=_limit(limits.calls_per_second),
        )


def _arms(arms: list[ArmBody] | UnsetType) -> tuple[Arm, ...] | Unchanged:
    return UNCHANGED if arms is UNSET else tuple(arm.to_arm() for arm in arms)


def _limit(limit: int | UnsetType | None) -> int | Unchanged | None:
    return UNCHANGED if limit is UNSET else limit


def _networks(texts: list[str]) -> tuple[IpNetwork, ...]:
    found: list[IpNetwork] = []
    problems = []
    for place, text in enumerate(texts):
        try:
            found.append(ip_network(text))
        except ValueError:
            problems.append(FieldProblem(f"allowed_sources.{place}", "not_network"))
    if problems:
        raise Invalid(problems)
    return in_order(found)


def routing_body(routing: NumberRouting) -> Told:
    return {"organization_telephone_number_id": routing.number_id, **routing.told()}


def outcome_body(outcome: Outcome, language: Language) -> Told:
    question, decision = outcome.question, outcome.decision
    inbound = isinstance(question, InboundQuestion)
    called = question.called if isinstance(question, InboundQuestion) else question.callee
    refused = decision if isinstance(decision, Refused) else None
    targets = () if isinstance(decision, Refused) else decision.targets
    return {
        "direction": Direction.INBOUND if inbound else Direction.OUTBOUND,
        "decision": "refuse" if refused else "route",
        "at": question.at,
        "called": _digits_body(called),
        "caller": _digits_body(question.caller),
        "reason": refused.reason if refused else None,
        "sip_code": SIP_CODES[refused.reason][0] if refused else None,
        "number": _number_body(outcome),
        **_answerer_body(None if isinstance(decision, Refused) else decision.answerer),
        "targets": [_target_body(target) for target in targets],
        "near_misses": _near_misses(refused),
        "revision": decision.revision,
        "trace": trace_body(decision.trace, language),
    }


def _digits_body(digits: Digits) -> Told:
    return {
        "raw": digits.raw,
        "domestic": digits.domestic,
        "e164": digits.e164,
        "anonymous": digits.anonymous,
    }


def _number_body(outcome: Outcome) -> Told | None:
    number = outcome.number
    return None if number is None else {"id": number.id, "number": number.number}


def _answerer_body(answerer: Answerer | None) -> Told:
    return {
        "agent": AgentMappingBody.of(answerer.mapping if answerer else None),
        "resolved_version": answerer.version if answerer else None,
        "variant_label": answerer.variant_label if answerer else None,
    }


def _target_body(target: Target) -> Told:
    return {
        "target_id": target.id,
        "kind": target.kind,
        "uri": target.uri,
        **_answerer_body(target.answerer),
    }


def _near_misses(refused: Refused | RefusedAttempt | None) -> list[Told]:
    if refused is None:
        return []
    return [{"number": miss.number, "reason": miss.reason} for miss in refused.near_misses]


def trace_body(trace: tuple[Step, ...], language: Language) -> list[Told]:
    return [
        {
            "rule": step.rule,
            "verdict": step.verdict,
            "why": step.why,
            "subject": step.subject,
            "text": _text(step, language),
        }
        for step in trace
    ]


def _text(step: Step, language: Language) -> str:
    if language is Language.ENGLISH:
        return explained(step)
    return KOREAN[step.why].format(subject=step.subject or "대상")


def refusal_body(attempt: RefusedAttempt, language: Language) -> Told:
    return {
        "id": attempt.id,
        "organization_telephone_number_id": attempt.number_id,
        "direction": attempt.direction,
        "reason": attempt.reason,
        "sip_code": SIP_CODES[attempt.reason][0],
        "source_address": attempt.source,
        "called": attempt.asked.called,
        "caller": attempt.asked.caller,
        "times": attempt.times,
        "first_at": attempt.first_at,
        "last_at": attempt.last_at,
        "call_id": attempt.call_id,
        "near_misses": _near_misses(attempt),
        "trace": trace_body(attempt.trace, language),
    }
