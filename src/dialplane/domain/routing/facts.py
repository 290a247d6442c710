"""What routing has to know, read at one instant by whoever asks it."""

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network

from dialplane.domain.agents import VersionChoice
from dialplane.domain.digits import NearMiss
from dialplane.domain.frozen import dataclass
from dialplane.domain.numbers import AgentMapping, HeldNumber, Provider
from dialplane.domain.routing.fallbacks import Fallback
from dialplane.domain.routing.questions import IpAddress
from dialplane.domain.runtimes import RuntimeId, TargetId
from dialplane.domain.values import AgentId, OrganizationId

IpNetwork = IPv4Network | IPv6Network


class SourceOrigin(StrEnum):
    """Why a number accepts calls from a network."""

    TRUNK = "trunk"
    ALLOW_LIST = "allow_list"
    CARRIER = "carrier"
    RUNTIME = "runtime"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedSource:
    network: IpNetwork
    origin: SourceOrigin

    @property
    def is_anyone(self) -> bool:
        """Written out as 0.0.0.0/0 or ::/0; says nothing about who is calling."""
        return self.network.prefixlen == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One SIP endpoint of a runtime or a trunk, and whether it answers pings."""

    id: TargetId
    uri: str
    priority: int = 0
    weight: int = 100
    down: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One agent of a weighted split; `label` is what the call is marked with."""

    label: str
    mapping: AgentMapping
    weight: int


class LimitScope(StrEnum):
    ORGANIZATION = "organization"
    NUMBER = "number"


class LimitKind(StrEnum):
    CONCURRENT_CALLS = "concurrent_calls"
    CALLS_PER_SECOND = "calls_per_second"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """`current` counts the calls there are without the one in question."""

    scope: LimitScope
    kind: LimitKind
    allowed: int
    current: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Who could answer for a number: what it maps, and everything those names lead to."""

    split: tuple[Arm, ...] = ()
    fallbacks: tuple[Fallback, ...] = ()
    agents: Mapping[AgentId, VersionChoice] = field(default_factory=dict)
    runtime_of: Mapping[AgentId, RuntimeId] = field(default_factory=dict)
    default_runtime: RuntimeId | None = None
    runtimes: Mapping[RuntimeId, tuple[Peer, ...]] = field(default_factory=dict)
    trunk: tuple[Peer, ...] = ()

    def over(self, trunk: tuple[Peer, ...]) -> "Plan":
        """The same plan for a call that goes out over this trunk."""
        return replace(self, trunk=trunk)


def accepting(sources: Iterable[AcceptedSource], source: IpAddress) -> AcceptedSource | None:
    """The first of them that has this source in it."""
    for each in sources:
        if source in each.network:
            return each
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundFacts:
    """`number` is as `HeldNumber.at` of the question's instant left it.

    `known_to` names the organizations a trunk or an allow-list of which has the source in it,
    "anyone" not counted; `from_carrier` that it is a carrier of the operator.
    """

    number: HeldNumber | None
    revision: str
    sources: tuple[AcceptedSource, ...] = ()
    known_to: frozenset[OrganizationId] = frozenset()
    from_carrier: bool = False
    digest_required: bool = False
    plan: Plan = field(default_factory=Plan)
    limits: tuple[Limit, ...] = ()
    near_misses: tuple[NearMiss, ...] = ()

    def accepts(self, source: IpAddress) -> AcceptedSource | None:
        return accepting(self.sources, source)

    @property
    def source_is_known(self) -> bool:
        return self.from_carrier or bool(self.known_to)

    @property
    def in_view(self) -> bool:
        """Whether whoever is behind the source may know that the number exists."""
        if self.number is None:
            return False
        return self.number.organization_id in self.known_to or (
            self.from_carrier and self.number.provider is Provider.VOX
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundFacts:
    """`known_to` names the organizations a runtime of which the source is."""

    number: HeldNumber | None
    revision: str
    known_to: frozenset[OrganizationId] = frozenset()
    may_present: bool = False
    plan: Plan = field(default_factory=Plan)
    limits: tuple[Limit, ...] = ()
    near_misses: tuple[NearMiss, ...] = ()
