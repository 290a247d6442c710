"""Not asking faster than a server allows."""

import time
from collections import deque
from collections.abc import Callable
from typing import Final

from dialplane.domain.rates import RateRule, rules_in

VENDOR_RATE: Final = "5/s,120/min"
"""What vox.ai allows an organization."""


class Pace:
    """Lets requests go one after the other, never more than the rules allow in any window."""

    def __init__(
        self,
        rules: tuple[RateRule, ...] = rules_in(VENDOR_RATE),
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rules = rules
        self._clock = clock
        self.sleep = sleep
        longest = max((rule.requests for rule in rules), default=1)
        self._sent: deque[float] = deque(maxlen=longest)

    def wait(self) -> None:
        """Come back when the next request may go."""
        pause = self._pause_s(self._clock())
        if pause > 0:
            self.sleep(pause)
        self._sent.append(self._clock())

    def _pause_s(self, now: float) -> float:
        """Until the oldest request that fills a window has left it."""
        pauses = [0.0]
        for rule in self._rules:
            if len(self._sent) >= rule.requests:
                filling = self._sent[-rule.requests]
                pauses.append(filling + rule.window_ms / 1000 - now)
        return max(pauses)
