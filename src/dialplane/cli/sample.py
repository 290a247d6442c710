"""The world of `dialplane demo`: an organization with everything a number can be."""

from dataclasses import dataclass, replace
from typing import Any, Final

from dialplane.cli import greeter
from dialplane.domain.agents import Agent, AgentType, NewAgent, version_name
from dialplane.domain.callers import Caller, Mode, Scope
from dialplane.domain.journal import OPERATOR, Author
from dialplane.domain.keys import ApiKey, NewKey
from dialplane.domain.lines import LineType, PurchaseOrder
from dialplane.domain.numbers import AgentMapping, HeldNumber, MappingChange, SipChange
from dialplane.domain.stock import LineTerms
from dialplane.domain.values import DAY_MS, LIVE, UNCHANGED, Millis, OrganizationId
from dialplane.operations import agents, keys, lines, numbers, organizations, runtimes, stock
from dialplane.operations.ids import new_trunk_ids
from dialplane.operations.numbers import NumberPolicy, Registration
from dialplane.operations.runtimes import RuntimeChange, TargetOrder
from dialplane.store.database import Writer
from dialplane.store.secret_box import FOR_SIP, SecretBox

NAME: Final = "한빛 여행사"
_EVERY_SCOPE: Final = frozenset(Scope)

# Ranges nobody has: type, what a number begins with, fee, whether it can do SMS, how many.
_STOCK: Final[tuple[tuple[LineType, str, int, bool, int], ...]] = (
    (LineType.VOIP, "0700000100", 7_700, True, 8),
    (LineType.MOBILE, "0100000100", 12_100, True, 6),
    (LineType.LANDLINE, "020000100", 8_800, False, 6),
    (LineType.PERSONAL, "0500000100", 5_500, False, 4),
    (LineType.TOLL_FREE, "080000100", 22_000, False, 4),
    (LineType.UAN, "1500100", 33_000, False, 4),
)
_MAIN, _GIVEN_UP, _COMING = "07000001001", "0200001001", "0800001001"
_BROUGHT: Final = "0317770100"
TRUNK_PORT: Final = 5090
TRUNK_LOGIN: Final = ("hanbit", "demo-password")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """The keys of the demo, which only their holder knows."""

    live: str
    test: str


def make(db: Writer, box: SecretBox, policy: NumberPolicy, *, now: Millis) -> Tokens:
    """Make all of it, as if the organization had been here for forty days."""
    begun = now - 40 * DAY_MS
    stock.take_in(db, LIVE, _lines(), now=begun)
    organization = organizations.create(db, NAME, now=begun)
    key, tokens = make_keys(db, organization.id, now=begun)
    caller = _caller(key, begun)
    reception = _reception(db, caller)
    _bought(db, caller, _MAIN, "대표 번호", agent=reception)
    brought = _brought(db, replace(caller, now=begun + DAY_MS), box, policy=policy)
    mapped = MappingChange(
        inbound_agent=AgentMapping(agent_id=reception.id, agent_version="v1"),
        outbound_agent=AgentMapping(agent_id=reception.id, agent_version="production"),
    )
    day_after = replace(caller, now=begun + DAY_MS)
    numbers.alter(db, day_after, brought.id, numbers.remapping(mapped))
    greeter.register(db, caller, greeter.uri_at(), policy=policy)
    survey = _survey(db, replace(caller, now=begun + 2 * DAY_MS))
    _runtime_of(db, replace(caller, now=begun + 2 * DAY_MS), survey, policy)
    given_up = _bought(db, replace(caller, now=now - 20 * DAY_MS), _GIVEN_UP, "옛 지점")
    numbers.cancel(db, replace(caller, now=now - DAY_MS), given_up.id, policy=policy)
    coming = PurchaseOrder(number=_COMING, memo="다음 주 개통", start_at=now + 7 * DAY_MS)
    lines.purchase(db, replace(caller, now=now), coming)
    return tokens


def make_keys(db: Writer, organization_id: OrganizationId, *, now: Millis) -> tuple[ApiKey, Tokens]:
    """A live key and one to the sandbox; the live one comes along, for those who go on."""
    live = NewKey(name="demo", mode=Mode.LIVE, scopes=_EVERY_SCOPE)
    author = Author(actor=OPERATOR, at=now)
    _, test_token = keys.create(db, organization_id, replace(live, mode=Mode.TEST), author)
    key, token = keys.create(db, organization_id, live, author)
    return key, Tokens(live=token, test=test_token)


def _caller(key: ApiKey, now: Millis) -> Caller:
    return Caller(
        key_id=key.id,
        organization_id=key.organization_id,
        realm=LIVE,
        mode=Mode.LIVE,
        scopes=_EVERY_SCOPE,
        now=now,
    )


def _lines() -> list[LineTerms]:
    return [
        LineTerms(f"{prefix}{at}", line_type, monthly_fee, sms, sms)
        for line_type, prefix, monthly_fee, sms, count in _STOCK
        for at in range(1, count + 1)
    ]


def _reception(db: Writer, caller: Caller) -> Agent:
    """An agent in production, whose draft has moved on since."""
    first = _agent_data("안녕하세요, 한빛 여행사입니다. 무엇을 도와드릴까요?")
    agent = agents.create(db, caller, NewAgent(name="예약 상담", data=first))
    version = agents.freeze(
        db, caller, agent.id, description="첫 공개", expected_head_revision=None
    )
    published = version_name(version.version)
    agents.publish(db, caller, agent.id, published, expected_production_version=UNCHANGED)
    agents.freeze(db, caller, agent.id, description="인사말 수정 전", expected_head_revision=None)
    return agent


def _runtime_of(db: Writer, caller: Caller, agent: Agent, policy: NumberPolicy) -> None:
    """A runtime of its own, with somebody to stand in."""
    targets = (
        TargetOrder(address="sip:127.0.0.1:5092", priority=0, weight=100),
        TargetOrder(address="sip:127.0.0.1:5093", priority=1, weight=100),
    )
    asked = RuntimeChange(name="설문", is_default=False, targets=targets)
    runtime = runtimes.create(db, caller, asked, policy=policy)
    runtimes.answer_for(db, caller, agent.id, runtime.id)


def _survey(db: Writer, caller: Caller) -> Agent:
    agent = agents.create(db, caller, NewAgent(name="만족도 조사", type=AgentType.FLOW))
    agents.freeze(db, caller, agent.id, description=None, expected_head_revision=None)
    return agent


def _agent_data(first_line: str) -> dict[str, Any]:
    prompt = "당신은 여행사의 예약 상담원입니다. 날짜와 인원을 먼저 확인하세요."
    return {"prompt": {"prompt": prompt, "firstLine": first_line}}


def _bought(
    db: Writer, caller: Caller, line: str, memo: str, *, agent: Agent | None = None
) -> HeldNumber:
    number = lines.purchase(db, caller, PurchaseOrder(number=line, memo=memo))
    if agent is None:
        return number
    production = AgentMapping(agent_id=agent.id, agent_version="production")
    draft = AgentMapping(agent_id=agent.id)
    change = MappingChange(inbound_agent=production, outbound_agent=draft)
    return numbers.alter(db, caller, number.id, numbers.remapping(change))


def _brought(db: Writer, caller: Caller, box: SecretBox, *, policy: NumberPolicy) -> HeldNumber:
    """A number reached over a trunk of the organization's own, on this machine."""
    sip = SipChange(
        address=f"sip:127.0.0.1:{TRUNK_PORT}",
        auth_username=TRUNK_LOGIN[0],
        sealed_password=box.seal(TRUNK_LOGIN[1], FOR_SIP),
        memo="본사 교환기",
        trunk_ids=new_trunk_ids(),
    )
    return numbers.register(db, caller, Registration(number=_BROUGHT, sip=sip), policy=policy)
