"""Works off jobs beside the API, row by row."""

from dialplane.operations.job_work import Workshop, work
from dialplane.worker.rounds import Rounds


class Clerk(Rounds):
    """Works on jobs; told to stop, it lets the rows at hand be written."""

    NAME = "clerk"
    interval_s = 0.5

    def __init__(self, shop: Workshop) -> None:
        super().__init__()
        self._shop = shop

    def round(self) -> bool:
        """Give one job a turn."""
        return work(self._shop, stopping=self._stopping.is_set)
