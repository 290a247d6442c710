"""Valid things, each with one default and what a test changes about it.

A named world: Acme is always the caller, Globex always somebody else. The ids are those that stand
in the examples of contract/openapi.yaml, so that every example finds what it speaks of.
"""

from dataclasses import replace
from typing import Any, Final

from dialplane.domain.agents import Agent, AgentType, NewAgent
from dialplane.domain.callers import Mode, Scope
from dialplane.domain.digits import read_digits
from dialplane.domain.keys import ApiKey
from dialplane.domain.lines import Line, LineStatus, LineType
from dialplane.domain.numbers import HeldNumber, Provider, SipSettings, Status
from dialplane.domain.organizations import Organization
from dialplane.domain.values import (
    LIVE,
    AgentId,
    KeyId,
    LineId,
    Millis,
    NumberId,
    OrganizationId,
)
from parts.clock import in_seoul

NOW: Final[Millis] = in_seoul("2024-10-12 15:15:55.722")
EARLIER: Final[Millis] = in_seoul("2024-09-01 09:00:00")

ACME: Final = OrganizationId("01927f5e-8c4a-7b1e-9d3f-2a6b4c8d0eac")
GLOBEX: Final = OrganizationId("01927f5e-8c4a-7b1e-9d3f-2a6b4c8d0eb0")

NUMBER: Final = NumberId("01927f5e-8c4a-7b1e-9d3f-2a6b4c8d0e11")
AGENT: Final = AgentId("01927f5e-8c4a-7b1e-9d3f-2a6b4c8d0e22")
LINE: Final = LineId("01927f5e-8c4a-7b1e-9d3f-2a6b4c8d0e33")
KEY: Final = KeyId("01927f5e-8c4a-7b1e-9d3f-2a6b4c8d0e44")
NOTHING: Final = "01927f5e-8c4a-7b1e-9d3f-2a6b4c8d0e00"
"""An id that never was."""

DIGITS: Final = "07011112222"

EVERY_SCOPE: Final = frozenset(Scope)
TRUNK: Final = SipSettings(
    address="sip:trunk.example.com:5060",
    address_uri="sip:trunk.example.com:5060",
    inbound_trunk_id="ST_4fQ9xT2mKc7L",
    outbound_trunk_id="ST_b8WzR1nHe5Vd",
)


def an_id(count: int) -> str:
    """The same UUID for the same count, in the order of the counts."""
    return f"01927f5e-8c4a-7b1e-9d3f-{count:012x}"


def an_organization(**changes: Any) -> Organization:
    return replace(Organization(id=ACME, name="Acme", realm=LIVE, created_at=EARLIER), **changes)


def a_key(**changes: Any) -> ApiKey:
    key = ApiKey(
        id=KEY,
        organization_id=ACME,
        name="backend",
        mode=Mode.LIVE,
        scopes=EVERY_SCOPE,
        prefix="dp_live_4fQ9xT2m",
        created_at=EARLIER,
    )
    return replace(key, **changes)


def a_line(**changes: Any) -> Line:
    line = Line(
        id=LINE,
        realm=LIVE,
        number=DIGITS,
        line_type=LineType.VOIP,
        monthly_fee=7_700,
        sms_send=False,
        sms_recv=True,
    )
    return replace(line, **changes)


def lines(count: int, **changes: Any) -> list[Line]:
    """Different lines, in the order of their numbers and of their ids."""
    return [a_line(id=LineId(an_id(n)), number=f"0702000{n:04}", **changes) for n in range(count)]


def a_number(**changes: Any) -> HeldNumber:
    """A custom number over a trunk without credentials."""
    number = HeldNumber(
        id=NUMBER,
        organization_id=ACME,
        realm=LIVE,
        number=DIGITS,
        canonical=DIGITS,
        provider=Provider.CUSTOM,
        status=Status.ACTIVE,
        start_at=EARLIER,
        created_at=EARLIER,
        updated_at=EARLIER,
        sip=TRUNK,
    )
    number = replace(number, **changes)
    return replace(number, canonical=read_digits(number.number).canonical)


def numbers(count: int, **changes: Any) -> list[HeldNumber]:
    """Different numbers, created a second apart, the first one first."""
    return [
        a_number(
            id=NumberId(an_id(n)),
            number=f"0703000{n:04}",
            **{"created_at": EARLIER + n * 1000} | changes,
        )
        for n in range(count)
    ]


def a_bought_number(**changes: Any) -> HeldNumber:
    """A number bought from the stock; its line is the one with the same digits."""
    bought = {"provider": Provider.VOX, "line_id": LINE, "monthly_fee": 7_700, "sip": SipSettings()}
    return a_number(**{**bought, **changes})


def a_held_line(number: HeldNumber) -> Line:
    """The line a bought number came from, as the purchase left it."""
    return a_line(
        id=number.line_id,
        realm=number.realm,
        number=number.number,
        status=LineStatus.HELD,
        available_from=None,
    )


def an_agent(**changes: Any) -> Agent:
    """A flow agent; `last_version=2` gives it two frozen versions."""
    agent = Agent.begun(
        NewAgent(name="Night desk", type=AgentType.FLOW),
        agent_id=AGENT,
        organization_id=ACME,
        now=EARLIER,
    )
    return replace(agent, **changes)


AVAILABLE: Final = "/v3/telephone-numbers/available"
PURCHASE: Final = "/v3/telephone-numbers/purchase"
REGISTER: Final = "/v3/telephone-numbers/register"
NUMBERS: Final = "/v3/organization-telephone-numbers"
NUMBER_SHEET: Final = "/x/v1/numbers.csv"
JOBS: Final = "/x/v1/jobs"


def path_of(number_id: str = NUMBER, rest: str = "") -> str:
    return f"{NUMBERS}/{number_id}{rest}"
