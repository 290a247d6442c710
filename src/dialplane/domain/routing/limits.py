"""How many calls an organization and a number may have."""

from collections.abc import Iterable

from dialplane.domain.routing.decisions import Refusal, Rule, Trace, Why
from dialplane.domain.routing.facts import Limit


def exceeded(limits: Iterable[Limit], trace: Trace) -> Refusal | None:
    for limit in limits:
        subject = f"{limit.scope}.{limit.kind} {limit.current}/{limit.allowed}"
        if limit.current >= limit.allowed:
            trace.refused(Rule.LIMIT, Why.AT_LIMIT, subject)
            return Refusal.LIMIT_REACHED
        trace.passed(Rule.LIMIT, Why.BELOW_LIMIT, subject)
    return None
