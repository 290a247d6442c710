"""How long a look may take, as a whole and at each of its parts."""

import time


class Deadline:
    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def within(self, seconds: float) -> "Deadline":
        """A deadline of its own for one part, never later than this one."""
        return Deadline(min(seconds, self._end - time.monotonic()))

    @property
    def over(self) -> bool:
        return self._end <= time.monotonic()

    @property
    def left(self) -> float:
        """The seconds that are left.

        Raises:
            TimeoutError: there are none.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left
