"""The API processes as the process that keeps watch has them: forked, replaced, told to go."""

import gc
import multiprocessing
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any, Final, cast

from granian.server.mp import MPServer

from dialplane.api_process import ABOUT_TO_STOP, LETTING_GO_MAX_S
from dialplane.logs import log

STOPPING: Final = frozenset({signal.SIGTERM, signal.SIGINT})


class Bell:
    """What the main thread waits for, with the methods of an `Event`; signals and threads ring it.

    A signal goes to any thread, one that just begins for instance, and its handler runs once the
    main thread goes on: out of an `Event` nothing wakes it then. Nor may a handler set one whose
    lock the main thread has. `ring_for_good` is not undone by `clear`.
    """

    def __init__(self) -> None:
        self._rung = self._for_good = False
        self._hears, self._sounds = os.pipe()
        for end in (self._hears, self._sounds):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self._sounds, warn_on_full_buffer=False)

    def is_set(self) -> bool:
        return self._rung or self._for_good

    def set(self) -> None:
        self._rung = True
        self._wake()

    def _wake(self) -> None:
        with suppress(BlockingIOError):  # full of earlier ones, which wake as well
            os.write(self._sounds, b"!")

    def ring_for_good(self) -> None:
        self._for_good = True
        self._wake()

    def clear(self) -> None:
        self._rung = False

    def wait(self) -> None:
        """Until it rings; runs in the main thread, as handlers do."""
        while not self.is_set():
            select.select([self._hears], [], [])
            os.read(self._hears, 4096)


class PatientServer(MPServer):
    """Lets clients that keep connections end them themselves, before it closes what is left.

    API processes go by themselves then; one that does not, or cannot yet, is told to. `started` is
    called once there are API processes.
    """

    def __init__(self, *target: str, started: Callable[[], None], **options: Any) -> None:
        cast("Any", super()).__init__(*target, **options)
        self._started = started
        self._bell = cast("Any", self).main_loop_interrupt = Bell()

    def signal_handler_interrupt(self, *_: object) -> None:
        self.interrupt_signal = True
        self._bell.ring_for_good()

    def startup(self, spawn_target: Any, target_loader: Any) -> None:
        # What is loaded here need not be loaded below; but code that changed has to be read anew.
        forked = sys.platform == "linux" and not self.reload_on_changes
        multiprocessing.set_start_method("fork" if forked else "spawn", force=True)
        if forked:
            import_module("dialplane.main")
        # What is here already is looked through by nobody for garbage: that would copy it.
        gc.freeze()
        # Told to stop before it knows how, a process forked would do as we do.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
        cast("Any", super()).startup(spawn_target, target_loader)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
        # From here on a forked process would share connections and locks with our own threads.
        multiprocessing.set_start_method("spawn", force=True)
        self._started()

    def _spawn_workers(self, spawn_target: Any, target_loader: Any) -> None:
        for place in range(self.workers):
            self.wrks.append(self._spawn_worker(place, spawn_target, target_loader))
            self.wrks[-1].inner.start()
        # Granian watches each from its start, in a thread whose locks the next one would copy.
        for worker in self.wrks:
            threading.Thread(target=self._see_off, args=(worker,)).start()

    def _see_off(self, worker: Any) -> None:
        worker.inner.join()
        if worker.interrupt_by_parent:
            return
        log.error("an API process ended unexpectedly", exit_code=worker.inner.exitcode)
        if not self.reload_on_changes:  # or else the next change replaces it
            self.interrupt_children.append(worker.idx)
            self.main_loop_interrupt.set()

    def shutdown(self, exit_code: int = 0) -> None:
        for worker in self.wrks:
            worker.interrupt_by_parent = True
            with suppress(ProcessLookupError):  # it may just have died
                os.kill(worker.inner.pid, ABOUT_TO_STOP)
        let_go_by = time.monotonic() + LETTING_GO_MAX_S + 1
        for worker in self.wrks:
            worker.inner.join(max(0.0, let_go_by - time.monotonic()))
        cast("Any", super()).shutdown(exit_code)
