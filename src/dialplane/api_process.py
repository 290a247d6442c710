"""One API process: what it loads, and how it goes.

The process that keeps watch names `load`, and loads what is behind it once for all it forks.
"""

import gc
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from importlib import import_module
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from dialplane.settings import Settings

GRACE_S: Final = 30.0
"""How long requests in flight may take to finish once the server is told to stop."""

ABOUT_TO_STOP: Final = signal.SIGURG
"""Tells an API process to let go of connections; it waits for one that does not know it yet."""

LETTING_GO_S: Final = 0.3
"""Silence after which nobody seems to be left who was not told to let go of a connection."""

LETTING_GO_MAX_S: Final = 2.0
"""How long answers ask clients to close their connections before those are closed for them."""

IDLE_S: Final = 0.5
"""An API process told to stop goes when it had nothing to do for this long."""


def load(settings: "Settings", supervisor: "Connection") -> "WSGIApplication":
    """The application of one API process, which leaves when told to or when left alone.

    Nothing ever comes from `supervisor` but its end, when the process that keeps watch is gone.
    """
    _answer_to_signals()
    # structlog would load it, and with it a tenth of everything, for tracebacks on a terminal.
    cast("dict[str, object]", sys.modules).setdefault("rich", None)
    # What is loaded here stays: to look through it for garbage again and again takes a tenth of
    # the time of a start.
    gc.disable()
    foundations, main = map(import_module, ("dialplane.foundations", "dialplane.main"))
    foundations.set_up_logging(settings)
    foundations.prepare_process()
    # Ctrl-C reaches all of us, in any thread that lets it; the supervisor says when to go.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    # From here on: the database may be long in coming.
    threading.Thread(target=_follow, args=(supervisor,), daemon=True).start()
    parts = main.open_parts(settings)
    watched = InFlight(main.app_of(settings, parts))
    ears = socket.socketpair()
    ears[1].settimeout(0)
    # Granian sets signal handlers of its own after this; the wake-up still comes with each signal.
    signal.set_wakeup_fd(ears[1].fileno())
    signal.signal(ABOUT_TO_STOP, (farewell := Farewell()).hear)
    # It may have been said while we came.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {ABOUT_TO_STOP})
    # Granian may be done first. What atexit knows, a forked process does not run.
    Finalize(None, parts.write_down, exitpriority=0)
    leave = partial(_leave, ears, watched, farewell, parts.write_down)
    threading.Thread(target=leave, daemon=True).start()
    gc.freeze()
    gc.enable()
    return watched


def _answer_to_signals() -> None:
    """As a process does that nobody has told otherwise: a forked one has what its parent had."""
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


class InFlight:
    """An application that knows how long it has had nothing to do.

    Once `leaving`, each answer tells its client to ask nothing more over that connection.
    """

    def __init__(self, application: "WSGIApplication") -> None:
        self._application = application
        # By thread, each of which works on one request: adding and discarding need no lock.
        self._at_work: set[int] = set()
        self._done_at = self._asked_at = time.monotonic()
        self.leaving = False

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        thread = threading.get_ident()
        self._at_work.add(thread)
        self._asked_at = time.monotonic()
        try:
            return self._application(environ, self._telling(start_response))
        finally:
            self._done_at = time.monotonic()
            self._at_work.discard(thread)

    def _telling(self, start_response: "StartResponse") -> "StartResponse":
        # Looked at when the answer is there: it may have been asked for long before.
        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            if self.leaving:
                headers = [*headers, ("connection", "close")]
            return start_response(status, headers, *error)

        return start

    @property
    def unasked_s(self) -> float:
        """How long nobody has asked anything, nor heard what would make one ask again."""
        return time.monotonic() - max(self._done_at, self._asked_at)

    @property
    def idle_s(self) -> float:
        return 0.0 if self._at_work else time.monotonic() - self._done_at


class Farewell:
    """Granian's own handler, which holds every thread for good when it runs a third time."""

    def __init__(self) -> None:
        self.due = False
        self._say: Any = None

    def hear(self, *_: object) -> None:
        """Keep it from hearing more, until it is due; runs in the main thread, as handlers do."""
        handler = signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if callable(handler):
            self._say = handler
        if self.due and self._say is not None:
            self._say(signal.SIGTERM, None)
            self._say = None


def _leave(
    ears: tuple[socket.socket, socket.socket],
    watched: InFlight,
    farewell: Farewell,
    last: Callable[[], None],
) -> None:
    """Go once told to and idle: Granian also waits for connections that never asked anything."""
    told: set[int] = set()
    while not told & {ABOUT_TO_STOP, signal.SIGTERM}:
        told = set(ears[0].recv(64))
    # Handlers run in the main thread, which sleeps on if another one took the signal.
    wake = partial(signal.pthread_kill, cast("int", threading.main_thread().ident), ABOUT_TO_STOP)
    wake()
    if ABOUT_TO_STOP in told:
        _let_go(watched)
    if signal.SIGTERM not in told:
        farewell.due = True
        wake()
    stopping_since = time.monotonic()
    while time.monotonic() < stopping_since + GRACE_S:
        time.sleep(IDLE_S / 5)
        waited_s = time.monotonic() - stopping_since
        if min(watched.idle_s, waited_s) > IDLE_S:
            break
    last()
    os._exit(0)


def _let_go(watched: InFlight) -> None:
    """Tell clients to close their connections, until none asks any more.

    It counts its own steps: on a machine too busy to run it, clients wait for their answers, too.
    """
    watched.leaving = True
    step_s = LETTING_GO_S / 10
    silent = 0
    for _ in range(round(LETTING_GO_MAX_S / step_s)):
        time.sleep(step_s)
        silent = silent + 1 if watched.unasked_s > step_s else 0
        if silent * step_s >= LETTING_GO_S:
            return


def _follow(supervisor: "Connection") -> None:
    """Stop, requests in flight first, when the supervisor is gone however it went."""
    with suppress(EOFError):
        supervisor.recv_bytes()
    os.kill(os.getpid(), signal.SIGTERM)
