"""A control plane whose parts are killed with `kill -9`, one after the other, and started again."""

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from typing import Any, LiteralString

import httpx
import psycopg

from dialplane.store.opening import SQLITE_FILE
from parts.program import PATIENCE_S, Running, is_alive, started, wait_until_gone
from parts.sip_peers import free_port

AGE_CLAIMS = "UPDATE idempotency_claims SET claimed_at = 0 WHERE sealed_answer IS NULL"
AGE_LEFT_CALLS = (
    "UPDATE calls SET seat_until = 0 WHERE seat_until IS NOT NULL AND left_at IS NOT NULL"
)


@dataclass(kw_only=True)
class Mortal:
    """One `dialplane serve` on a database that may die too; `home` says where that is."""

    home: Any
    more: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    running: ExitStack = field(default_factory=ExitStack)
    process: Running | None = None
    also: dict[str, Callable[[], None]] = field(default_factory=dict)
    """What else can be killed beside it, and how."""
    killed: dict[str, int] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        environment = {**self.home.environment, **self.more}
        beginning = started("serve", "--port", str(self.port), env=environment)
        self.process = self.running.enter_context(beginning)
        self.process.line_with("serves")

    def stop(self) -> None:
        if self.process is not None:
            self.process.stop()
        self.running.close()

    def deaths(self) -> dict[str, Callable[[], None]]:
        """What can be killed here, by its name in the table."""
        ways = self.also | {
            "API process": self.kill_api,
            "supervisor and worker": self.kill_supervisor,
            "all processes at once": self.kill_all,
        }
        if self.home.url:
            ways["PostgreSQL backend"] = self.kill_backend
        return ways

    def die(self, way: str) -> None:
        self.deaths()[way]()
        self.killed[way] = self.killed.get(way, 0) + 1

    def kill_api(self) -> None:
        """The supervisor starts another; twice within seconds is a loop, and it gives up."""
        assert self.process is not None
        self._kill(self.process.children())
        self._a_minute_later()
        deadline = time.monotonic() + PATIENCE_S
        while not self._serves():
            assert time.monotonic() < deadline, f"nobody serves: {self.process.err}"
            if self.process.process.poll() is not None:
                self.running.close()
                self.start()  # as systemd does
            time.sleep(0.05)

    def kill_supervisor(self) -> None:
        """Its API process finishes what it is at and goes; then an operator starts it again."""
        assert self.process is not None
        orphans = self.process.children()
        self._kill([self.process.process.pid])
        self._bury(orphans)

    def kill_all(self) -> None:
        assert self.process is not None
        family = [self.process.process.pid, *self.process.children()]
        self._kill(family)
        self._bury(family[1:])

    def kill_backend(self) -> None:
        """One backend takes all the others with it: PostgreSQL starts itself anew."""
        deadline = time.monotonic() + PATIENCE_S
        while (backend := self._any_backend()) is None:  # they reconnect in their own time
            assert time.monotonic() < deadline, "nobody is connected"
            time.sleep(0.05)
        self._kill([backend])
        self._a_minute_later()

    def _any_backend(self) -> int | None:
        """None also while PostgreSQL, killed a moment ago, starts itself anew."""
        with suppress(psycopg.OperationalError):
            with psycopg.connect(self.home.url, autocommit=True) as db:
                found = db.execute(
                    "SELECT pid FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    " ORDER BY random() LIMIT 1"
                ).fetchone()
            return None if found is None else int(found[0])
        return None

    def _serves(self) -> bool:
        try:
            answer = httpx.get(f"{self.url}/healthz", timeout=PATIENCE_S)
        except httpx.TransportError:
            return False
        return answer.status_code == httpx.codes.OK

    def _kill(self, pids: list[int]) -> None:
        for pid in pids:
            if is_alive(pid):
                os.kill(pid, signal.SIGKILL)

    def _bury(self, others: list[int]) -> None:
        assert self.process is not None
        self.process.process.wait(PATIENCE_S)
        wait_until_gone(others)
        self.running.close()
        self._a_minute_later()
        self.start()

    def _a_minute_later(self) -> None:
        """Claims of attempts that died may be taken over after a minute: nobody waits for it."""
        self._aged(AGE_CLAIMS)

    def a_quarter_of_an_hour_later(self) -> None:
        """Calls that a dead edge left, and nobody told of since, are given up: nobody waits."""
        self._aged(AGE_LEFT_CALLS)

    def _aged(self, what: LiteralString) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                self._change(what)
            except (psycopg.OperationalError, sqlite3.OperationalError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return

    def _change(self, what: LiteralString) -> None:
        if self.home.url:
            with psycopg.connect(self.home.url, autocommit=True) as db:
                db.execute(what)
            return
        with closing(sqlite3.connect(self.home.data_dir / SQLITE_FILE, timeout=30)) as file:
            file.execute(what)
            file.commit()
