"""Finds out, again and again, what became of purchases nobody could finish."""

from dialplane.logs import log
from dialplane.operations.reconciling import Reconciler
from dialplane.worker.rounds import Rounds


class Purchaser(Rounds):
    """Told to stop, it lets the questions at hand be answered."""

    NAME = "purchaser"

    def __init__(self, reconciler: Reconciler) -> None:
        super().__init__()
        self._reconciler = reconciler

    def round(self) -> bool:
        looked_at = self._reconciler.round()
        if looked_at:
            log.info("purchases looked at", count=looked_at)
        return False
