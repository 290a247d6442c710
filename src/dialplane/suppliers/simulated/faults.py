"""The ways in which a supplier can fail, and when."""

import threading
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256


class Fault(StrEnum):
    """`cut` closes the connection without an answer, having done it every other time."""

    SLOW = "slow"
    ERROR_BEFORE = "error_before"
    ERROR_AFTER = "error_after"
    CUT = "cut"
    DUPLICATE = "duplicate"
    GONE = "gone"


ONLY_ORDERS = frozenset({Fault.DUPLICATE, Fault.GONE})
"""What only an order can suffer; the others can befall every question."""


@dataclass
class Faults:
    """Which fault befalls which share of the questions; the same seed, the same faults."""

    fault: Fault | None = None
    share: float = 0.0
    delay_s: float = 1.0
    seed: int = 1
    asked: int = 0
    happened: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self, *, order: bool) -> Fault | None:
        """What befalls the question at hand."""
        with self._lock:
            if self.fault is None or (self.fault in ONLY_ORDERS and not order):
                return None
            self.asked += 1
            if self._chance() >= self.share:
                return None
            self.happened += 1
            return self.fault

    def _chance(self) -> float:
        """Between 0 and 1, and for the same question always the same."""
        drawn = sha256(f"{self.seed} {self.asked}".encode()).digest()
        return int.from_bytes(drawn[:4]) / 2**32
