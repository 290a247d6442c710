"""The small words everything else is said in."""

from enum import Enum
from typing import Final, NewType, TypeVar

OrganizationId = NewType("OrganizationId", str)
KeyId = NewType("KeyId", str)
NumberId = NewType("NumberId", str)
LineId = NewType("LineId", str)
AgentId = NewType("AgentId", str)

Millis = int
"""An instant or a span in milliseconds; instants count from the Unix epoch."""

Won = int
"""Money in whole KRW."""

SECOND_MS: Final = 1_000
MINUTE_MS: Final = 60 * SECOND_MS
DAY_MS: Final = 24 * 60 * 60 * SECOND_MS

LIVE: Final = "live"
"""The realm of all live organizations; each sandbox is a realm of its own."""


class Unchanged(Enum):
    """What a PATCH says about a field it leaves out; `None` means "clear it"."""

    UNCHANGED = "unchanged"


UNCHANGED: Final = Unchanged.UNCHANGED

T = TypeVar("T")


def chosen(change: T | Unchanged, kept: T) -> T:
    return kept if change is UNCHANGED else change
