"""The dialer: asks for calls, places them, tells how they ended."""

import secrets
import threading
import time
import uuid
from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

import httpx

from dialplane.dialer.bridge import Bridge, Lines, Outcome
from dialplane.dialer.control import ControlPlane
from dialplane.dialer.jobs import Job, Orders, Report
from dialplane.dialer.offers import Offers
from dialplane.dialer.places import resolved
from dialplane.domain.disconnections import EventReason
from dialplane.logs import log

POLL_S: Final = 0.25
TROUBLED_POLL_S: Final = 2.0


class Reports(Protocol):
    def add(self, report: Report) -> None: ...


class Dialer:
    """The calls of one process. All but the asking happens in the loop of the lines."""

    def __init__(
        self, lines: Lines, reports: Reports, *, address: str, media_port: int, room: int
    ) -> None:
        self._lines = lines
        self._reports = reports
        self._address = address
        self._media_port = media_port
        self._room = room
        self._calls: dict[str, Bridge] = {}

    @property
    def room(self) -> int:
        return max(0, self._room - len(self._calls))

    @property
    def calls(self) -> list[str]:
        return list(self._calls)

    def follow(self, orders: Orders) -> None:
        for job in orders.jobs:
            if job.runtimes:
                self._place(job)
            else:
                # Nobody's telephone rings for an agent that cannot come.
                self._over(job, Outcome(lasted_ms=None, reason=EventReason.DIALER_FAILED))
        for call_id in orders.hang_up:
            if (bridge := self._calls.get(call_id)) is not None:
                bridge.hang_up(EventReason.OPERATOR_HANGUP)

    def stop(self) -> None:
        for bridge in list(self._calls.values()):
            bridge.hang_up(EventReason.DIALER_FAILED)

    def _place(self, job: Job) -> None:
        offers = Offers(session=secrets.randbits(31), address=self._address, port=self._media_port)
        bridge = Bridge(job, self._lines, offers, over=partial(self._over, job))
        self._calls[job.call_id] = bridge
        log.info("placing a call", call_id=job.call_id)
        bridge.begin()

    def _over(self, job: Job, outcome: Outcome) -> None:
        self._calls.pop(job.call_id, None)
        log.info(
            "a call is over",
            call_id=job.call_id,
            answered=outcome.answered,
            reason=outcome.reason,
            sip_code=outcome.sip_code,
        )
        self._reports.add(
            Report(
                id=str(uuid.uuid4()),
                type="call.ended" if outcome.answered else "call.failed",
                at=_now(),
                call_id=job.call_id,
                direction="outbound",
                caller=job.caller,
                called=job.callee,
                sip_code=outcome.sip_code,
                reason=outcome.reason,
                hung_up_by=outcome.hung_up_by,
                duration_ms=outcome.lasted_ms,
            )
        )


class Asking:
    """A thread that asks what there is to do, and hands it to the loop of the lines."""

    def __init__(
        self, control: ControlPlane, dialer: Dialer, hand_over: Callable[[Orders], None]
    ) -> None:
        self._control = control
        self._dialer = dialer
        self._hand_over = hand_over
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="asking", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        pause = 0.0
        while not self._stopping.wait(pause):
            pause = POLL_S if self._ask() else TROUBLED_POLL_S

    def _ask(self) -> bool:
        try:
            orders = self._control.next(room=self._dialer.room, calls=self._dialer.calls)
        except httpx.HTTPError as error:
            log.warning("nobody tells what to do", error=str(error))
            return False
        if orders.jobs or orders.hang_up:
            self._hand_over(resolved(orders))
        return True


def _now() -> int:
    return time.time_ns() // 1_000_000
