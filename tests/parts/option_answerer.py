"""A peer that answers OPTIONS, and for all we know nothing else, until it falls silent."""

import socket
import threading
from types import TracebackType
from typing import Self

from parts.sip_peers import RUNTIME

_COPIED = ("via", "from", "to", "call-id", "cseq")


class OptionAnswerer:
    """Answers 200 while it is inside its `with`; its port stays the same over several of them."""

    def __init__(self, port: int) -> None:
        self.host = f"{RUNTIME}:{port}"
        self._port = port

    def __enter__(self) -> Self:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((RUNTIME, self._port))
        self._socket.settimeout(0.2)
        self._silent = threading.Event()
        self._thread = threading.Thread(target=self._answer)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._silent.set()
        self._thread.join()
        self._socket.close()

    def _answer(self) -> None:
        while not self._silent.is_set():
            try:
                asked, sender = self._socket.recvfrom(65535)
            except TimeoutError:
                continue
            lines = asked.decode().split("\r\n")
            copied = [line for line in lines if line.partition(":")[0].lower() in _COPIED]
            answer = ["SIP/2.0 200 OK", *copied, "Content-Length: 0", "", ""]
            self._socket.sendto("\r\n".join(answer).encode(), sender)
