"""The composition root: settings in, running parts out; the only module that knows everybody."""

import logging
import os
import sys
import time
from typing import TYPE_CHECKING, BinaryIO, TextIO, cast

import msgspec
import structlog

from dialplane.api.app import create_app
from dialplane.api.callers import Callers
from dialplane.api.cursors import Cursors
from dialplane.api.limits import Limits
from dialplane.api.parts import Clock, Parts
from dialplane.domain.rates import rules_in
from dialplane.domain.values import DAY_MS, SECOND_MS, Millis
from dialplane.edge.dialing import mount_dialing
from dialplane.edge.inbound_webhook import InboundWebhooks
from dialplane.edge.routes import EdgeParts, mount
from dialplane.operations.changes import Changes
from dialplane.operations.installation import prove_key_ring
from dialplane.operations.numbers import NumberPolicy
from dialplane.probes.trunk_doctor import TrunkDoctor
from dialplane.settings import Settings, read_settings
from dialplane.store.database import Database
from dialplane.store.opening import open_database
from dialplane.store.secret_box import SecretBox, read_or_make_key
from dialplane.worker.clockwork import Clockwork
from dialplane.worker.lookout import Lookout
from dialplane.worker.messenger import Messenger

if TYPE_CHECKING:
    import falcon


def system_clock() -> Millis:
    return time.time_ns() // 1_000_000


def monotonic_clock() -> Millis:
    return time.monotonic_ns() // 1_000_000


def database_of(settings: Settings) -> Database:
    return open_database(
        settings.database_url, settings.data_dir, connections_max=settings.threads + 2
    )


def secret_box_of(settings: Settings) -> SecretBox:
    return SecretBox(settings.secret_key or read_or_make_key(settings.data_dir))


def parts_of(settings: Settings, database: Database, clock: Clock = system_clock) -> Parts:
    box = secret_box_of(settings)
    return Parts(
        clock=clock,
        database=database,
        box=box,
        callers=Callers(database),
        limits=Limits(rules_in(settings.rate_limit), monotonic_clock),
        cursors=Cursors(box.signing_key("cursor")),
        changes=Changes(database, box),
        metrics_dir=os.environ.get("PROMETHEUS_MULTIPROC_DIR"),
        allow_private_webhooks=settings.allow_private_webhooks,
        policy=NumberPolicy(
            quarantine_ms=settings.quarantine_days * DAY_MS,
            allow_private_sip=settings.allow_private_sip,
        ),
        trunk_doctor=TrunkDoctor(clock, allow_private=settings.allow_private_sip),
    )


def workers_of(settings: Settings, database: Database) -> tuple[Clockwork, Messenger, Lookout]:
    """What runs beside the API; each is started and stopped by whoever serves."""
    messenger = Messenger(
        database,
        secret_box_of(settings),
        system_clock,
        allow_private=settings.allow_private_webhooks,
    )
    lookout = Lookout(database, system_clock, allow_private=settings.allow_private_sip)
    return Clockwork(database, system_clock), messenger, lookout


class _StandardError:
    """Wherever standard error leads when a line is written; loggers outlive redirections."""

    def write(self, line: str | bytes) -> None:
        if isinstance(line, bytes):
            sys.stderr.buffer.write(line)
        else:
            sys.stderr.write(line)

    def flush(self) -> None:
        sys.stderr.flush()


def set_up_logging(settings: Settings) -> None:
    people = settings.log_format == "console"
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
            if people
            else structlog.processors.JSONRenderer(serializer=_as_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[settings.log_level.upper()]
        ),
        logger_factory=structlog.WriteLoggerFactory(cast("TextIO", _StandardError()))
        if people
        else structlog.BytesLoggerFactory(cast("BinaryIO", _StandardError())),
        cache_logger_on_first_use=True,
    )


def _as_json(told: object, **_options: object) -> bytes:
    return msgspec.json.encode(told, enc_hook=repr)


def app_of(settings: Settings) -> "falcon.App[falcon.Request, falcon.Response]":
    database = database_of(settings)
    prove_key_ring(database, secret_box_of(settings))
    parts = parts_of(settings, database)
    application = create_app(parts)
    edge_parts = edge_parts_of(settings, parts)
    mount(application, edge_parts)
    mount_dialing(application, edge_parts)
    return application


def edge_parts_of(settings: Settings, parts: Parts) -> EdgeParts:
    return EdgeParts(
        database=parts.database,
        box=parts.box,
        clock=parts.clock,
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
    return app_of(settings)
