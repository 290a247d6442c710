"""The control plane as a dialer sees it: orders in, reports out, both over HTTP."""

import queue
import threading
from collections.abc import Sequence
from typing import Final

import httpx
import msgspec

from dialplane.dialer.jobs import Orders, Report
from dialplane.first_use import ready
from dialplane.logs import log

BATCH: Final = 50
TIMEOUT_S: Final = 10.0
RETRY_S: Final = 1.0
FLUSH_S: Final = 5.0


class ControlPlane:
    def __init__(self, url: str, token: str, *, dialer_id: str, address: str) -> None:
        self._dialer_id = dialer_id
        self._address = address
        self._client = httpx.Client(
            base_url=f"{url.rstrip('/')}/edge/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=TIMEOUT_S,
        )

    def next(self, *, room: int, calls: Sequence[str]) -> Orders:
        """What to do now; naming the calls at hand keeps them ours.

        Raises:
            httpx.HTTPError: it cannot be reached, or does not know us.
        """
        body = {
            "dialer_id": self._dialer_id,
            "address": self._address,
            "room": room,
            "calls": list(calls),
        }
        answer = self._client.post("/dialer/next", json=body).raise_for_status()
        return msgspec.json.decode(answer.content, type=ready(Orders))

    def tell(self, reports: Sequence[Report]) -> None:
        """Tell what happened; telling it twice does no harm.

        Raises:
            httpx.HTTPError: it cannot be reached.
        """
        body = msgspec.json.encode({"edge_id": self._dialer_id, "events": reports})
        headers = {"Content-Type": "application/json"}
        self._client.post("/events", content=body, headers=headers).raise_for_status()

    def close(self) -> None:
        self._client.close()


class Reporter:
    """Tells what happened, again and again until it is heard; only a crash loses it."""

    def __init__(self, control: ControlPlane) -> None:
        self._control = control
        self._waiting: queue.SimpleQueue[Report | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reporter", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def add(self, report: Report) -> None:
        self._waiting.put(report)

    def stop(self) -> None:
        """Tell what is left, but do not wait for ever for somebody to listen."""
        self._stopping.set()
        self._waiting.put(None)
        self._thread.join(FLUSH_S)

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            batch = [first]
            while len(batch) < BATCH and not self._waiting.empty():
                report = self._waiting.get()
                if report is None:
                    self._waiting.put(None)
                    break
                batch.append(report)
            self._tell(batch)

    def _tell(self, batch: list[Report]) -> None:
        while True:
            try:
                return self._control.tell(batch)
            except httpx.HTTPError as error:
                log.warning("nobody hears what happened", error=str(error), reports=len(batch))
            if self._stopping.wait(RETRY_S):
                # Told to stop: one more try is all that is left.
                self._stopping.clear()
