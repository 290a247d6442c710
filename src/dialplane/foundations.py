"""What every process of ours stands on: clocks, the database, the key ring, the log.

Apart from `dialplane.main`, which knows everybody: loading that takes a second, and neither the
process that keeps watch nor the command line needs it to begin.
"""

import ctypes
import logging
import resource
import sys
import time
from functools import partial
from importlib import import_module
from typing import BinaryIO, Final, TextIO, cast

import msgspec

from dialplane.domain.values import Millis
from dialplane.logs import log
from dialplane.settings import Settings
from dialplane.store.database import Database
from dialplane.store.opening import open_database
from dialplane.store.secret_box import SecretBox, read_or_make_key

# Granian counts connections, idle ones too, not requests; those queue for the threads. With as few
# as there are threads, some browsers that keep theirs open would shut everybody else out.
# An idle one costs some kilobytes; few would be a cheap way to keep everybody else out.
CONNECTIONS_MAX: Final = 4096

DATABASE_TRIED_EVERY_S: Final = 0.5
"""How long a process that starts rests while the database does not answer."""

_OTHER_FILES: Final = 512
_PR_SET_DUMPABLE: Final = 4  # <sys/prctl.h>
_M_ARENA_MAX: Final = -8  # <malloc.h> of glibc


def system_clock() -> Millis:
    return time.time_ns() // 1_000_000


def monotonic_clock() -> Millis:
    return time.monotonic_ns() // 1_000_000


def database_of(settings: Settings) -> Database:
    return open_database(
        settings.database_url, settings.data_dir, connections_max=settings.requests_at_once + 2
    )


def secret_box_of(settings: Settings) -> SecretBox:
    return SecretBox(settings.secret_key or read_or_make_key(settings.data_dir))


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
    log.set_up(partial(_configure, settings))


def _configure(settings: Settings) -> None:
    structlog = import_module("structlog")
    people = settings.log_format == "console"
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            *(
                [_what_there_is, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
                if people
                else [structlog.processors.JSONRenderer(serializer=_as_json)]
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(log_level(settings)),
        logger_factory=structlog.WriteLoggerFactory(cast("TextIO", _StandardError()))
        if people
        else structlog.BytesLoggerFactory(cast("BinaryIO", _StandardError())),
        cache_logger_on_first_use=True,
    )


def _what_there_is(_logger: object, _level: str, told: dict[str, object]) -> dict[str, object]:
    """People stumble over fields with nothing in them; machines want them all."""
    return {
        name: value
        for name, value in told.items()
        if value is not None and value is not msgspec.UNSET
    }


def log_level(settings: Settings) -> int:
    return logging.getLevelNamesMapping()[settings.log_level.upper()]


def _as_json(told: object, **_options: object) -> bytes:
    return msgspec.json.encode(told, enc_hook=repr)


def prepare_process() -> None:
    """Let nobody but root look into our memory, also once it is a core; and make room for callers.

    The key ring and the passwords it has opened are there. What threads let go of they share, or
    each would keep some megabytes.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
        if hasattr(libc, "mallopt"):  # not on musl, which has no arenas either
            libc.mallopt(_M_ARENA_MAX, 1)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    wanted = CONNECTIONS_MAX + _OTHER_FILES
    room = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (room, most))
