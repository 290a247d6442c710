"""A clock that moves when a test says so."""

from datetime import UTC, datetime, timedelta, timezone

from dialplane.domain.values import DAY_MS, SECOND_MS, Millis

SEOUL = timezone(timedelta(hours=9))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def in_seoul(text: str) -> Millis:
    """`2024-10-12 15:15:55.722` as people in Seoul read it on their watches."""
    return (datetime.fromisoformat(text).replace(tzinfo=SEOUL) - _EPOCH) // timedelta(
        milliseconds=1
    )


class Clock:
    """Shows the same instant until it is moved."""

    def __init__(self, now: Millis) -> None:
        self.now = now

    def __call__(self) -> Millis:
        return self.now

    def advance(
        self, *, days: float = 0, hours: float = 0, seconds: float = 0, ms: int = 0
    ) -> None:
        self.now += round((days * 24 + hours) * (DAY_MS // 24) + seconds * SECOND_MS) + ms

    def move_to(self, instant: Millis) -> None:
        self.now = instant
