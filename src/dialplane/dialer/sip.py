"""Legs over SIP, with the sippy library as user agent. Everything here runs in its event loop."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sippy.CCEvents import (
    CCEventConnect,
    CCEventDisconnect,
    CCEventFail,
    CCEventRedirect,
    CCEventRing,
    CCEventTry,
    CCEventUpdate,
)
from sippy.MsgBody import MsgBody
from sippy.SipAddress import SipAddress
from sippy.SipConf import SipConf
from sippy.SipContact import SipContact
from sippy.SipGenericHF import SipGenericHF
from sippy.SipHeader import SipHeader
from sippy.SipTransactionManager import SipTransactionManager
from sippy.SipURL import SipURL
from sippy.Time.Timeout import Timeout
from sippy.UA import UA
from sippy.UasStateUpdating import UasStateUpdating

from dialplane.dialer.bridge import (
    Answered,
    Broken,
    HungUp,
    Leg,
    News,
    Refused,
    Timer,
    Updated,
    UpdateRefused,
    no_answer,
)
from dialplane.dialer.jobs import Header, Job, Target
from dialplane.dialer.places import place_of, user_of
from dialplane.logs import log

# The edge and a runtime say 100 within milliseconds; silence for this long means nobody is there.
NO_REPLY_S: Final = 4.0
# The edge ends the ringing first, so that its answer says why; this is for an edge that does not.
RING_GRACE_S: Final = 5.0
UNAVAILABLE: Final = 503


class _Silent:
    """Where sippy writes every message; callers' numbers have no place in our log."""

    def write(self, *_args: object, **_more: object) -> None:
        pass


class _Transactions(SipTransactionManager):
    """Left to itself sippy gives up on a peer that spells its transport UDP; it knows no other."""

    def newTransaction(self, msg: Any, *args: Any, **named: Any) -> Any:
        address, _ = msg.getTarget()
        msg.setTarget((address, "udp"))
        return super().newTransaction(msg, *args, **named)


class _AsWritten(SipGenericHF):
    """Left to itself sippy writes X-dialplane-call-id, which is right but looks wrong."""

    def __init__(self, value: str, name: str) -> None:
        super().__init__(value)
        self._name = name

    def getCanName(self, *_given: object, **_more: object) -> str:
        return self._name

    def getCopy(self) -> "_AsWritten":
        return _AsWritten(self.body, self._name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where an INVITE goes: the URI it names and the address it is sent to."""

    uri: str
    host: str
    port: int


class SipLeg:
    """One user agent of ours, talking to one peer."""

    def __init__(
        self,
        stack: "SipLines",
        hear: Callable[[News], None],
        *,
        endpoint: Endpoint,
        patience_s: float,
    ) -> None:
        self._hear = hear
        self._heard_something = False
        self._answered = False
        self._other: SipLeg | None = None
        self._retold: Callable[[str], str] = str
        self._endpoint = endpoint
        self._agent = UA(
            stack.shared,
            event_cb=self._on_event,
            nh_address=(endpoint.host, endpoint.port),
            expire_time=patience_s,
        )
        self._agent.no_reply_time = NO_REPLY_S
        self._agent.lContact = stack.contact()

    def invite(self, caller: str, offer: str, headers: tuple[Header, ...]) -> None:
        event = CCEventTry((None, caller, user_of(self._endpoint.uri), MsgBody(offer), None, None))
        event.extra_headers = tuple(_header(each) for each in headers)
        event.onUacSetupComplete = self._name_target
        self._agent.recvEvent(event)

    def update(self, description: str) -> None:
        self._agent.recvEvent(CCEventUpdate(MsgBody(description)))

    def end(self) -> None:
        self._agent.recvEvent(CCEventDisconnect())

    def join(self, other: Leg, retold: Callable[[str], str]) -> None:
        if isinstance(other, SipLeg):
            self._other = other
            self._retold = retold

    def take(self, event: Any) -> None:
        """Say to our peer what the other one said."""
        if isinstance(event, CCEventFail) and not isinstance(self._agent.state, UasStateUpdating):
            return  # the refusal of a change that was our idea
        self._agent.recvEvent(event)

    def _name_target(self, agent: Any) -> None:
        agent.rTarget = SipURL(self._endpoint.uri)

    def _on_event(self, event: Any, _agent: object) -> None:
        # sippy prints what is raised in here and goes on; the call would stay half done for ever.
        try:
            if self._other is not None and not isinstance(event, CCEventDisconnect):
                self._pass_on(event, self._other)
            elif (news := self._news(event)) is not None:
                self._hear(news)
        except Exception:
            log.exception("a call broke off")
            self._hear(Broken())

    def _news(self, event: Any) -> News | None:
        match event:
            case CCEventRing():
                self._heard_something = True
                return None
            case CCEventConnect():
                return self._connected(_description(event.getData()[2]))
            case CCEventFail() | CCEventRedirect():
                code = event.getData()[0]
                return UpdateRefused(code) if self._answered else Refused(code, _told(event))
            case CCEventDisconnect() if self._answered:
                return HungUp(_told(event))
            case CCEventDisconnect():
                return no_answer() if self._heard_something else Refused(UNAVAILABLE)
            case _:
                return None

    def _connected(self, description: str | None) -> News:
        if self._answered:
            return Updated(description)
        self._answered = True
        return Answered(description or "")

    def _pass_on(self, event: Any, other: "SipLeg") -> None:
        told = event.getCopy()
        match told:
            case CCEventUpdate() if told.data is not None:
                told.data = MsgBody(self._retold(str(told.data)))
            case CCEventConnect() if told.data[2] is not None:
                code, phrase, body = told.data
                told.data = (code, phrase, MsgBody(self._retold(str(body))))
        other.take(told)


class SipLines:
    """The one socket of a dialer and the legs over it."""

    def __init__(self, *, address: str, port: int, edge: Endpoint) -> None:
        SipConf.my_uaname = "Dialplane"
        self._address = address
        self._port = port
        self._edge = edge
        self.shared: dict[str, Any] = {
            "_sip_address": address,
            "_sip_port": port,
            "_sip_logger": _Silent(),
        }
        self.shared["_sip_tm"] = _Transactions(self.shared, _of_no_call)

    def contact(self) -> Any:
        url = SipURL(host=self._address, port=self._port)
        return SipContact(address=SipAddress(url=url))

    def later(self, seconds: float, act: Callable[[], None]) -> Timer:
        timer: Timer = Timeout(act, seconds)
        return timer

    def monotonic_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000

    def invite_callee(self, job: Job, offer: str, hear: Callable[[News], None]) -> SipLeg:
        endpoint = self._at_edge(job.callee)
        patience_s = job.ring_timeout_ms / 1000 + RING_GRACE_S
        leg = SipLeg(self, hear, endpoint=endpoint, patience_s=patience_s)
        leg.invite(job.caller, offer, (Header("X-Dialplane-Call-Id", job.call_id),))
        return leg

    def invite_runtime(
        self, job: Job, target: Target, offer: str, hear: Callable[[News], None]
    ) -> SipLeg:
        headers = tuple(job.runtime_headers)
        if target.via_edge:
            endpoint = self._at_edge(user_of(target.uri))
            headers = (*headers, Header("X-Dialplane-Target", target.target_id))
        else:
            host, port = place_of(target.uri)
            endpoint = Endpoint(uri=target.uri, host=target.address or host, port=port)
        leg = SipLeg(self, hear, endpoint=endpoint, patience_s=job.answer_timeout_ms / 1000)
        leg.invite(job.callee, offer, headers)
        return leg

    def _at_edge(self, user: str) -> Endpoint:
        uri = f"sip:{user}@{self._edge.host}:{self._edge.port}"
        return Endpoint(uri=uri, host=self._edge.host, port=self._edge.port)

    def close(self) -> None:
        self.shared["_sip_tm"].shutdown()


def _of_no_call(request: Any, _transaction: object) -> tuple[Any, None, None]:
    """A peer of a call that died with an earlier dialer learns that it is over."""
    if request.getMethod() == "OPTIONS":
        return request.genResponse(200, "OK"), None, None
    return request.genResponse(481, "Call Leg/Transaction Does Not Exist"), None, None


def _header(each: Header) -> Any:
    return SipHeader(name=each.name, body=_AsWritten(each.value, each.name))


def _description(body: Any) -> str | None:
    return None if body is None else str(body)


def _told(event: Any) -> str | None:
    reason = event.reason_rfc3326
    return None if reason is None else getattr(reason, "reason", None)
