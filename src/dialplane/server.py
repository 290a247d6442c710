"""The running server: a process that keeps watch, with the workers, and API processes below it."""

import errno
import gc
import ipaddress
import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from http.client import HTTPConnection, HTTPException
from importlib import import_module
from pathlib import Path
from typing import Final

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from dialplane.api_process import ABOUT_TO_STOP, GRACE_S, load
from dialplane.domain.errors import Unavailable
from dialplane.domain.frozen import dataclass
from dialplane.foundations import (
    CONNECTIONS_MAX,
    DATABASE_TRIED_EVERY_S,
    database_of,
    prepare_process,
    set_up_logging,
)
from dialplane.logs import log
from dialplane.processes import PatientServer
from dialplane.settings import Settings

LISTENING_SEEN_EVERY_S: Final = 0.02

FAILED_BESIDE: Final = "What runs beside the API failed, so all of it stopped; the log says why."

FIRST_ANSWERS_S: Final = 0.1
"""How long the first who ask have the processor to themselves."""

SUCCESSION_S: Final = 5.0
"""How long a successor waits for the port of a supervisor that was killed."""

# Of a request line with its headers, all of it. More than a hundred headers are too many besides.
HEADERS_MAX_BYTES: Final = 32 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Where to serve, and with how many processes; `reload` replaces them when code changes."""

    host: str
    port: int
    workers: int = 1
    reload: bool = False

    @property
    def url(self) -> str:
        host = self.nearest_host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def nearest_host(self) -> str:
        """Where clients on this machine reach it: nobody can connect to "everywhere"."""
        address = address_in(self.host)
        if address is None or not address.is_unspecified:
            return self.host
        return "::1" if isinstance(address, ipaddress.IPv6Address) else "127.0.0.1"

    @property
    def local(self) -> bool:
        """Whether it is out of reach for other machines."""
        address = address_in(self.host)
        return self.host == "localhost" if address is None else address.is_loopback


def address_in(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that is written there; None for a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def free_port(host: str, port: int, *, patience_s: float = 0.0) -> int:
    """The port itself, or any free one for 0: Granian alone would silently share a taken one.

    Raises:
        OSError: taken (EADDRINUSE), not allowed, or no address of this machine.
    """
    family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    deadline = time.monotonic() + patience_s
    while True:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(address)
            except OSError as error:
                if error.errno != errno.EADDRINUSE or time.monotonic() >= deadline:
                    raise
            else:
                return int(probe.getsockname()[1])
        time.sleep(0.05)


def serve(settings: Settings, listener: Listener, *, ready: Callable[[], None]) -> None:
    """Serve until a signal says stop; `ready` is called once, when requests are answered.

    Raises:
        SystemExit: the API processes do not stay alive, or what runs beside them failed for good.
    """
    set_up_logging(settings)
    prepare_process()
    # Inherited by API processes, for which it waits until they are ready to hear it.
    signal.pthread_sigmask(signal.SIG_BLOCK, {ABOUT_TO_STOP})
    beside = Beside(settings, listener, ready)
    server = _granian(settings, listener, beside.start)
    # Whoever reads there hears when we are gone, however we went: nobody else holds the other end.
    supervisor, held = multiprocessing.Pipe(duplex=False)
    os.register_at_fork(after_in_child=held.close)
    try:
        server.serve(target_loader=partial(load, settings, supervisor), wrap_loader=False)
    finally:
        beside.stop()
        log.info("stopped")
    if beside.failed:
        raise SystemExit(FAILED_BESIDE)


class Beside:
    """What runs beside the API; loaded once that answers, since no caller waits for it."""

    def __init__(self, settings: Settings, listener: Listener, ready: Callable[[], None]) -> None:
        self._settings = settings
        self._listener = listener
        self._ready = ready
        self.failed = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="beside", daemon=True)

    def start(self) -> None:
        gc.enable()
        logging.getLogger("_granian").setLevel(logging.WARNING)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not _listens(self._listener):
            if self._stopping.wait(LISTENING_SEEN_EVERY_S):
                return
        if self._stopping.wait(FIRST_ANSWERS_S):
            return
        self._ready()
        try:
            while not self._stopping.is_set():
                self._work()
        except Exception:
            # Without it time would not pass and nobody would be told anything.
            log.exception("what runs beside the API failed")
            self.failed = True
            os.kill(os.getpid(), signal.SIGTERM)

    def _work(self) -> None:
        with closing(database_of(self._settings)) as database:
            duties = import_module("dialplane.duties")
            try:
                workers = duties.workers_of(self._settings, database)
            except Unavailable:
                log.warning("what runs beside the API waits for the database")
                self._stopping.wait(DATABASE_TRIED_EVERY_S)
                return
            for worker in workers:
                worker.start()
            self._stopping.wait()
            for worker in workers:
                worker.stop()


def _granian(settings: Settings, listener: Listener, started: Callable[[], None]) -> PatientServer:
    return PatientServer(
        "dialplane",
        started=started,
        address=listener.host,
        port=listener.port,
        interface=Interfaces.WSGI,
        workers=listener.workers,
        blocking_threads=settings.requests_at_once,
        # The longest Granian allows: every thread has a database connection of its own.
        blocking_threads_idle_timeout=600,
        backpressure=CONNECTIONS_MAX,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            # By default longer than the minute for which load balancers keep their connections, so
            # that it is them who close: closed by us as a request comes, that request is lost.
            header_read_timeout=settings.idle_connection_s * 1000,
            max_buffer_size=HEADERS_MAX_BYTES,
        ),
        websockets=False,
        # Its remarks on the configuration are not for those who run Dialplane; see _announce.
        log_level=LogLevels.error,
        log_dictconfig=GRANIAN_LOGGING,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=int(GRACE_S) + 5,
        reload=listener.reload,
        reload_paths=[Path(__file__).parent],
        reload_ignore_worker_failure=True,
    )


class OurLog(logging.Handler):
    """What Granian, psycopg and others have to say, said in our log."""

    def emit(self, record: logging.LogRecord) -> None:
        said, by = record.getMessage(), record.name.removeprefix("_")
        log.log(record.levelno, by, message=said, exc_info=record.exc_info)


GRANIAN_LOGGING: Final = {
    "handlers": {"ours": {"class": f"{__name__}.{OurLog.__name__}"}},
    "root": {"handlers": ["ours"], "level": "WARNING"},
    "loggers": {},
}


def _listens(listener: Listener) -> bool:
    try:
        socket.create_connection((listener.nearest_host, listener.port), timeout=1).close()
    except OSError:
        return False
    return True


def answers(listener: Listener) -> bool:
    """Whether a Dialplane answers there."""
    connection = HTTPConnection(listener.nearest_host, listener.port, timeout=5)
    with closing(connection):
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().read() == b'{"status":"ok"}'
        except (OSError, HTTPException):
            return False
