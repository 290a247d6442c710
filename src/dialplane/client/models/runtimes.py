"""Runtimes, which answer for agents, and the SIP peers behind numbers."""

from typing import Any

import msgspec

from dialplane.client.models.model import Model


class RuntimeTarget(Model, frozen=True, kw_only=True):
    """A SIP endpoint; `state` tells whether it answers pings."""

    id: str
    address: str
    priority: int = 0
    weight: int = 100
    state: str = "unknown"
    state_since_at: int | None = None


class Runtime(Model, frozen=True, kw_only=True):
    id: str
    name: str
    is_default: bool = False
    targets: tuple[RuntimeTarget, ...] = ()
    created_at: int | None = None
    updated_at: int | None = None


class HealthSlot(Model, frozen=True, kw_only=True):
    """A part of a range; what of it is neither up nor down is unknown."""

    from_at: int
    to_at: int
    up_ms: int
    down_ms: int


class HealthSpan(Model, frozen=True, kw_only=True):
    """A time in one state; the code is what began it."""

    state: str
    from_at: int
    to_at: int
    sip_code: int | None = None


class PeerHealth(Model, frozen=True, kw_only=True):
    """`availability` is the share of the known time, 0 to 1; `spans` come newest first."""

    availability: float | None
    up_ms: int
    down_ms: int
    unknown_ms: int
    slots: tuple[HealthSlot, ...] = ()
    span_count: int | None = None
    spans: tuple[HealthSpan, ...] = ()


class TrunkHealth(Model, frozen=True, kw_only=True):
    trunk_id: str
    organization_telephone_number_id: str
    address: str
    state: str
    state_since_at: int | None = None
    from_at: int
    to_at: int
    health: PeerHealth


class TargetHealth(Model, frozen=True, kw_only=True):
    id: str
    address: str
    state: str
    state_since_at: int | None = None
    health: PeerHealth


class RuntimeHealth(Model, frozen=True, kw_only=True):
    """`health` is of the runtime as a whole: up while one of its targets is."""

    runtime_id: str
    from_at: int
    to_at: int
    health: PeerHealth
    targets: tuple[TargetHealth, ...] = ()


class TrunkStep(Model, frozen=True, kw_only=True):
    """One thing that was examined, what was found and what to do about it."""

    step: str
    verdict: str
    code: str
    found: str
    fix: str | None = None
    duration_ms: int | None = None
    details: dict[str, Any] = msgspec.field(default_factory=dict)


class TrunkReport(Model, frozen=True, kw_only=True):
    trunk_id: str
    organization_telephone_number_id: str
    address: str
    verdict: str
    checked_at: int | None = None
    duration_ms: int | None = None
    login_refused_at: int | None = None
    steps: tuple[TrunkStep, ...] = ()
