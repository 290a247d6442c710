"""The composition root: settings in, running parts out; the only module that knows everybody."""

import os
import time
from collections.abc import Callable, Sequence
from functools import cache, partial
from importlib import import_module
from typing import TYPE_CHECKING

from dialplane.api import request_lines
from dialplane.api.annex import Annex
from dialplane.api.app import answer_broken, create_app, without_routes
from dialplane.api.bodies import SlowSenders
from dialplane.api.callers import Callers
from dialplane.api.cursors import Cursors
from dialplane.api.daybook import Daybook, Note
from dialplane.api.limits import Limits
from dialplane.api.parts import Clock, Parts
from dialplane.console.parts import HOME, ConsoleParts
from dialplane.domain.errors import Unavailable
from dialplane.domain.rates import rules_in
from dialplane.domain.suppliers import KnownSupplier, SupplierId
from dialplane.domain.values import DAY_MS, SECOND_MS
from dialplane.edge.dialing import mount_dialing
from dialplane.edge.inbound_webhook import InboundWebhooks
from dialplane.edge.routes import EdgeParts, mount
from dialplane.foundations import (
    DATABASE_TRIED_EVERY_S,
    database_of,
    log_level,
    monotonic_clock,
    secret_box_of,
    set_up_logging,
    system_clock,
)
from dialplane.logs import log
from dialplane.operations.changes import Changes
from dialplane.operations.installation import prove_key_ring, take_signing_root
from dialplane.operations.numbers import NumberPolicy
from dialplane.operations.purchases import Buyer, Connect
from dialplane.operations.strangers import Strangers, networks_in
from dialplane.settings import Settings, read_settings
from dialplane.store import suppliers
from dialplane.store.database import Database
from dialplane.store.secret_box import FOR_SUPPLIERS, CannotOpen, SecretBox
from dialplane.suppliers.supplier import Supplier

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    import falcon

    from dialplane.probes.trunk_doctor import TrunkDoctor


# Three answers and what lies between them have to fit into the lease of a purchase.
SUPPLIER_TIMEOUT_MOST_S = 15.0


def policy_of(settings: Settings) -> NumberPolicy:
    return NumberPolicy(
        quarantine_ms=settings.quarantine_days * DAY_MS,
        allow_private_sip=settings.allow_private_sip,
    )


def signing_box_of(settings: Settings, database: Database) -> SecretBox:
    """The ring, signing as this installation always did; the database has to be migrated."""
    box = secret_box_of(settings)
    take_signing_root(database, box)
    return box


def parts_of(settings: Settings, database: Database, clock: Clock = system_clock) -> Parts:
    box = signing_box_of(settings, database)
    return Parts(
        clock=clock,
        database=database,
        box=box,
        callers=Callers(database),
        daybook=Daybook(_request_log(settings)),
        strangers=Strangers(networks_in(settings.trusted_proxies), monotonic_clock),
        slow_senders=SlowSenders(settings.requests_at_once, monotonic_clock),
        hsts_s=settings.hsts_s,
        limits=Limits(rules_in(settings.rate_limit), monotonic_clock),
        cursors=Cursors(box.signing_key("cursor")),
        changes=Changes(database, box),
        metrics_dir=os.environ.get("PROMETHEUS_MULTIPROC_DIR"),
        allow_private_webhooks=settings.allow_private_webhooks,
        policy=policy_of(settings),
        trunk_doctor=_trunk_doctor_of(settings, clock),
        buyer=Buyer(database, connect_of(settings, database), clock),
    )


def _trunk_doctor_of(settings: Settings, clock: Clock) -> "Callable[[], TrunkDoctor]":
    """Who examines trunks; rarely asked for, and a tenth of all there is to load."""

    @cache
    def trunk_doctor() -> "TrunkDoctor":
        made: TrunkDoctor = import_module("dialplane.probes.trunk_doctor").TrunkDoctor(
            clock, allow_private=settings.allow_private_sip
        )
        return made

    return trunk_doctor


def connect_of(settings: Settings, database: Database) -> Connect:
    """How suppliers are reached, each over connections that are kept."""
    box = secret_box_of(settings)
    known: dict[KnownSupplier, Supplier] = {}

    def connect(supplier_id: SupplierId) -> Supplier:
        with database.reading() as db:
            account = suppliers.get(db, supplier_id)
        if account not in known:
            known[account] = opened_supplier(settings, box, account)
        return known[account]

    return connect


def opened_supplier(settings: Settings, box: SecretBox, account: KnownSupplier) -> Supplier:
    supplier: Supplier = import_module("dialplane.suppliers.opening").open_supplier(
        account.kind,
        account.url,
        box.open(account.sealed_token, FOR_SUPPLIERS),
        timeout_s=min(settings.supplier_timeout_s, SUPPLIER_TIMEOUT_MOST_S),
    )
    return supplier


def _request_log(settings: Settings) -> Callable[[Sequence[Note]], None]:
    if settings.log_format == "console":
        return request_lines.tell
    return partial(request_lines.write_json, least=log_level(settings))


def open_parts(settings: Settings) -> Parts:
    """The parts of a process that serves, on the database in the settings, once that answers.

    Two processes that fail to start within seconds would end all of them.
    """
    database = database_of(settings)
    while True:
        try:
            prove_key_ring(database, secret_box_of(settings))
            return parts_of(settings, database)
        except Unavailable:
            log.warning("an API process waits for the database")
            time.sleep(DATABASE_TRIED_EVERY_S)


def app_of(settings: Settings, parts: Parts) -> "falcon.App[falcon.Request, falcon.Response]":
    application = create_app(parts)
    edge_parts = edge_parts_of(settings, parts)
    mount(application, edge_parts)
    mount_dialing(application, edge_parts)
    application.annex = Annex(HOME, partial(_console_of, parts, application))
    return application


def _console_of(parts: Parts, api: "WSGIApplication") -> "WSGIApplication":
    mounting = import_module("dialplane.console.mounting")
    console = without_routes(parts)
    mounting.mount(console, console_parts_of(parts, api))
    mounting.show_what_breaks(console, answer_broken)
    return console


def console_parts_of(parts: Parts, application: "WSGIApplication") -> ConsoleParts:
    box, purpose = parts.box, "console session"

    def unseal(sealed: str) -> str | None:
        try:
            return box.open(sealed, purpose)
        except (CannotOpen, ValueError):
            return None

    return ConsoleParts(
        application=application,
        seal=lambda secret: box.seal(secret, purpose),
        unseal=unseal,
        clock=parts.clock,
    )


def edge_parts_of(settings: Settings, parts: Parts) -> EdgeParts:
    return EdgeParts(
        database=parts.database,
        box=parts.box,
        clock=parts.clock,
        strangers=parts.strangers,
        token=settings.edge_token,
        ping_every_ms=settings.edge_ping_every_s * SECOND_MS,
        inbound_webhooks=InboundWebhooks(
            parts.database, parts.box, allow_private=settings.allow_private_webhooks
        ),
    )


def app() -> "falcon.App[falcon.Request, falcon.Response]":
    """The application one server process runs."""
    settings = read_settings()
    set_up_logging(settings)
    return app_of(settings, open_parts(settings))
