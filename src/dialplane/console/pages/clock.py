"""The clock of the sandbox: where it stands, and moving it once it is clear what that does."""

from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

from dialplane.console.agents import IN_SERVICE, SEARCH
from dialplane.console.api import Refused
from dialplane.console.formats import instant_typed
from dialplane.console.replies import Elsewhere, Reply, Shown
from dialplane.console.visits import Page, Visit, signed_in
from dialplane.domain.values import DAY_MS, Millis

PLACE: Final = "/console/clock"
SPANS: Final = (1, 7, 31, 365)
_LONGEST_DAYS: Final = 3_650
_LOOKED_AT: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """Something that time does to a number."""

    at: Millis
    what: str
    number: dict[str, Any]
    amount: int | None = None


class Clock(Page):
    @signed_in
    def on_get(self, visit: Visit) -> Reply:
        return _shown(visit, _chosen(visit))

    @signed_in
    def on_post(self, visit: Visit) -> Reply:
        to = visit.form.text("to")
        order = {"to": int(to) if to.isdecimal() else to}
        try:
            visit.api.post("/x/v1/test-clock/advance", order, visit.changes_only)
        except Refused as refused:
            return _shown(visit, None, refused)
        return Elsewhere(PLACE, done="advanced")


def _chosen(visit: Visit) -> Millis | None:
    """The instant to go to, as a span from now or as it was typed."""
    days, typed = visit.asked("days"), visit.asked("at")
    if days.isdecimal() and len(days) < len(str(_LONGEST_DAYS)) + 1:
        return visit.now + int(days) * DAY_MS
    return instant_typed(typed) if typed else None


def _shown(visit: Visit, to: Millis | None, refused: Refused | None = None) -> Reply:
    clock = visit.api.get("/x/v1/test-clock")
    numbers = visit.api.get(SEARCH, status=IN_SERVICE, limit=_LOOKED_AT)
    facts = {
        "clock": clock,
        "spans": SPANS,
        "to": to,
        "coming": [] if to is None else _coming(numbers["items"], clock["now"], to),
        "complete": numbers["next_cursor"] is None,
        "refused": refused,
    }
    return Shown(template="clock.html", facts=facts, status=refused.status if refused else 200)


def _coming(numbers: list[dict[str, Any]], now: Millis, to: Millis) -> list[Coming]:
    found = [each for number in numbers for each in _moments(number) if now < each.at <= to]
    return sorted(found, key=attrgetter("at"))


def _moments(number: dict[str, Any]) -> list[Coming]:
    charge = number["next_charge"]
    moments = [Coming(at=number["start_at"], what="starts", number=number)]
    if number["end_at"]:
        moments.append(Coming(at=number["end_at"], what="ends", number=number))
    if charge:
        moments.append(
            Coming(at=charge["at"], what="charged", number=number, amount=charge["amount"])
        )
    return moments
