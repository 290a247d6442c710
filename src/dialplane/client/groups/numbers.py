"""Numbers the organization holds: bought, brought along, mapped, given up."""

from collections.abc import Sequence
from typing import Any, Final, Literal, TypedDict, Unpack

from dialplane.client.grouping import Group, Listing, M, Operation
from dialplane.client.groups.filters import Sorted
from dialplane.client.models.model import Page
from dialplane.client.models.numbers import AgentMapping, Cancellation, FoundNumber, Number
from dialplane.client.models.routing import (
    CallLimits,
    Fallback,
    NumberRouting,
    RefusedAttempt,
    SplitArm,
)
from dialplane.client.wire import (
    Cached,
    Call,
    Guarded,
    Instant,
    Omit,
    Reading,
    Writing,
    at,
    delete,
    get,
    patch,
    post,
)

Status = Literal["active", "scheduled", "cancel_requested", "expired"]

HELD: Final = "/v3/organization-telephone-numbers"
NUMBER: Final = HELD + "/{organization_telephone_number_id}"
ROUTING: Final = "/x/v1/numbers/{organization_telephone_number_id}"


class MappingFields(TypedDict, total=False):
    """A mapping as a plain dict."""

    agent_id: str
    agent_version: str


Mapping = AgentMapping | MappingFields


class NumberFilters(Sorted, total=False):
    provider: Literal["vox", "custom"]
    status: Status | Sequence[Status]
    sort_by: Literal["created_at"]


class Search(Sorted, total=False):
    """`q` is part of a number, in any spelling, or of a memo."""

    q: str
    provider: Literal["vox", "custom"]
    status: Status | Sequence[Status]


class Purchase(Writing, total=False):
    """Exactly one of `id`, of a line, and `number`."""

    id: str
    number: str
    memo: str | Omit | None
    start_at: Instant | Omit


class Registration(Writing, total=False):
    auth_username: str | None
    auth_password: str | None
    memo: str | None


class Note(Guarded, total=False):
    memo: str | None


class Agents(Guarded, total=False):
    inbound_agent: Mapping | Omit | None
    outbound_agent: Mapping | Omit | None
    sms_inbound_agent: Mapping | Omit | None


class SipSettings(Guarded, total=False):
    address: str | Omit | None
    auth_username: str | Omit | None
    auth_password: str | Omit | None
    memo: str | Omit | None


class RoutingSettings(Guarded, total=False):
    allowed_sources: Sequence[str]
    inbound_auth: Literal["source", "source_and_digest"]
    inbound_split: Sequence[SplitArm | dict[str, Any]]
    outbound_split: Sequence[SplitArm | dict[str, Any]]
    fallbacks: Sequence[Fallback | dict[str, Any]]
    limits: CallLimits | dict[str, int | None]


class Numbers(Group[M]):
    """Numbers by the id the API gives them, never by their digits."""

    @Listing
    def list(self, **filters: Unpack[NumberFilters]) -> Call[Page[Number]]:
        """Numbers that are held, newest first; only active ones unless `status` says otherwise."""
        return get(Page[Number], at(HELD), filters)

    @Listing
    def search(self, **filters: Unpack[Search]) -> Call[Page[FoundNumber]]:
        """Numbers in any state, with the form for callers from abroad and the next charge."""
        return get(Page[FoundNumber], at("/x/v1/numbers"), filters)

    @Operation
    def get(self, number_id: str, **options: Unpack[Cached]) -> Call[Number]:
        return get(Number, at(NUMBER, number_id), options)

    @Operation
    def purchase(self, **fields: Unpack[Purchase]) -> Call[Number]:
        """Buy a line by its `id` or its `number`; this costs its fee every month."""
        return post(Number, at("/v3/telephone-numbers/purchase"), fields)

    @Operation
    def register(self, number: str, address: str, **fields: Unpack[Registration]) -> Call[Number]:
        """Bring a number of your own, which is reached over the SIP trunk at `address`."""
        body = {"number": number, "address": address, **fields}
        return post(Number, at("/v3/telephone-numbers/register"), body)

    @Operation
    def update(self, number_id: str, **fields: Unpack[Note]) -> Call[Number]:
        """Write a memo; None takes it away."""
        return patch(Number, at(NUMBER, number_id), fields)

    @Operation
    def map(self, number_id: str, **fields: Unpack[Agents]) -> Call[Number]:
        """Say which agents it has; a direction left out keeps its agent, None unmaps it."""
        return patch(Number, at(f"{NUMBER}/agent", number_id), fields)

    @Operation
    def set_sip(self, number_id: str, **fields: Unpack[SipSettings]) -> Call[Number]:
        """Change the trunk of a number of your own; None clears a field."""
        return patch(Number, at(f"{NUMBER}/sip", number_id), fields)

    @Operation
    def cancel(self, number_id: str, **options: Unpack[Guarded]) -> Call[Cancellation]:
        """Give it up: a bought one at the end of its paid month, one of your own at once."""
        return delete(Cancellation, at(NUMBER, number_id), options)

    @Operation
    def revoke_cancellation(self, number_id: str, **options: Unpack[Guarded]) -> Call[Number]:
        """Keep a number after all, while its paid month lasts."""
        return post(Number, at(f"{NUMBER}/revoke-cancel", number_id), options)

    @Operation
    def routing(self, number_id: str, **options: Unpack[Cached]) -> Call[NumberRouting]:
        """What is set about its calls, beyond the agents."""
        return get(NumberRouting, at(f"{ROUTING}/routing", number_id), options)

    @Operation
    def set_routing(self, number_id: str, **fields: Unpack[RoutingSettings]) -> Call[NumberRouting]:
        """Set who may call, who shares the calls and who answers instead."""
        return patch(NumberRouting, at(f"{ROUTING}/routing", number_id), fields)

    @Listing
    def refusals(self, number_id: str, **options: Unpack[Reading]) -> Call[Page[RefusedAttempt]]:
        """The last calls that were turned away."""
        return get(Page[RefusedAttempt], at(f"{ROUTING}/refusals", number_id), options)
