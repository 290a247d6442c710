"""Transactions on SQLite: one at a time, and one COMMIT for all that were waiting.

What makes a change last is the disk, and the disk takes its time for each COMMIT, however much
there is to keep. So whoever finds others waiting leaves the transaction open for them, each behind
a savepoint of its own, and the last one commits for all. Nobody is told anything before that: not
that a change was made, and not that one was refused because of what another of the group had done.
"""

import contextlib
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from dialplane.domain.errors import Unavailable

GROUP_MAX: Final = 32
"""So many transactions share a COMMIT at most: the first of them waits for the last."""


class _Bounds(NamedTuple):
    """What is said before, instead of and after the statements of one of a group."""

    begin: tuple[str, ...]
    undo: tuple[str, ...]
    end: tuple[str, ...]


_ALL: Final = _Bounds(begin=(), undo=("ROLLBACK", "BEGIN IMMEDIATE"), end=())
_OWN: Final = _Bounds(
    begin=("SAVEPOINT own",), undo=("ROLLBACK TO own", "RELEASE own"), end=("RELEASE own",)
)

LASTING: Final = "FULL"
"""COMMIT waits for the disk: what was acknowledged is still there when the power was gone."""

PASSING: Final = "NORMAL"
"""COMMIT hands over to the system; nothing is damaged by a power cut, but the last may be gone."""


class _Group:
    """Transactions that last together, or not at all."""

    def __init__(self, *, lasting: bool) -> None:
        self.lasting = lasting
        self.size = 0
        self.failure: BaseException | None = None
        # Taken until it is over. A lock costs a tenth of an event, and most are alone.
        self.over = threading.Lock()
        self.over.acquire()


class GroupCommit:
    """The transactions of one process, on its one connection that writes, in their order."""

    def __init__(self, raw: sqlite3.Connection, committed: Callable[[], None]) -> None:
        self._raw = raw
        self._committed = committed
        self._mutex = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Lock] = deque()
        self._group: _Group | None = None
        self.levels = (PASSING, LASTING)
        self._level = ""

    @contextmanager
    def transaction(self, *, lasting: bool) -> Iterator[None]:
        """One transaction, which lasts once this is left.

        One that is not `lasting` is with the system by then, which outlives us, but on the disk
        only with the next lasting one or checkpoint.

        Raises:
            Unavailable: another process kept the file locked, or what was shared did not last.
        """
        group = self._join(lasting=lasting)
        # Before the first there is nothing of others: it goes without a savepoint, for the sake of
        # which SQLite would copy every page before it is written.
        bounds = _ALL if group.size == 1 else _OWN
        try:
            self._execute(bounds.begin)
            yield
            self._execute(bounds.end)
        except BaseException as error:
            self._take_back(group, bounds, error)
            raise
        self._leave(group)

    @contextmanager
    def held_up(self) -> Iterator[None]:
        """Let nobody write meanwhile; whoever has begun is done before."""
        self._await_turn()
        try:
            if self._group is not None:
                self._commit(self._group)
            yield
        finally:
            self._begin_anew()

    def _join(self, *, lasting: bool) -> _Group:
        self._await_turn()
        if self._group is not None and lasting and not self._group.lasting:
            with contextlib.suppress(sqlite3.Error):  # which those of that group hear of
                self._commit(self._group)
        if self._group is None:
            try:
                self._begin(self.levels[lasting])
            except BaseException:
                self._pass_on()
                raise
            self._group = _Group(lasting=lasting)
        self._group.size += 1
        return self._group

    def _begin(self, level: str) -> None:
        try:
            if level != self._level:
                self._raw.execute(f"PRAGMA synchronous = {level}")
                self._level = level
            self._raw.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as busy:
            if "locked" not in str(busy):
                raise
            raise Unavailable from busy

    def _take_back(self, group: _Group, bounds: _Bounds, error: BaseException) -> None:
        """A failure takes back what this one did, and nothing of the others."""
        group.failure = error
        try:
            # On a full or broken disk SQLite gives up the whole transaction by itself.
            if self._raw.in_transaction:
                self._execute(bounds.undo)
                group.failure = None
        finally:
            self._leave(group, error)

    def _execute(self, statements: tuple[str, ...]) -> None:
        for statement in statements:
            self._raw.execute(statement)

    def _leave(self, group: _Group, own_failure: BaseException | None = None) -> None:
        self._pass_on()
        with group.over:
            pass
        if group.failure not in (None, own_failure):
            raise Unavailable from group.failure

    def _await_turn(self) -> None:
        with self._mutex:
            if not self._taken:
                self._taken = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        try:
            turn.acquire()
        except BaseException:  # an interrupt; if our turn has come, others rely on us
            with self._mutex:
                given = turn not in self._waiting
                if not given:
                    self._waiting.remove(turn)
            if given:
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        """Let the next one go on with the group; without a next one, the group is over."""
        group = self._group
        with self._mutex:
            full = group is None or group.size >= GROUP_MAX or group.failure is not None
            if self._waiting and not full:
                self._waiting.popleft().release()
                return
        try:
            if group is not None:
                self._commit(group)
        finally:
            self._begin_anew()

    def _commit(self, group: _Group) -> None:
        try:
            if group.failure is None:
                self._raw.execute("COMMIT")
                self._committed()
        except BaseException as failure:
            group.failure = failure
            raise
        finally:
            with contextlib.suppress(sqlite3.Error):
                if self._raw.in_transaction:
                    self._raw.execute("ROLLBACK")
            self._group = None
            group.over.release()

    def _begin_anew(self) -> None:
        with self._mutex:
            self._taken = bool(self._waiting)
            if self._waiting:
                self._waiting.popleft().release()
