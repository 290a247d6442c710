"""What a change would do."""

import msgspec

from dialplane.client.models.events import Change, Resource
from dialplane.client.models.model import Model
from dialplane.client.models.routing import RoutingDecision


class DryRunChange(Model, frozen=True, kw_only=True):
    """A resource that would differ, and the event webhooks would be told."""

    resource: Resource
    event: str | None = None
    fields: dict[str, Change] = msgspec.field(default_factory=dict)


class DryRunRouting(Model, frozen=True, kw_only=True):
    """Who answers a number now, and who would."""

    organization_telephone_number_id: str
    number: str
    direction: str
    differs: bool
    before: RoutingDecision
    after: RoutingDecision


class DryRun(Model, frozen=True, kw_only=True):
    """What a change would do; nothing of it was done.

    `routing_complete` is False when it may touch more numbers than were looked at.
    """

    dry_run: bool
    changes: tuple[DryRunChange, ...] = ()
    routing: tuple[DryRunRouting, ...] = ()
    routing_complete: bool = True
