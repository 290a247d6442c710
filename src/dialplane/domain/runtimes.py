"""What answers for agents: a named list of SIP targets with priority and weight."""

from dataclasses import dataclass, replace
from typing import Final, NewType

from dialplane.domain.values import Millis, OrganizationId

RuntimeId = NewType("RuntimeId", str)
TargetId = NewType("TargetId", str)

MOST_TARGETS: Final = 16
HIGHEST_PRIORITY: Final = 100
HIGHEST_WEIGHT: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeTarget:
    """One SIP endpoint; `address` as it was sent, `uri` as it is dialled."""

    id: TargetId
    address: str
    uri: str
    priority: int = 0
    weight: int = 100


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
        return f"{self.revision}"

    def renamed(self, name: str, *, now: Millis) -> "Runtime":
        return replace(self, name=name, updated_at=now)

    def retargeted(self, targets: tuple[RuntimeTarget, ...], *, now: Millis) -> "Runtime":
        """Targets that stay under the same URI keep their id, and with it what is known of them."""
        ids = {target.uri: target.id for target in self.targets}
        kept = tuple(replace(each, id=ids.get(each.uri, each.id)) for each in targets)
        return replace(self, targets=kept, updated_at=now)
