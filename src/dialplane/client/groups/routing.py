"""What would happen to a call, and who was turned away."""

from typing import Literal, Unpack

from dialplane.client.grouping import Group, Listing, M, Operation
from dialplane.client.models.model import Page
from dialplane.client.models.routing import RefusedAttempt, RoutingDecision
from dialplane.client.wire import Call, Instant, Reading, ask, at, get


class Scenario(Reading, total=False):
    """`source_address` is where the call comes from; an accepted place if left out."""

    direction: Literal["inbound", "outbound"]
    caller: str
    source_address: str | None
    at: Instant | None


class Routing(Group[M]):
    """Decided by the same rules as live calls."""

    @Operation
    def simulate(self, called: str, **fields: Unpack[Scenario]) -> Call[RoutingDecision]:
        """Decide a call nobody makes, and tell each rule that was tried."""
        return ask(RoutingDecision, at("/x/v1/routing/simulate"), {"called": called, **fields})

    @Listing
    def recent_refusals(self, **options: Unpack[Reading]) -> Call[Page[RefusedAttempt]]:
        """The last calls that were turned away, over all numbers."""
        return get(Page[RefusedAttempt], at("/x/v1/refusals"), options)

    @Listing
    def refusals(self, **options: Unpack[Reading]) -> Call[Page[RefusedAttempt]]:
        """Calls from your trunks to numbers you do not hold."""
        return get(Page[RefusedAttempt], at("/x/v1/routing/refusals"), options)
