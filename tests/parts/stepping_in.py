"""A database that lets a test step in at a moment nobody else could hit."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import LiteralString

from dialplane.store.database import Database, Reader, Writer
from dialplane.store.gathering import Gather, Gathered
from parts.program import PATIENCE_S

Step = Callable[[], object]


def go_on() -> None:
    """The step that does nothing."""


def failing(error: BaseException) -> Step:
    """The step after which there is no transaction."""

    def step() -> None:
        raise error

    return step


class SteppingIn:
    """The real database; before each transaction that writes, the next step of its thread runs.

    A request with an Idempotency-Key writes twice: first its claim, then the change itself.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._steps: dict[str, list[Step]] = {}

    def before_writes_of(self, thread: str, *steps: Step) -> None:
        """Plan the next transactions of a thread; those after the last step go on freely."""
        self._steps[thread] = list(steps)

    def reading(self) -> AbstractContextManager[Reader]:
        return self._database.reading()

    def snapshot(self) -> AbstractContextManager[Reader]:
        return self._database.snapshot()

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        self._step()
        with self._database.writing() as db:
            yield db

    @property
    def gather(self) -> Gather | None:
        gather = self._database.gather
        return None if gather is None else partial(self._gather, gather)

    def _gather(self, gather: Gather, sql: LiteralString, row: Gathered) -> bool:
        self._step()
        return gather(sql, row)

    def _step(self) -> None:
        steps = self._steps.get(threading.current_thread().name)
        if steps:
            steps.pop(0)()


class Barrier:
    """Holds a thread up until the test has seen it arrive and lets it go."""

    def __init__(self) -> None:
        self._arrived = threading.Event()
        self._open = threading.Event()

    def __call__(self) -> None:
        self._arrived.set()
        assert self._open.wait(PATIENCE_S), "nobody opened the barrier"

    def wait_for_arrival(self) -> None:
        assert self._arrived.wait(PATIENCE_S), "nobody came to the barrier"

    def open(self) -> None:
        self._open.set()
