"""The running server: a process that keeps watch, with the workers, and API processes below it."""

import errno
import ipaddress
import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from dialplane.main import app_of, database_of, set_up_logging, workers_of
from dialplane.settings import Settings

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

GRACE_S: Final = 30.0
"""How long requests in flight may take to finish once the server is told to stop."""

IDLE_S: Final = 0.5
"""An API process told to stop goes when it had nothing to do for this long."""

SUCCESSION_S: Final = 5.0
"""How long a successor waits for the port of a supervisor that was killed."""

# Longer than the minute for which load balancers keep their connections to us, so that it is them
# who close: a connection closed by us just as a request comes would lose that request.
IDLE_CONNECTION_MS: Final = 65_000

# Granian counts connections, idle ones too, not requests; those queue for the threads. With as few
# as there are threads, some browsers that keep theirs open would shut everybody else out.
CONNECTIONS_MAX: Final = 512

log = structlog.get_logger()


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
        SystemExit: the API processes do not stay alive.
    """
    set_up_logging(settings)
    # Forked processes would share database connections and locks with the workers.
    multiprocessing.set_start_method("spawn", force=True)
    server = _granian(settings, listener)
    server.on_startup(partial(_announce, listener, ready))
    with closing(database_of(settings)) as database:
        workers = workers_of(settings, database)
        for worker in workers:
            worker.start()
        try:
            server.serve(target_loader=partial(load, settings), wrap_loader=False)
        finally:
            for worker in workers:
                worker.stop()
            log.info("stopped")


def _granian(settings: Settings, listener: Listener) -> MPServer:
    return MPServer(
        "dialplane",
        address=listener.host,
        port=listener.port,
        interface=Interfaces.WSGI,
        workers=listener.workers,
        blocking_threads=settings.threads,
        # The longest Granian allows: every thread has a database connection of its own.
        blocking_threads_idle_timeout=600,
        backpressure=CONNECTIONS_MAX,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=IDLE_CONNECTION_MS),
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
    """What Granian has to say, said in our log."""

    def emit(self, record: logging.LogRecord) -> None:
        log.log(record.levelno, "granian", message=record.getMessage())


GRANIAN_LOGGING: Final = {
    "handlers": {"ours": {"class": f"{__name__}.{OurLog.__name__}"}},
    "loggers": {"_granian": {"handlers": ["ours"], "propagate": False}},
}


def _announce(listener: Listener, ready: Callable[[], None]) -> None:
    logging.getLogger("_granian").setLevel(logging.WARNING)
    threading.Thread(target=_call_when_ready, args=(listener, ready), daemon=True).start()


def _call_when_ready(listener: Listener, ready: Callable[[], None]) -> None:
    while not _listens(listener):
        time.sleep(0.05)
    ready()


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


def load(settings: Settings) -> "WSGIApplication":
    """The application of one API process, which leaves when told to or when left alone."""
    set_up_logging(settings)
    watched = InFlight(app_of(settings))
    hear, tell = socket.socketpair()
    tell.settimeout(0)
    # Granian sets signal handlers of its own after this; the wake-up still comes with each signal.
    signal.set_wakeup_fd(tell.fileno())
    for duty in (partial(_leave, hear, tell, watched), _follow_supervisor):
        threading.Thread(target=duty, daemon=True).start()
    return watched


class InFlight:
    """An application that knows how long it has had nothing to do."""

    def __init__(self, application: "WSGIApplication") -> None:
        self._application = application
        self._lock = threading.Lock()
        self._requests = 0
        self._idle_since = time.monotonic()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        with self._lock:
            self._requests += 1
        try:
            return self._application(environ, start_response)
        finally:
            with self._lock:
                self._requests -= 1
                self._idle_since = time.monotonic()

    @property
    def idle_s(self) -> float:
        with self._lock:
            return 0.0 if self._requests else time.monotonic() - self._idle_since


def _leave(hear: socket.socket, _tell: socket.socket, watched: InFlight) -> None:
    """Go once told to and idle: Granian also waits for connections that never asked anything."""
    told = set(hear.recv(64))
    while not told & {signal.SIGTERM, signal.SIGINT}:
        told = set(hear.recv(64))
    stopping_since = time.monotonic()
    while time.monotonic() < stopping_since + GRACE_S:
        time.sleep(IDLE_S / 5)
        waited_s = time.monotonic() - stopping_since
        if min(watched.idle_s, waited_s) > IDLE_S:
            break
    os._exit(0)


def _follow_supervisor() -> None:
    """Stop, requests in flight first, when the supervisor is gone however it went."""
    supervisor = multiprocessing.parent_process()
    if supervisor is not None:
        supervisor.join()
        os.kill(os.getpid(), signal.SIGTERM)
