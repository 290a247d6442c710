"""What tools answer with: the fields an assistant can use, each with its meaning, no secret."""

from collections.abc import Iterable
from typing import Any, Self

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from dialplane.client.models.model import Model


class Result(BaseModel):
    """Takes from an answer of the API what it has a field for."""

    model_config = ConfigDict(extra="ignore")

    @classmethod
    def of(cls, answer: Model) -> Self:
        return cls.model_validate(msgspec.to_builtins(answer))

    @classmethod
    def all_of(cls, answers: Iterable[Model]) -> list[Self]:
        return [cls.of(answer) for answer in answers]


class Mapping(Result):
    """An agent, and which version: current is its draft, production what is published."""

    agent_id: str
    agent_version: str


class Number(Result):
    """A telephone number the organization holds. Instants are Unix milliseconds."""

    id: str
    number: str
    status: str = Field(description="active, scheduled, cancel_requested or expired")
    provider: str = Field(description="vox: bought; custom: brought along over a SIP trunk")
    monthly_fee: int | None = Field(default=None, description="KRW")
    inbound_agent: Mapping | None = Field(default=None, description="Who answers; null is nobody")
    outbound_agent: Mapping | None = Field(
        default=None, description="Who calls out; null is nobody"
    )
    address: str | None = Field(default=None, description="SIP trunk of a number brought along")
    memo: str | None = None
    start_at: int | None = None
    end_at: int | None = Field(
        default=None, description="End of service; null while none is booked"
    )


class Line(Result):
    """A number that can be bought."""

    id: str
    number: str
    line_type: str | None = None
    monthly_fee: int | None = Field(
        default=None, description="KRW, every month until it is cancelled"
    )


class Agent(Result):
    agent_id: str
    name: str
    type: str | None = None
    production_version: str | None = Field(default=None, description="null: never published")


class Call(Result):
    id: str
    status: str
    call_type: str | None = None
    from_number: str | None = None
    to_number: str | None = None
    agent: Mapping | None = None
    disconnection_reason: str | None = None
    start_at: int | None = Field(default=None, description="When it was answered")
    end_at: int | None = None
    transcript: list[dict[str, Any]] | None = Field(
        default=None, description="Only when one call is read"
    )


class CallTotals(Result):
    calls: int
    answered: int
    answered_share: float | None = Field(default=None, description="0 to 1")
    mean_duration_ms: int | None = Field(default=None, description="Of those that were answered")
    by_direction: dict[str, int] = {}
    by_status: dict[str, int] = {}
    by_disconnection_reason: dict[str, int] = {}


class CallBucket(CallTotals):
    start_at: int
    end_at: int = Field(description="The first instant that is not part of it")


class CallCounts(Result):
    """Calls of a range and of each hour or day in it that has any, the oldest first."""

    time_zone: str
    totals: CallTotals
    buckets: list[CallBucket]


class NearMiss(Result):
    """A number of the organization that was probably meant."""

    number: str
    reason: str


class Step(Result):
    rule: str
    verdict: str = Field(description="passed, skipped, lost, refused or routed")
    text: str


class Target(Result):
    kind: str
    uri: str


class Decision(Result):
    """What would happen to a call, and each rule that was tried."""

    decision: str = Field(description="route or refuse")
    reason: str | None = Field(default=None, description="Why it is refused")
    sip_code: int | None = Field(default=None, description="What the caller hears then")
    agent: Mapping | None = None
    resolved_version: str | None = None
    targets: list[Target] = Field(default=[], description="In the order of trying")
    near_misses: list[NearMiss] = []
    trace: list[Step] = []


class Refusal(Result):
    """A call that was turned away."""

    reason: str
    sip_code: int
    called: str
    caller: str
    source_address: str | None = None
    times: int
    last_at: int | None = None
    near_misses: list[NearMiss] = []


class Resource(Result):
    type: str
    id: str


class Event(Result):
    """Something that has happened; ask on with `after` set to the last position."""

    position: int
    type: str
    occurred_at: int
    resource: Resource
    changes: dict[str, Any] = {}


class WouldChange(Result):
    event: str | None = None
    resource: Resource
    fields: dict[str, Any] = Field(default={}, description="Field by field: before, after")


class WouldAnswer(Result):
    number: str
    direction: str
    before: Decision
    after: Decision


class Preview(Result):
    """What a change would do; nothing of it was done."""

    changes: list[WouldChange] = []
    routing: list[WouldAnswer] = Field(default=[], description="Who answers before and after")


class Found(Result):
    """How many there are, and whether these are all."""

    total_count: int | None = None
    complete: bool = True


class Numbers(Found):
    numbers: list[Number]


class Lines(Found):
    lines: list[Line]


class Agents(Found):
    agents: list[Agent]


class Calls(Found):
    calls: list[Call]


class Refusals(Found):
    refusals: list[Refusal]


class Events(Found):
    events: list[Event]


class Caller(Result):
    """Whose key this server uses, and what it may do."""

    organization: str
    mode: str = Field(description="live, or test: the sandbox, where nothing is real")
    scopes: list[str]
    may_change: bool = Field(description="Whether this server was started with --allow-changes")


class Charges(Result):
    balance: int = Field(description="All charges together, KRW")
    entries: list[dict[str, Any]]


class Confirmable(Result):
    """Done, or what to confirm before it is done."""

    done: bool
    consequence: str = Field(description="What it costs, or what it ends")
    confirm_token: str | None = Field(
        default=None,
        description="Show the consequence to the user; if they agree, call again with this",
    )
    expires_in_s: int | None = None
    number: Number | None = None
    call: Call | None = None
    works_until: int | None = None
