"""Splits, fallbacks and traces as JSON text: read and written whole, never searched."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from dialplane.domain.calls import Asked
from dialplane.domain.digits import NearMiss, NearMissReason
from dialplane.domain.numbers import AgentMapping
from dialplane.domain.routing import (
    AnotherAgent,
    AnotherRuntime,
    Arm,
    Fallback,
    Rule,
    SipTransfer,
    Step,
    TelephoneTransfer,
    Verdict,
    Why,
)
from dialplane.domain.runtimes import RuntimeId
from dialplane.domain.values import AgentId

# Several times as fast as Python's own; a call reads and writes half a dozen of these texts.
_read = msgspec.json.decode


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def arms_text(arms: Iterable[Arm]) -> str:
    return _text(
        [[arm.label, arm.weight, arm.mapping.agent_id, arm.mapping.agent_version] for arm in arms]
    )


def arms_of(text: str) -> tuple[Arm, ...]:
    return tuple(
        Arm(label=label, weight=weight, mapping=_mapping(agent_id, version))
        for label, weight, agent_id, version in _read(text)
    )


def fallbacks_text(fallbacks: Iterable[Fallback]) -> str:
    return _text([_told(fallback) for fallback in fallbacks])


def fallbacks_of(text: str) -> tuple[Fallback, ...]:
    return tuple(_fallback(told) for told in _read(text))


def _told(fallback: Fallback) -> dict[str, str]:
    match fallback:
        case AnotherAgent(mapping=mapping):
            return {"agent_id": mapping.agent_id, "agent_version": mapping.agent_version}
        case AnotherRuntime(runtime_id=runtime_id):
            return {"runtime_id": runtime_id}
        case SipTransfer(uri=uri):
            return {"uri": uri}
        case TelephoneTransfer(digits=digits):
            return {"digits": digits}


def _fallback(told: Mapping[str, str]) -> Fallback:
    if "agent_id" in told:
        return AnotherAgent(mapping=_mapping(told["agent_id"], told["agent_version"]))
    if "runtime_id" in told:
        return AnotherRuntime(runtime_id=RuntimeId(told["runtime_id"]))
    if "uri" in told:
        return SipTransfer(uri=told["uri"])
    return TelephoneTransfer(digits=told["digits"])


def _mapping(agent_id: str, version: str) -> AgentMapping:
    return AgentMapping(agent_id=AgentId(agent_id), agent_version=version)


def trace_text(trace: Iterable[Step]) -> str:
    return _text([[step.rule, step.verdict, step.why, step.subject] for step in trace])


def trace_of(text: str) -> tuple[Step, ...]:
    return tuple(
        Step(rule=Rule(rule), verdict=Verdict(verdict), why=Why(why), subject=subject)
        for rule, verdict, why, subject in _read(text)
    )


def asked_text(asked: Asked) -> str:
    """All of it but who asked, which stands in columns of its own."""
    return _text({name: getattr(asked, name) for name in _ASKED})


_ASKED: Final = tuple(name for name in Asked.__dataclass_fields__ if name != "edge")


def asked_of(text: str) -> Asked:
    told: dict[str, Any] = _read(text)
    return Asked(**told)


def near_misses_text(near_misses: Iterable[NearMiss]) -> str:
    return _text([[miss.number, miss.reason] for miss in near_misses])


def near_misses_of(text: str) -> tuple[NearMiss, ...]:
    return tuple(
        NearMiss(number=number, reason=NearMissReason(reason)) for number, reason in _read(text)
    )
