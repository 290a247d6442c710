"""What a change would do, told without doing it."""

from dialplane.domain.frozen import dataclass
from dialplane.domain.journal import Change, Happening, Told, differences
from dialplane.domain.routing import Answerer, Decision, Refusal, Refused, Target

NUMBER_RESOURCES = frozenset({"number", "trunk"})
"""Their events name the number they are about."""

SETS_NO_ROUTING = frozenset({"key", "webhook", "delivery", "call"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One resource as it is and as it would be; `event` is what webhooks would be told."""

    resource: str
    resource_id: str
    fields: dict[str, Told]
    event: Happening | None = None

    @classmethod
    def of(cls, change: Change) -> "Difference":
        return cls(
            resource=change.resource,
            resource_id=change.resource_id,
            fields=differences(change.before, change.after),
            event=change.happening,
        )

    @property
    def number_id(self) -> str | None:
        return self.resource_id if self.resource in NUMBER_RESOURCES else None

    @property
    def may_touch_any_number(self) -> bool:
        """Whether numbers it does not name may be answered otherwise afterwards."""
        return self.resource not in NUMBER_RESOURCES | SETS_NO_ROUTING


Answers = tuple[Refusal | Answerer | None, tuple[Target, ...]]


def answers(decision: Decision) -> Answers:
    """Who answers, or why nobody does: what two decisions are compared by."""
    if isinstance(decision, Refused):
        return decision.reason, ()
    return decision.answerer, decision.targets
