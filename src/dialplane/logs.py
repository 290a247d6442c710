"""The log: loaded, and set up, once there is something to say.

What writes it down takes as long to load as what answers, and the lines about requests are written
without it.
"""

import sys
import threading
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final


class Log:
    """A logger of structlog, with all it knows."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._set_up: Callable[[], None] | None = None

    def set_up(self, how: Callable[[], None]) -> None:
        """Do `how` before the first line."""
        with self._lock:
            self._set_up = how
        if "structlog" in sys.modules:
            self._ready()

    def _ready(self) -> None:
        with self._lock:
            how, self._set_up = self._set_up, None
            if how is not None:
                how()

    def __getattr__(self, name: str) -> Any:
        self._ready()
        return getattr(import_module("structlog").get_logger(), name)


log: Final = Log()
