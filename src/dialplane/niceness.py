"""Who goes first on a core that several want."""

import os
import sys
from typing import Final

GIVES_WAY: Final = 10
"""Where both want one core, a thread that gives way has a tenth of it."""


def give_way() -> None:
    """Let others go before this thread, and those it starts; on other systems than Linux, nothing.

    There a process would give way as a whole.
    """
    if sys.platform == "linux":
        os.nice(GIVES_WAY)
