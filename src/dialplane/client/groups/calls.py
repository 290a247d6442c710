"""Calls: which there were, placing one, ending one, and why one went where it went."""

from collections.abc import Sequence
from typing import Any, Literal, Unpack

from dialplane.client.grouping import Group, Listing, M, Operation
from dialplane.client.groups.filters import Sorted
from dialplane.client.groups.numbers import Mapping
from dialplane.client.models.calls import Call as PlacedCall
from dialplane.client.models.calls import CallCounts, CallDetail
from dialplane.client.models.model import Page
from dialplane.client.models.routing import CallReplay
from dialplane.client.wire import Call, Instant, Reading, Writing, ask, at, get, post

CallStatus = Literal["queued", "ongoing", "ended", "error", "canceled", "not_connected"]
Texts = str | Sequence[str]


class CallFilters(Sorted, total=False):
    """Several values of one filter widen the list, several filters narrow it."""

    agent_id: Texts
    agent_version: Texts
    status: CallStatus | Sequence[CallStatus]
    call_type: Texts
    disconnection_reason: Texts
    call_from: Texts
    call_to: Texts
    start_at_after: Instant
    start_at_before: Instant
    duration_ms_min: int
    duration_ms_max: int
    metadata: Texts
    dynamic_variables: Texts
    customer_id: str
    campaign_id: str


class CountFilters(Reading, total=False):
    """A range of at most 32 days, by default the last 24 hours, and which of its calls count."""

    bucket: Literal["hour", "day"]
    time_zone: str
    start_at_after: Instant
    start_at_before: Instant
    number_id: Texts
    agent_id: Texts
    status: CallStatus | Sequence[CallStatus]
    call_type: Texts
    disconnection_reason: Texts
    call_from: Texts
    call_to: Texts


class Placing(Writing, total=False):
    """`dynamic_variables` fill `{{name}}` in what the agent says."""

    agent: Mapping | None
    metadata: dict[str, Any]
    dynamic_variables: dict[str, Any]
    presentation_number: str | None


class Calls(Group[M]):
    """Calls in and out."""

    @Listing
    def list(self, **filters: Unpack[CallFilters]) -> Call[Page[PlacedCall]]:
        """Calls without transcripts, newest first."""
        return get(Page[PlacedCall], at("/v3/calls"), filters)

    @Operation
    def counts(self, **filters: Unpack[CountFilters]) -> Call[CallCounts]:
        """How many calls there were in each hour or day of a time zone, and how they ended."""
        return get(CallCounts, at("/x/v1/calls/counts"), filters)

    @Operation
    def get(self, call_id: str, **options: Unpack[Reading]) -> Call[CallDetail]:
        return get(CallDetail, at("/v3/calls/{call_id}", call_id), options)

    @Operation
    def place(
        self, from_number: str, to_number: str, **fields: Unpack[Placing]
    ) -> Call[CallDetail]:
        """Let an agent call somebody; the answer is the call as it was queued."""
        body = {"from_number": from_number, "to_number": to_number, **fields}
        return post(CallDetail, at("/v3/calls"), body, tries=False)

    @Operation
    def hang_up(self, call_id: str, **options: Unpack[Writing]) -> Call[CallDetail]:
        return post(CallDetail, at("/x/v1/calls/{call_id}/hang-up", call_id), options)

    @Operation
    def replay(self, call_id: str, **options: Unpack[Reading]) -> Call[CallReplay]:
        """How it was decided, and how the same call would be decided today."""
        return ask(CallReplay, at("/x/v1/calls/{call_id}/replay", call_id), options)
