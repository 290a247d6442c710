"""The greeter as a process: a SIP endpoint on the sippy library that takes every call."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from signal import SIGINT, SIGTERM
from typing import Any, Final

from sippy.CCEvents import (
    CCEventConnect,
    CCEventDisconnect,
    CCEventFail,
    CCEventTry,
    CCEventUpdate,
)
from sippy.Core.EventDispatcher import ED2
from sippy.MsgBody import MsgBody
from sippy.SipAddress import SipAddress
from sippy.SipConf import SipConf
from sippy.SipContact import SipContact
from sippy.SipTransactionManager import SipTransactionManager
from sippy.SipURL import SipURL
from sippy.Time.Timeout import Timeout
from sippy.UA import UA

from dialplane.greeter.descriptions import Agreed, agreed
from dialplane.greeter.voice import Voice
from dialplane.logs import log

MOST_CALLS: Final = 20
FAREWELL_S: Final = 0.5
# sippy sends from several threads: answered at once, a 200 can overtake the 100 before it.
PICK_UP_S: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where it listens, over UDP; callers send their voice to the same address."""

    address: str
    port: int


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


class GreetedCall:
    """One call, from INVITE to BYE."""

    def __init__(self, greeter: "Greeter") -> None:
        self._greeter = greeter
        self._voice = Voice(greeter.place.address)
        self._agreed: Agreed | None = None
        self._version = 0
        self._gone = False
        self._agent = UA(greeter.shared, event_cb=self._on_event, conn_cbs=(self._on_ack,))
        self._agent.lContact = greeter.contact()

    def take(self, request: Any, transaction: Any) -> Any:
        return self._agent.recvRequest(request, transaction)

    def hang_up(self) -> None:
        self._agent.recvEvent(CCEventDisconnect())
        self._over()

    def _on_event(self, event: Any, _agent: object) -> None:
        match event:
            case CCEventTry():
                self._answer_soon(event.getData()[3])
            case CCEventUpdate():
                self._answer_soon(event.getData())
            case CCEventDisconnect() | CCEventFail():
                self._over()

    def _answer_soon(self, offer: Any) -> None:
        Timeout(self._answer_or_hang_up, PICK_UP_S, 1, offer)

    def _answer_or_hang_up(self, offer: Any) -> None:
        # sippy prints what is raised in here and goes on; the call would stay half done for ever.
        try:
            self._answer(offer)
        except Exception:
            log.exception("a call broke off")
            self.hang_up()

    def _answer(self, offer: Any) -> None:
        if self._gone:
            return
        found = None if offer is None else agreed(str(offer))
        if found is None:
            self._agent.recvEvent(CCEventFail((488, "Not Acceptable Here")))
            if self._agreed is None:
                self._over()
            return
        self._agreed = found
        self._version += 1
        self._voice.turn_to(found.host, found.port)
        address = self._greeter.place.address
        body = found.answer(address, self._voice.port, version=self._version)
        self._agent.recvEvent(CCEventConnect((200, "OK", MsgBody(body))))

    def _on_ack(self, *_: object) -> None:
        if self._agreed is not None:
            log.info("greeting a caller", payload_type=self._agreed.payload_type)
            self._voice.speak(self._agreed.payload_type, self._end_soon)

    def _end_soon(self) -> None:
        ED2.callFromThread(self.hang_up)

    def _over(self) -> None:
        self._gone = True
        self._voice.stop()
        self._greeter.forget(self)


class Greeter:
    def __init__(self, place: Place) -> None:
        SipConf.my_uaname = "Dialplane greeter"
        self.place = place
        self._calls: set[GreetedCall] = set()
        self.shared: dict[str, Any] = {
            "_sip_address": place.address,
            "_sip_port": place.port,
            "_sip_logger": _Silent(),
        }
        self.shared["_sip_tm"] = _Transactions(self.shared, self._on_request)

    def contact(self) -> Any:
        url = SipURL(username="greeter", host=self.place.address, port=self.place.port)
        return SipContact(address=SipAddress(url=url))

    def forget(self, call: GreetedCall) -> None:
        self._calls.discard(call)

    def hang_up_all(self) -> None:
        for call in tuple(self._calls):
            call.hang_up()

    def close(self) -> None:
        self.shared["_sip_tm"].shutdown()

    def _on_request(self, request: Any, transaction: Any) -> Any:
        method = request.getMethod()
        if request.getHFBody("to").getTag() is not None or method in ("BYE", "CANCEL"):
            return request.genResponse(481, "Call Leg/Transaction Does Not Exist"), None, None
        if method == "OPTIONS":
            return request.genResponse(200, "OK"), None, None
        if method != "INVITE":
            return request.genResponse(501, "Not Implemented"), None, None
        if len(self._calls) >= MOST_CALLS:
            return request.genResponse(486, "Busy Here"), None, None
        call = GreetedCall(self)
        self._calls.add(call)
        return call.take(request, transaction)


def run_and_tell(place: Place, listener: Connection) -> None:
    """The same in a process of its own, which tells whoever started it whether it listens."""
    with suppress(OSError):
        run(place, ready=lambda: listener.send("ready"))


def run(place: Place, ready: Callable[[], None]) -> None:
    """Greet callers until told to stop by SIGTERM or SIGINT.

    Raises:
        OSError: the address or the port is not ours to use.
    """
    greeter = Greeter(place)

    def say_goodbye() -> None:
        greeter.hang_up_all()
        Timeout(ED2.breakLoop, FAREWELL_S)

    for signal_number in (SIGTERM, SIGINT):
        ED2.regSignal(signal_number, say_goodbye)
    ready()
    ED2.loop()
    greeter.close()
