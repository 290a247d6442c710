"""Lines that can be bought, and numbers that are held."""

from dialplane.client.models.model import Model


class AgentMapping(Model, frozen=True, kw_only=True):
    """Who answers, and which version: `current` is the draft, `production` what is published."""

    agent_id: str
    agent_version: str = "current"


class SmsCapable(Model, frozen=True, kw_only=True):
    send: bool = False
    recv: bool = False


class Line(Model, frozen=True, kw_only=True):
    """A line that can be bought; the fee is in whole KRW."""

    id: str
    number: str
    line_type: str | None = None
    monthly_fee: int | None = None
    provider: str = "vox"
    sms_capable: SmsCapable | None = None


class Number(Model, frozen=True, kw_only=True):
    """A number the organization holds. Instants are Unix milliseconds, fees whole KRW."""

    id: str
    number: str
    provider: str
    status: str
    start_at: int | None = None
    created_at: int | None = None
    updated_at: int | None = None
    monthly_fee: int | None = None
    address: str | None = None
    inbound_trunk_id: str | None = None
    outbound_trunk_id: str | None = None
    inbound_agent: AgentMapping | None = None
    outbound_agent: AgentMapping | None = None
    memo: str | None = None
    end_at: int | None = None
    cancel_requested_at: int | None = None


class NextCharge(Model, frozen=True, kw_only=True):
    """A month that will have to be paid for."""

    at: int
    amount: int


class TrunkNow(Model, frozen=True, kw_only=True):
    """Whether a trunk answers pings, and since when."""

    state: str = "unknown"
    state_since_at: int | None = None


class FoundNumber(Number, frozen=True, kw_only=True):
    """A number with its form for callers from abroad, and what comes next."""

    e164: str | None = None
    next_charge: NextCharge | None = None
    trunk: TrunkNow | None = None


class Cancellation(Model, frozen=True, kw_only=True):
    """A number that was given up, and when it stops working."""

    id: str
    number: str
    provider: str
    effective_at: int


class Purchase(Model, frozen=True, kw_only=True):
    """A purchase from a supplier: pending, completed or failed."""

    id: str
    line_id: str
    number: str
    status: str
    monthly_fee: int | None = None
    problem: str | None = None
    organization_telephone_number_id: str | None = None
    request_id: str | None = None
    created_at: int | None = None
    updated_at: int | None = None
