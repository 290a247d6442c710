"""Whether the service of a number has begun and not ended."""

from dialplane.domain.numbers import HeldNumber, Status
from dialplane.domain.routing.decisions import Refusal, Rule, Trace, Why


def of_service(number: HeldNumber, trace: Trace) -> Refusal | None:
    match number.status:
        case Status.SCHEDULED:
            trace.refused(Rule.SERVICE, Why.STARTS_LATER, str(number.start_at))
            return Refusal.NOT_ACTIVE_YET
        case Status.EXPIRED:
            trace.refused(Rule.SERVICE, Why.SERVICE_ENDED, str(number.end_at))
            return Refusal.EXPIRED
        case Status.ACTIVE | Status.CANCEL_REQUESTED:
            trace.passed(Rule.SERVICE, Why.IN_SERVICE, number.status)
            return None
