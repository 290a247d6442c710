"""Runtimes, which answer for agents, and the trunks behind numbers."""

from collections.abc import Sequence
from typing import Final, Required, TypedDict, Unpack

from dialplane.client.grouping import Group, Listing, M, Operation
from dialplane.client.groups.filters import Sorted
from dialplane.client.models.model import Deleted, Page
from dialplane.client.models.runtimes import Runtime, RuntimeHealth, TrunkHealth, TrunkReport
from dialplane.client.wire import (
    Cached,
    Call,
    Guarded,
    Reading,
    Writing,
    ask,
    at,
    delete,
    get,
    patch,
    post,
)

RUNTIME: Final = "/x/v1/runtimes/{runtime_id}"


class Target(TypedDict, total=False):
    """Where calls go; lower priorities first, equal ones by weight."""

    address: Required[str]
    priority: int
    weight: int


class NewRuntime(Writing, total=False):
    is_default: bool


class RuntimeChange(Guarded, total=False):
    name: str
    is_default: bool
    targets: Sequence[Target]


class HealthRange(Reading, total=False):
    """From when until when, in milliseconds, and in how many slots to sum it up."""

    from_at: int
    to_at: int
    slots: int


class Runtimes(Group[M]):
    """SIP endpoints that answer for agents."""

    @Listing
    def list(self, **filters: Unpack[Sorted]) -> Call[Page[Runtime]]:
        return get(Page[Runtime], at("/x/v1/runtimes"), filters)

    @Operation
    def get(self, runtime_id: str, **options: Unpack[Cached]) -> Call[Runtime]:
        return get(Runtime, at(RUNTIME, runtime_id), options)

    @Operation
    def create(
        self, name: str, targets: Sequence[Target], **fields: Unpack[NewRuntime]
    ) -> Call[Runtime]:
        """The first one becomes the default."""
        return post(Runtime, at("/x/v1/runtimes"), {"name": name, "targets": targets, **fields})

    @Operation
    def update(self, runtime_id: str, **fields: Unpack[RuntimeChange]) -> Call[Runtime]:
        """A list of targets replaces the one before."""
        return patch(Runtime, at(RUNTIME, runtime_id), fields)

    @Operation
    def delete(self, runtime_id: str, **options: Unpack[Guarded]) -> Call[Deleted]:
        return delete(Deleted, at(RUNTIME, runtime_id), options)

    @Operation
    def health(self, runtime_id: str, **range_: Unpack[HealthRange]) -> Call[RuntimeHealth]:
        """Whether its targets answered, over time; the last day unless asked otherwise."""
        return get(RuntimeHealth, at(f"{RUNTIME}/health", runtime_id), range_)


class Trunks(Group[M]):
    """SIP peers behind numbers."""

    @Operation
    def check(self, trunk_id: str, **options: Unpack[Reading]) -> Call[TrunkReport]:
        """Ask the peer, step by step, and tell what to do; no call is placed."""
        return ask(TrunkReport, at("/x/v1/trunks/{trunk_id}/check", trunk_id), options)

    @Operation
    def health(self, trunk_id: str, **range_: Unpack[HealthRange]) -> Call[TrunkHealth]:
        """Whether the peer answered pings, over time; the last day unless asked otherwise."""
        return get(TrunkHealth, at("/x/v1/trunks/{trunk_id}/health", trunk_id), range_)
