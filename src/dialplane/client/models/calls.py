"""Calls in and out."""

from typing import Any

import msgspec

from dialplane.client.models.model import Model
from dialplane.client.models.numbers import AgentMapping


class Call(Model, frozen=True, kw_only=True):
    """A call; `start_at` is when it was answered."""

    id: str
    status: str
    call_type: str | None = None
    agent: AgentMapping | None = None
    from_number: str | None = None
    to_number: str | None = None
    presentation_number: str | None = None
    disconnection_reason: str | None = None
    start_at: int | None = None
    end_at: int | None = None
    recording_url: str | None = None
    metadata: dict[str, Any] = msgspec.field(default_factory=dict)
    dynamic_variables: dict[str, Any] = msgspec.field(default_factory=dict)
    call_analysis: dict[str, Any] | None = None
    call_cost: dict[str, Any] | None = None
    variant_label: str | None = None
    opt_out_sensitive_data_storage: bool = False


class CallDetail(Call, frozen=True, kw_only=True):
    """A call with its transcript."""

    transcript: tuple[dict[str, Any], ...] | None = None


class CallTotals(Model, frozen=True, kw_only=True):
    """Calls counted: how many were answered, which way they went, how they ended.

    `answered_share` is None without calls, `mean_duration_ms` without any that was answered and is
    over. What does not occur is not in the dicts.
    """

    calls: int
    answered: int = 0
    answered_share: float | None = None
    mean_duration_ms: int | None = None
    by_direction: dict[str, int] = msgspec.field(default_factory=dict)
    by_status: dict[str, int] = msgspec.field(default_factory=dict)
    by_disconnection_reason: dict[str, int] = msgspec.field(default_factory=dict)


class CallBucket(CallTotals, frozen=True, kw_only=True):
    """The calls from `start_at` up to, not including, `end_at`."""

    start_at: int
    end_at: int


class CallCounts(Model, frozen=True, kw_only=True):
    """The calls of a range, in all and for each hour or day, the oldest first."""

    bucket: str
    time_zone: str
    start_at_after: int
    start_at_before: int
    totals: CallTotals
    buckets: tuple[CallBucket, ...]
