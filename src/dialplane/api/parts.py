"""The running parts every route may use, put together by `dialplane.main`."""

from collections.abc import Callable
from dataclasses import dataclass

from dialplane.api.callers import Callers
from dialplane.api.cursors import Cursors
from dialplane.api.limits import Limits
from dialplane.domain.values import Millis
from dialplane.operations.changes import Changes
from dialplane.operations.numbers import NumberPolicy
from dialplane.probes.trunk_doctor import TrunkDoctor
from dialplane.store.database import Database
from dialplane.store.secret_box import SecretBox

Clock = Callable[[], Millis]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    clock: Clock
    database: Database
    box: SecretBox
    callers: Callers
    limits: Limits
    cursors: Cursors
    changes: Changes
    policy: NumberPolicy
    trunk_doctor: TrunkDoctor
    metrics_dir: str | None = None
    allow_private_webhooks: bool = False
