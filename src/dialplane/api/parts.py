"""The running parts every route may use, put together by `dialplane.main`."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from dialplane.api.bodies import SlowSenders
from dialplane.api.callers import Callers
from dialplane.api.cursors import Cursors
from dialplane.api.daybook import Daybook
from dialplane.api.limits import Limits
from dialplane.domain.frozen import dataclass
from dialplane.domain.values import Millis
from dialplane.operations.changes import Changes
from dialplane.operations.numbers import NumberPolicy
from dialplane.operations.purchases import Buyer
from dialplane.operations.strangers import Strangers
from dialplane.store.database import Database
from dialplane.store.secret_box import SecretBox

if TYPE_CHECKING:
    from dialplane.probes.trunk_doctor import TrunkDoctor

Clock = Callable[[], Millis]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    clock: Clock
    database: Database
    box: SecretBox
    callers: Callers
    strangers: Strangers
    daybook: Daybook
    limits: Limits
    slow_senders: SlowSenders
    cursors: Cursors
    changes: Changes
    policy: NumberPolicy
    buyer: Buyer
    trunk_doctor: "Callable[[], TrunkDoctor]"
    hsts_s: int = 0
    metrics_dir: str | None = None
    allow_private_webhooks: bool = False

    def write_down(self) -> None:
        """Write what was noted beside the answers, lines of the log and rows, before we go."""
        self.daybook.write_down()
        self.database.catch_up()
