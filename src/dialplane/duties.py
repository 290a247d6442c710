"""What runs beside the API, in the process that keeps watch."""

from dialplane.foundations import secret_box_of, system_clock
from dialplane.main import connect_of, policy_of, signing_box_of
from dialplane.operations.job_work import Workshop
from dialplane.operations.number_rows import RowRules
from dialplane.operations.reconciling import Reconciler
from dialplane.settings import Settings
from dialplane.store.database import Database
from dialplane.worker.clerk import Clerk
from dialplane.worker.clockwork import Clockwork
from dialplane.worker.lookout import Lookout
from dialplane.worker.messenger import Messenger
from dialplane.worker.purchaser import Purchaser


def workers_of(
    settings: Settings, database: Database
) -> tuple[Clockwork, Messenger, Lookout, Purchaser, Clerk]:
    """What runs beside the API; each is started and stopped by whoever serves."""
    messenger = Messenger(
        database,
        signing_box_of(settings, database),
        system_clock,
        allow_private=settings.allow_private_webhooks,
    )
    lookout = Lookout(database, system_clock, allow_private=settings.allow_private_sip)
    reconciler = Reconciler(
        database=database, connect=connect_of(settings, database), clock=system_clock
    )
    rules = RowRules(policy=policy_of(settings), box=secret_box_of(settings))
    clerk = Clerk(Workshop(database=database, rules=rules, clock=system_clock))
    clockwork = Clockwork(database, system_clock)
    return clockwork, messenger, lookout, Purchaser(reconciler), clerk
