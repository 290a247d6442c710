"""Why calls end: from what SIP says to what a caller of the API reads."""

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import Final

from dialplane.domain.frozen import dataclass
from dialplane.domain.values import Millis


class DisconnectionReason(StrEnum):
    USER_HANGUP = "user_hangup"
    AGENT_HANGUP = "agent_hangup"
    DIAL_NO_ANSWER = "dial_no_answer"
    DIAL_FAILED = "dial_failed"
    DIAL_BUSY = "dial_busy"
    VOICEMAIL_REACHED = "voicemail_reached"
    CONCURRENCY_LIMIT_REACHED = "concurrency_limit_reached"
    INSUFFICIENT_BALANCE = "insufficient_balance"
    ERROR_VOXAI = "error_voxai"
    MAX_DURATION_REACHED = "max_duration_reached"
    INACTIVITY = "inactivity"
    FLOW_ERROR = "flow_error"
    CALL_TRANSFER = "call_transfer"
    ORPHANED_NO_AGENT_PICKUP = "orphaned_no_agent_pickup"
    DIAL_DECLINED = "dial_declined"
    DAILY_CALL_LIMIT_REACHED = "daily_call_limit_reached"
    HOURLY_CALL_LIMIT_REACHED = "hourly_call_limit_reached"
    BLOCKED_NUMBER = "blocked_number"
    OPERATOR_HANGUP = "operator_hangup"


class Party(StrEnum):
    """Who said BYE; the caller of an outbound call is the agent's side."""

    CALLER = "caller"
    CALLEE = "callee"
    EDGE = "edge"


class EventReason(StrEnum):
    """The words of contract/edge.yaml: what the edge, the dialer and routing call the reason."""

    SOURCE_NOT_ALLOWED = "source_not_allowed"
    DIGEST_FAILED = "digest_failed"
    NUMBER_UNKNOWN = "number_unknown"
    NOT_ACTIVE_YET = "not_active_yet"
    EXPIRED = "expired"
    NO_AGENT_MAPPED = "no_agent_mapped"
    AGENT_MISSING = "agent_missing"
    LIMIT_REACHED = "limit_reached"
    CONTROL_PLANE_UNREACHABLE = "control_plane_unreachable"
    RUNTIME_UNREACHABLE = "runtime_unreachable"
    CALLER_CANCELLED = "caller_cancelled"
    CALLEE_BUSY = "callee_busy"
    CALLEE_DECLINED = "callee_declined"
    NO_ANSWER = "no_answer"
    TARGET_AUTH_FAILED = "target_auth_failed"
    CALLEE_BLOCKS_US = "callee_blocks_us"
    BALANCE_EXHAUSTED = "balance_exhausted"
    TARGET_REFUSED = "target_refused"
    MAX_DURATION_REACHED = "max_duration_reached"
    PEER_LOST = "peer_lost"
    OPERATOR_HANGUP = "operator_hangup"
    DIALER_FAILED = "dialer_failed"
    EDGE_RESTARTED = "edge_restarted"
    VOICEMAIL_REACHED = "voicemail_reached"
    INACTIVITY = "inactivity"
    FLOW_ERROR = "flow_error"
    CALL_TRANSFER = "call_transfer"


class EndingKind(IntEnum):
    """How a call ended. The greater one is nearer to what happened on the line."""

    LOST = 0
    REFUSED = 1
    WITHDRAWN = 2
    NEVER_ANSWERED = 3
    HUNG_UP = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    kind: EndingKind
    at: Millis
    reason: EventReason | None = None
    hung_up_by: Party | None = None
    sip_code: int | None = None

    @property
    def weight(self) -> tuple[int, bool, int, str, str, int]:
        """Of several reports about one end the weightiest holds.

        Whoever gives a reason saw more than whoever only saw a BYE, and the first to see the end
        saw it where it began. The rest only makes the choice the same every time.
        """
        return (
            self.kind,
            self.reason is not None,
            -self.at,
            self.reason or "",
            self.hung_up_by or "",
            self.sip_code or 0,
        )

    def disconnection_reason(self, *, outbound: bool) -> DisconnectionReason:
        if self.reason is EventReason.CALLER_CANCELLED:
            return _hung_up_by(Party.CALLER, outbound=outbound)
        if self.kind is EndingKind.HUNG_UP:
            named = _WHILE_TALKING.get(self.reason) if self.reason else None
            return named or _hung_up_by(self.hung_up_by, outbound=outbound)
        if self.reason is EventReason.LIMIT_REACHED:
            return DisconnectionReason.CONCURRENCY_LIMIT_REACHED
        if self.kind is EndingKind.NEVER_ANSWERED and outbound:
            named = _WHILE_DIALLING.get(self.reason) if self.reason else None
            return named or reason_of_sip_code(self.sip_code)
        if self.kind is EndingKind.NEVER_ANSWERED:
            return DisconnectionReason.ORPHANED_NO_AGENT_PICKUP
        return DisconnectionReason.ERROR_VOXAI


_WHILE_TALKING: Final[Mapping[EventReason, DisconnectionReason]] = {
    EventReason.MAX_DURATION_REACHED: DisconnectionReason.MAX_DURATION_REACHED,
    EventReason.PEER_LOST: DisconnectionReason.ERROR_VOXAI,
    # The dialer invites the runtime when the callee has picked up.
    EventReason.RUNTIME_UNREACHABLE: DisconnectionReason.ORPHANED_NO_AGENT_PICKUP,
    EventReason.OPERATOR_HANGUP: DisconnectionReason.OPERATOR_HANGUP,
    EventReason.VOICEMAIL_REACHED: DisconnectionReason.VOICEMAIL_REACHED,
    EventReason.INACTIVITY: DisconnectionReason.INACTIVITY,
    EventReason.FLOW_ERROR: DisconnectionReason.FLOW_ERROR,
    EventReason.CALL_TRANSFER: DisconnectionReason.CALL_TRANSFER,
}
_WHILE_DIALLING: Final[Mapping[EventReason, DisconnectionReason]] = {
    EventReason.CALLEE_BUSY: DisconnectionReason.DIAL_BUSY,
    EventReason.CALLEE_DECLINED: DisconnectionReason.DIAL_DECLINED,
    EventReason.NO_ANSWER: DisconnectionReason.DIAL_NO_ANSWER,
    EventReason.CALLEE_BLOCKS_US: DisconnectionReason.BLOCKED_NUMBER,
    EventReason.BALANCE_EXHAUSTED: DisconnectionReason.INSUFFICIENT_BALANCE,
    # The edge calls every target a runtime; of an outbound call it is the trunk.
    EventReason.RUNTIME_UNREACHABLE: DisconnectionReason.DIAL_FAILED,
    EventReason.TARGET_AUTH_FAILED: DisconnectionReason.DIAL_FAILED,
    EventReason.DIALER_FAILED: DisconnectionReason.ERROR_VOXAI,
}


NO_ANSWER_AT_ALL: Final = 408
"""What silence counts as."""


def word_for(code: int, told: str | None = None) -> EventReason:
    """What a final answer to an INVITE is called; `told` is the reason our own edge may give.

    It says 486 for a limit of ours, too, which is no busy callee.
    """
    if told in _TOLD_BY_EDGE:
        return EventReason(told)
    return _WORD_FOR.get(code, EventReason.TARGET_REFUSED)


def reason_of_agent(told: str | None) -> EventReason | None:
    """What the agent's side may give as the reason of its BYE; any other word is no reason."""
    return EventReason(told) if told in _TOLD_BY_AGENT else None


def worth_another_target(code: int) -> bool:
    """Whether somebody else may answer instead. After 486, 600 and 603 they would ring twice."""
    return code in _UNREACHED


_TOLD_BY_EDGE: Final = frozenset(
    {EventReason.LIMIT_REACHED, EventReason.NO_ANSWER, EventReason.TARGET_AUTH_FAILED}
)
_TOLD_BY_AGENT: Final = frozenset(
    {
        EventReason.VOICEMAIL_REACHED,
        EventReason.INACTIVITY,
        EventReason.FLOW_ERROR,
        EventReason.CALL_TRANSFER,
    }
)
_UNREACHED: Final = frozenset({NO_ANSWER_AT_ALL, 500, 502, 503, 504})
_WORD_FOR: Final[Mapping[int, EventReason]] = {
    NO_ANSWER_AT_ALL: EventReason.NO_ANSWER,
    480: EventReason.NO_ANSWER,
    486: EventReason.CALLEE_BUSY,
    600: EventReason.CALLEE_BUSY,
    603: EventReason.CALLEE_DECLINED,
    607: EventReason.CALLEE_BLOCKS_US,
    608: EventReason.CALLEE_BLOCKS_US,
    402: EventReason.BALANCE_EXHAUSTED,
}


def reason_of_sip_code(code: int | None) -> DisconnectionReason:
    """What a final answer that is no 2xx means; no answer at all is 408."""
    return _BY_SIP_CODE.get(code or 0, DisconnectionReason.DIAL_FAILED)


_BY_SIP_CODE: Final[Mapping[int, DisconnectionReason]] = {
    408: DisconnectionReason.DIAL_NO_ANSWER,
    480: DisconnectionReason.DIAL_NO_ANSWER,
    486: DisconnectionReason.DIAL_BUSY,
    600: DisconnectionReason.DIAL_BUSY,
    603: DisconnectionReason.DIAL_DECLINED,
    607: DisconnectionReason.BLOCKED_NUMBER,
    608: DisconnectionReason.BLOCKED_NUMBER,
    402: DisconnectionReason.INSUFFICIENT_BALANCE,
}


def _hung_up_by(party: Party | None, *, outbound: bool) -> DisconnectionReason:
    if party is None or party is Party.EDGE:
        return DisconnectionReason.ERROR_VOXAI
    agent = Party.CALLER if outbound else Party.CALLEE
    return DisconnectionReason.AGENT_HANGUP if party is agent else DisconnectionReason.USER_HANGUP
