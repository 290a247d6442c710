"""What answers for agents: a named list of SIP targets with priority and weight."""

from dataclasses import replace
from typing import Final, NewType

from dialplane.domain.errors import DomainError, Kind
from dialplane.domain.frozen import dataclass
from dialplane.domain.peer_health import PeerState
from dialplane.domain.values import AgentId, Millis, NumberId, OrganizationId

RuntimeId = NewType("RuntimeId", str)
TargetId = NewType("TargetId", str)

MOST_TARGETS: Final = 16
HIGHEST_PRIORITY: Final = 100
HIGHEST_WEIGHT: Final = 10_000


@dataclass(eq=False)
class RuntimeInUse(DomainError):
    """Agents are answered by this runtime, or calls fall back to it."""

    code = "RUNTIME_IN_USE"
    kind = Kind.CONFLICT
    agent_ids: list[AgentId]
    organization_telephone_number_ids: list[NumberId]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeTarget:
    """One SIP endpoint; `address` as it was sent, `uri` as it is dialled."""

    id: TargetId
    address: str
    uri: str
    priority: int = 0
    weight: int = 100
    state: PeerState = PeerState.UNKNOWN
    state_since: Millis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """The default runtime of an organization answers for every agent that names no other."""

    id: RuntimeId
    organization_id: OrganizationId
    name: str
    is_default: bool
    targets: tuple[RuntimeTarget, ...]
    created_at: Millis
    updated_at: Millis
    revision: int = 1

    @property
    def tag(self) -> str:
        """Differs whenever an answer about this runtime differs, states included."""
        states = "".join(target.state[0] for target in self.targets)
        # Each of them only ever grows.
        changed = sum(target.state_since or 0 for target in self.targets)
        return f"{self.revision}-{states}-{changed}"

    def told(self) -> dict[str, object]:
        """This runtime as its owner may be told."""
        return {
            "id": self.id,
            "name": self.name,
            "is_default": self.is_default,
            "targets": [
                {
                    "id": target.id,
                    "address": target.address,
                    "priority": target.priority,
                    "weight": target.weight,
                }
                for target in self.targets
            ],
        }

    def retargeted(self, targets: tuple[RuntimeTarget, ...]) -> "Runtime":
        """Targets that stay under the same URI keep their id: what refers to them still does."""
        ids = {target.uri: target.id for target in self.targets}
        kept = tuple(replace(each, id=ids.get(each.uri, each.id)) for each in targets)
        return replace(self, targets=kept)
