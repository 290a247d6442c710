"""PostgreSQL behind the common way of asking."""

import select
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast
from weakref import WeakSet

import msgspec
import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row, tuple_row
from psycopg_pool import ConnectionPool, PoolTimeout

from dialplane.domain.errors import Unavailable
from dialplane.store.database import Reader
from dialplane.store.gathering import Gathered, Gathering
from dialplane.store.postgres_connection import IN_OUR_WORDS, PostgresConnection, in_psycopg_words

if TYPE_CHECKING:
    from dialplane.store.postgres_connection import Raw

POOL_TIMEOUT_S: Final = 10.0
"""How long to wait for a connection others have; of a server that is gone one hears at once."""

CONNECT_TIMEOUT_S: Final = 3
"""Unless the URL says otherwise: how long a server may take that does not even refuse."""

BEGIN_SNAPSHOT: Final = b"BEGIN ISOLATION LEVEL REPEATABLE READ"


def _parameters(url: str, options: str = "") -> dict[str, Any]:
    """What to connect with, as psycopg names it."""
    given = {"connect_timeout": CONNECT_TIMEOUT_S, **conninfo_to_dict(url)}
    return {**given, "autocommit": True, "row_factory": dict_row, "options": options}


class Pool(ConnectionPool["Raw"]):
    """Connects when somebody asks, so that a server that is back is used at once.

    By itself a pool would try again after ever longer rests, and let everybody wait for it.
    """

    def __init__(self, url: str, connections_max: int) -> None:
        super().__init__(
            connection_class=psycopg.Connection[dict[str, Any]],
            kwargs=_parameters(url),
            min_size=1,
            max_size=connections_max,
            timeout=POOL_TIMEOUT_S,
            reconnect_timeout=0,
            open=True,
        )

    def getconn(self, timeout: float | None = None) -> "Raw":
        """One the server has not closed meanwhile: when it starts anew, all of them are dead."""
        while _hung_up(raw := super().getconn(timeout)):
            raw.close()
            self.putconn(raw)
        return raw

    def reconnect_failed(self) -> None:
        """Nobody waits for a server that is not there; whoever asks next has it tried again."""
        with self._lock:
            waiting = [*self._waiting]
            self._waiting.clear()
        for each in waiting:
            each.fail(PoolTimeout("the server cannot be reached"))


def _hung_up(raw: "Raw") -> bool:
    """Whether it says something unasked, as servers that go do; nothing is sent to find out."""
    if raw.closed:
        return True
    listening = select.poll()
    listening.register(raw.fileno(), select.POLLIN)
    return bool(listening.poll(0))


class Reading:
    """The connection one thread reads through, made anew when the server has closed it.

    Nobody else reads through it, so there is nothing to take out and put back for each question.
    """

    def __init__(self, connect: "Callable[[], Raw]") -> None:
        self._connect = connect
        self._raw: Raw | None = None

    def __enter__(self) -> Reader:
        if self._raw is None or _hung_up(self._raw):
            self.close()
            self._open()
        return self._reader

    def _open(self) -> None:
        try:
            self._raw = self._connect()
        except psycopg.OperationalError as gone:
            raise Unavailable from gone
        self._reader = Reader(PostgresConnection(self._raw))

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, psycopg.OperationalError):
            raise Unavailable from error

    @contextmanager
    def snapshot(self) -> Iterator[Reader]:
        with self, _transaction(cast("Raw", self._raw), BEGIN_SNAPSHOT) as connection:
            yield Reader(connection)

    def close(self) -> None:
        if self._raw is not None:
            self._raw.close()

    __del__ = close


@contextmanager
def _transaction(raw: "Raw", begin: bytes) -> Iterator[PostgresConnection]:
    """A transaction that goes to the server only where an answer is waited for.

    BEGIN travels with the first question, and COMMIT with what nobody waits to hear about.
    """
    try:
        with IN_OUR_WORDS, raw.pipeline() as pipeline:
            raw.execute(begin)
            yield PostgresConnection(raw, pipeline)
            raw.execute(b"COMMIT")
    finally:
        # By itself psycopg goes on to believe that what was sent behind a failure was
        # prepared; it forgets that only when it rolls back on its own account.
        raw.rollback()


class PostgresEngine:
    """Each thread reads through its own connection, which the server itself keeps from writing.

    Transactions that write take theirs from a pool.
    """

    def __init__(self, url: str, *, connections_max: int) -> None:
        self._gatherings: dict[str, Gathering] = {}
        self._reader = partial(
            psycopg.Connection[dict[str, Any]].connect,
            **_parameters(url, "-c default_transaction_read_only=on"),
        )
        self._threads = threading.local()
        # Weak: a thread that ends takes its connection along.
        self._every_reading: WeakSet[Reading] = WeakSet()
        self._writers = Pool(url, connections_max)

    def reading(self) -> Reading:
        found: Reading | None = getattr(self._threads, "reading", None)
        if found is None:
            found = self._threads.reading = Reading(self._reader)
            self._every_reading.add(found)
        return found

    def snapshot(self) -> AbstractContextManager[Reader]:
        return self.reading().snapshot()

    @contextmanager
    def writing(self) -> Iterator[PostgresConnection]:
        with self._writer() as raw, _transaction(raw, b"BEGIN") as connection:
            yield connection

    def noting(self) -> AbstractContextManager[PostgresConnection]:
        # Not faster here: without synchronous_commit even a crash of one of its own processes would
        # take what was answered.
        return self.writing()

    @contextmanager
    def _writer(self) -> "Iterator[Raw]":
        try:
            with self._writers.connection() as raw:
                yield raw
        except (PoolTimeout, psycopg.OperationalError) as gone:
            raise Unavailable from gone

    def gather(self, sql: str, row: Gathered) -> bool:
        found = self._gatherings.get(sql)
        if found is None:
            # Another thread may have made it meanwhile; there has to be one.
            found = self._gatherings.setdefault(sql, Gathering(partial(self._write_all, sql)))
        return found.put(row)

    def _write_all(self, sql: str, rows: list[Gathered]) -> set[str]:
        told = {"rows": msgspec.json.encode(rows).decode()}
        with self._writer() as raw:
            try:
                written = raw.cursor(row_factory=tuple_row).execute(in_psycopg_words(sql), told)
                return {id_ for (id_,) in written}
            except (errors.SerializationFailure, errors.DeadlockDetected, errors.IntegrityError):
                return set()

    def close(self) -> None:
        for reading in list(self._every_reading):
            reading.close()
        self._writers.close()
