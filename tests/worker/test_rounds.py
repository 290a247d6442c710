"""What is done round after round goes on after a bad one, and ends when told to."""

import threading
from typing import Final

from structlog.testing import capture_logs

from dialplane.worker.rounds import Rounds

ENOUGH: Final = 3
PATIENCE_S: Final = 60


class Stumbling(Rounds):
    """Fails in its first round."""

    NAME = "stumbling"
    interval_s = 0.0

    def __init__(self) -> None:
        super().__init__()
        self.rounds = 0
        self.enough = threading.Event()

    def round(self) -> bool:
        self.rounds += 1
        if self.rounds == 1:
            raise RuntimeError("a bad round")
        if self.rounds >= ENOUGH:
            self.enough.set()
        return False


def test_a_bad_round_is_told_and_is_not_the_last() -> None:
    worker = Stumbling()

    with capture_logs() as logs:
        worker.start()
        assert worker.enough.wait(PATIENCE_S)
        worker.stop()

    assert [line["event"] for line in logs] == ["stumbling failed"]
    assert "stumbling" not in {thread.name for thread in threading.enumerate()}
