"""Speaking into a call: a recording as RTP packets, one each 20 ms."""

import secrets
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.resources import files
from typing import Final

from dialplane.greeter.descriptions import PAYLOAD_NAMES

FRAME: Final = 160  # bytes of G.711 in 20 ms
FRAME_S: Final = 0.02
_HEADER: Final = struct.Struct("!BBHII")
_VERSION: Final = 0x80
_MARKER: Final = 0x80
_DATA: Final = b"data"


def recording(payload_type: int) -> bytes:
    """The samples of the greeting as they go over the wire."""
    name = f"greeting.{PAYLOAD_NAMES[payload_type].lower()}.wav"
    wave = files("dialplane.greeter").joinpath(name).read_bytes()
    begin = wave.index(_DATA) + len(_DATA)
    size = int.from_bytes(wave[begin : begin + 4], "little")
    return wave[begin + 4 : begin + 4 + size]


def packets(samples: bytes, payload_type: int) -> Iterator[bytes]:
    source, sequence = secrets.randbits(32), secrets.randbits(16)
    for index, start in enumerate(range(0, len(samples) - FRAME + 1, FRAME)):
        marked = payload_type | (_MARKER if index == 0 else 0)
        at = (sequence + index) & 0xFFFF
        yield (
            _HEADER.pack(_VERSION, marked, at, start & 0xFFFFFFFF, source)
            + samples[start : start + FRAME]
        )


class Voice:
    """One socket for one call; `turn_to` says where to, and nowhere is silence."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 0))
        self._socket.settimeout(0)
        self.port = int(self._socket.getsockname()[1])
        self._target: tuple[str, int] | None = None
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def turn_to(self, host: str | None, port: int) -> None:
        self._target = None if host is None else (host, port)

    def speak(self, payload_type: int, then: Callable[[], None]) -> None:
        """Say the greeting in the background, then do what comes next; only once."""
        if self._thread is None and not self._stopping.is_set():
            work = (payload_type, then)
            self._thread = threading.Thread(target=self._speak, args=work, daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Fall silent; what was to come next does not."""
        self._stopping.set()
        if self._thread is None:
            self._socket.close()

    def _speak(self, payload_type: int, then: Callable[[], None]) -> None:
        with self._socket:
            due = time.monotonic()
            for packet in packets(recording(payload_type), payload_type):
                if self._stopping.wait(max(0.0, due - time.monotonic())):
                    return
                self._say(packet)
                due += FRAME_S
        if not self._stopping.is_set():
            then()

    def _say(self, packet: bytes) -> None:
        if self._target is not None:
            # A telephone that is not there is no reason to end a call: SIP will say so.
            with suppress(OSError):
                self._socket.sendto(packet, self._target)
