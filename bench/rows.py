"""What the tables hold: the same rows for the same size, on every machine and engine.

One organization holds a tenth of the numbers, so that a list has a middle and an end; the others
share the rest. Every line that is held is in the stock table too, as it is in a running product.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from dialplane.domain.agents import Agent, NewAgent
from dialplane.domain.values import AgentId, OrganizationId
from dialplane.operations.keys import hashed

ORGANIZATIONS = 10_000
AGENTS_EACH = 2
BIG = 0
"""The organization that holds a tenth of all numbers."""

FIRST_AT = 1_735_689_600_000  # 2025-01-01, the day the first row was made
SPAN_MS = 500 * 24 * 60 * 60 * 1000
END_AT = 4_102_444_800_000  # 2100-01-01: nothing in here changes while it is measured
QUARANTINE_MS = 30 * 24 * 60 * 60 * 1000

_CANCELLED = 12
_STATUS = {_CANCELLED: "cancel_requested", 19: "expired"}
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_FEES = (5_500, 7_700, 8_800, 12_100, 22_000)

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    columns: tuple[str, ...]
    rows: Iterator[Row]


def chance_of(kind: str, index: int) -> int:
    """128 bits that look random and never change."""
    return int.from_bytes(hashlib.blake2b(f"{kind}{index}".encode(), digest_size=16).digest())


def made_at(index: int, of: int) -> int:
    return FIRST_AT + index * SPAN_MS // of


def stable_id(kind: str, index: int, made_at: int) -> str:
    """A UUID of version 7 made at that instant, as the product makes them."""
    value = made_at << 80 | chance_of(kind, index) & (1 << 80) - 1
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0b11 << 62) | 0b10 << 62
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def digits_of(number: int) -> str:
    return _digits(number * 2)


def _digits(slot: int) -> str:
    return f"070{20_000_000 + slot}"


def _base62(value: int, chars: int) -> str:
    digits = []
    for _ in range(chars):
        value, rest = divmod(value, 62)
        digits.append(_BASE62[rest])
    return "".join(digits)


def token(organization: int) -> str:
    return "dp_live_" + _base62(chance_of("token", organization) ** 2, 43)


@cache
def organization_id(organization: int) -> str:
    return stable_id("organization", organization, FIRST_AT + organization)


@cache
def agent_id(organization: int, which: int) -> str:
    return stable_id("agent", organization * AGENTS_EACH + which, FIRST_AT + organization)


@dataclass(frozen=True, slots=True)
class World:
    """Everything there is when so many numbers are held."""

    numbers: int

    @property
    def stock(self) -> int:
        return self.numbers // 10

    def holder(self, number: int) -> int:
        """Which organization holds this number."""
        return BIG if number % 10 == 0 else 1 + number * 7919 % (ORGANIZATIONS - 1)

    def number_id(self, number: int) -> str:
        return stable_id("number", number, made_at(number, self.numbers))

    def stock_line_id(self, line: int) -> str:
        return stable_id("stock", line, made_at(line, self.stock))

    def tables(self) -> Iterator[Table]:
        """In the order in which they refer to each other."""
        yield Table("organizations", _ORGANIZATION, map(_organization, range(ORGANIZATIONS)))
        yield Table("api_keys", _KEY, map(_key, range(ORGANIZATIONS)))
        yield Table("agents", _AGENT, _agents())
        yield Table("lines", _LINE, self._lines())
        yield Table("telephone_numbers", _NUMBER, map(self._number, range(self.numbers)))

    def _lines(self) -> Iterator[Row]:
        for number in range(self.numbers):
            if _is_bought(number):
                at = made_at(number, self.numbers)
                digits = digits_of(number)
                fee = _FEES[number % 5]
                back = END_AT + QUARANTINE_MS if number % 20 == _CANCELLED else None
                yield (
                    stable_id("line", number, at),
                    "live",
                    digits,
                    "voip",
                    fee,
                    1,
                    1,
                    "held",
                    back,
                    at,
                )
        for line in range(self.stock):
            at = made_at(line, self.stock)
            digits = _digits(line * 20 + 1)
            fee = _FEES[line % 5]
            kind = "mobile" if line % 3 else "voip"
            line_id = self.stock_line_id(line)
            yield (line_id, "live", digits, kind, fee, 1, 1, "in_stock", FIRST_AT, at)

    def _number(self, number: int) -> Row:
        organization = self.holder(number)
        at = made_at(number, self.numbers)
        bought = _is_bought(number)
        status = _STATUS.get(number % 20, "active")
        chance = chance_of("trunk", number)
        mapped = agent_id(organization, 0) if _is_mapped(number) else None
        ended = None if status == "active" else END_AT if status == "cancel_requested" else at + 1
        digits = digits_of(number)
        return (
            self.number_id(number), organization_id(organization), "live", digits,
            digits, "vox" if bought else "custom", status,
            stable_id("line", number, at) if bought else None,
            _FEES[number % 5] if bought else None,
            None if bought else f"sip{number % 997}.example.com",
            None if bought else f"sip:sip{number % 997}.example.com:5060;transport=udp",
            None if bought else "ST_" + _base62(chance, 12),
            None if bought else "ST_" + _base62(chance >> 56, 12),
            mapped, "current" if mapped else None, mapped, "current" if mapped else None,
            f"대표번호 {number}" if number % 2 else None,
            at, ended, None if status == "active" else at, at, at, 1,
        )  # fmt: skip


def is_expired(number: int) -> bool:
    return _STATUS.get(number % 20) == "expired"


def is_answered(number: int) -> bool:
    """Whether a call from the carrier finds an agent."""
    return _is_bought(number) and _is_mapped(number)


def _is_mapped(number: int) -> bool:
    return number % 7 != 0


def _is_bought(number: int) -> bool:
    return number % 10 < 7  # noqa: PLR2004  # seven in ten are bought, the others brought along


def _organization(index: int) -> Row:
    return organization_id(index), f"Organization {index}", "live", None, 0, FIRST_AT + index


def _key(index: int) -> Row:
    text = token(index)
    at = FIRST_AT + index
    key_id, organization = stable_id("key", index, at), organization_id(index)
    return key_id, organization, "bench", "live", "read write", hashed(text), text[:12], at


def _agents() -> Iterator[Row]:
    made = Agent.begun(
        NewAgent(name="agent"), agent_id=AgentId(""), organization_id=OrganizationId(""), now=0
    )
    body = json.dumps(made.data, ensure_ascii=False, separators=(",", ":"))
    for organization in range(ORGANIZATIONS):
        owner, at = organization_id(organization), FIRST_AT + organization
        for which in range(AGENTS_EACH):
            mine = agent_id(organization, which)
            yield mine, owner, f"Agent {which}", "single_prompt", body, 1, 1, None, 0, at, at


_ORGANIZATION = ("id", "name", "realm", "sandbox_of", "clock_offset_ms", "created_at")
_KEY = ("id", "organization_id", "name", "mode", "scopes", "hash", "prefix", "created_at")
_AGENT = (
    "id", "organization_id", "name", "type", "data", "head_revision", "flow_revision",
    "production_version", "last_version", "created_at", "updated_at",
)  # fmt: skip
_LINE = (
    "id", "realm", "number", "line_type", "monthly_fee", "sms_send", "sms_recv", "status",
    "available_from", "created_at",
)  # fmt: skip
_NUMBER = (
    "id", "organization_id", "realm", "number", "canonical", "provider", "status", "line_id",
    "monthly_fee", "address", "address_uri", "inbound_trunk_id", "outbound_trunk_id",
    "inbound_agent_id", "inbound_version", "outbound_agent_id", "outbound_version", "memo",
    "start_at", "end_at", "cancel_requested_at", "created_at", "updated_at", "revision",
)  # fmt: skip
