"""What becomes of numbers, lines and agents, said a second time and as simply as possible.

Nothing here is taken from the program: where both agree, either may be read as the rule.
"""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

DAY = 24 * 60 * 60 * 1000
QUARANTINE = 30 * DAY
SEOUL = timezone(timedelta(hours=9))
ALL = ("active", "scheduled", "cancel_requested", "expired")


def paid_until(start: int, now: int) -> int:
    """The first end of a month, counted from the start on a Korean calendar, that lies ahead."""
    first = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=start)
    first = first.astimezone(SEOUL)
    for count in range(1, 5000):
        months = first.year * 12 + first.month - 1 + count
        year, month = divmod(months, 12)
        day = min(first.day, monthrange(year, month + 1)[1])
        end = first.replace(year=year, month=month + 1, day=day)
        instant = (end - datetime.fromtimestamp(0, UTC)) // timedelta(milliseconds=1)
        if instant > now:
            return instant
    raise AssertionError("no month has an end")


@dataclass
class ModelLine:
    digits: str
    fee: int
    available_from: int | None = 0


@dataclass
class ModelNumber:
    owner: str
    digits: str
    line: str | None
    born: int
    start: int
    sent: str = ""
    """The digits as they were sent, where they were."""
    fee: int | None = None
    memo: str | None = None
    end: int | None = None
    cancelled: int | None = None
    inbound: str | None = None
    outbound: str | None = None
    changed: int = field(init=False)

    def __post_init__(self) -> None:
        self.changed = self.born

    def status(self, now: int) -> str:
        if self.end is not None and self.end <= now:
            return "expired"
        if self.cancelled is not None:
            return "cancel_requested"
        return "active" if self.start <= now else "scheduled"

    def updated_at(self, now: int) -> int:
        """The last change, or the instant at which time changed it."""
        turns = [self.start] if self.cancelled is None or self.start <= self.cancelled else []
        turns += [self.end] if self.end is not None else []
        return max([self.changed, *(turn for turn in turns if self.born < turn <= now)])

    def told(self, now: int) -> dict[str, Any]:
        """What is known of the answer; trunk ids are not."""
        return {
            "number": self.sent or self.digits,
            "provider": "vox" if self.line else "custom",
            "status": self.status(now),
            "start_at": self.start,
            "created_at": self.born,
            "updated_at": self.updated_at(now),
            "monthly_fee": self.fee,
            "inbound_agent": mapping(self.inbound),
            "outbound_agent": mapping(self.outbound),
            "memo": self.memo,
            "end_at": self.end,
            "cancel_requested_at": self.cancelled,
        }


def mapping(agent: str | None) -> dict[str, str] | None:
    return None if agent is None else {"agent_id": agent, "agent_version": "current"}


@dataclass
class Model:
    lines: dict[str, ModelLine]
    numbers: dict[str, ModelNumber] = field(default_factory=dict)
    agents: dict[str, str] = field(default_factory=dict)
    """Whose each agent is."""

    def holder(self, digits: str, now: int) -> str | None:
        """The id of the number that holds these digits."""
        for number_id, number in self.numbers.items():
            if number.digits == digits and number.status(now) != "expired":
                return number_id
        return None

    def for_sale(self, now: int) -> set[str]:
        return {
            line_id
            for line_id, line in self.lines.items()
            if line.available_from is not None and line.available_from <= now
        }

    def cancel(self, number_id: str, now: int) -> int:
        """When it ends."""
        number = self.numbers[number_id]
        if number.end is None:
            number.end = now
            if number.line and number.start <= now:
                number.end = paid_until(number.start, now)
            number.cancelled = number.changed = now
            if number.line:
                self.lines[number.line].available_from = number.end + QUARANTINE
        return number.end

    def keep(self, number_id: str, now: int) -> str | None:
        """Why not, if not."""
        number = self.numbers[number_id]
        if not number.line:
            return "PROVIDER_MISMATCH"
        if number.status(now) != "cancel_requested":
            return "CANCELLATION_NOT_PENDING"
        number.end = number.cancelled = None
        number.changed = now
        self.lines[number.line].available_from = None
        return None

    def mapping_numbers(self, agent: str, now: int) -> list[str]:
        return sorted(
            number_id
            for number_id, number in self.numbers.items()
            if agent in (number.inbound, number.outbound) and number.status(now) != "expired"
        )

    def next_turn(self, now: int) -> int:
        """The next instant at which time changes something; a day ahead when there is none."""
        turns = [line.available_from for line in self.lines.values()]
        turns += [number.start for number in self.numbers.values()]
        turns += [number.end for number in self.numbers.values()]
        return min((turn for turn in turns if turn is not None and turn > now), default=now + DAY)
