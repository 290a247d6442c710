"""One way to ask and to write, whichever engine keeps the rows.

SQL is written once, in the subset SQLite and PostgreSQL share, with `:name` parameters.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from operator import itemgetter
from typing import TYPE_CHECKING, Any, LiteralString, Protocol

from dialplane.domain.errors import Unavailable
from dialplane.store.notes import Note, Notes

if TYPE_CHECKING:
    from dialplane.domain.rehearsals import Difference
    from dialplane.store.gathering import Gather

Row = Mapping[str, Any]
Values = Sequence[Any]
"""A row in the order of its columns: half the price, where every microsecond counts."""

Later = Callable[[], Row | None]
"""A row that was asked for, and is waited for when this is called."""
ValuesLater = Callable[[], Values | None]


class UniqueViolated(Exception):  # named for what happened, like every error here
    """A unique rule of the schema said no; `rule` is its name on both engines."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


class Contended(Exception):  # named for what happened
    """The engine gave this transaction up in favour of another; trying again helps."""


class Connection(Protocol):
    """What an engine has to offer; each statement is text with `:name` parameters."""

    dialect: str

    def rows(self, sql: str, parameters: Mapping[str, object]) -> list[Row]: ...
    def row(self, sql: str, parameters: Mapping[str, object]) -> Row | None: ...
    def values(self, sql: str, parameters: Mapping[str, object]) -> Values | None: ...
    def all_values(self, sql: str, parameters: Mapping[str, object]) -> list[Values]: ...
    def count(self, sql: str, parameters: Mapping[str, object]) -> int: ...
    def count_each(self, sql: str, every: Sequence[Mapping[str, object]]) -> int: ...
    def send(self, sql: str, parameters: Mapping[str, object]) -> None: ...
    def send_each(self, sql: str, every: Sequence[Mapping[str, object]]) -> None: ...
    def later(self, sql: str, parameters: Mapping[str, object]) -> "Later": ...
    def values_later(self, sql: str, parameters: Mapping[str, object]) -> "ValuesLater": ...
    def lock_clause(self) -> LiteralString: ...
    def listed(self) -> LiteralString: ...
    def sha256(self, text: LiteralString) -> LiteralString: ...
    def serialize(self, name: str) -> None: ...


class Reader:
    """Questions only; the engine refuses a write through it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def dialect(self) -> str:
        """Which engine this is, for the few statements there is no common way to write."""
        return self._connection.dialect

    @property
    def listed(self) -> LiteralString:
        """A table whose column `listed` holds every text of the JSON list `:listed`."""
        return self._connection.listed()

    def sha256(self, text: LiteralString) -> LiteralString:
        """SQL for the SHA-256, in hexadecimal digits, of SQL for a text."""
        return self._connection.sha256(text)

    def one_or_none(self, sql: LiteralString, **parameters: object) -> Row | None:
        return self._connection.row(sql, parameters)

    def values_or_none(self, sql: LiteralString, **parameters: object) -> Values | None:
        return self._connection.values(sql, parameters)

    def values_later(self, sql: LiteralString, **parameters: object) -> ValuesLater:
        """Like `values_or_none`, on its way together with what is asked next."""
        return self._connection.values_later(sql, parameters)

    def all(self, sql: LiteralString, **parameters: object) -> list[Row]:
        return self._connection.rows(sql, parameters)

    def all_values(self, sql: LiteralString, **parameters: object) -> list[Values]:
        return self._connection.all_values(sql, parameters)


class Writer(Reader):
    """Questions and changes inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._last: list[tuple[str, LiteralString, Mapping[str, object]]] = []

    def run(self, sql: LiteralString, **parameters: object) -> int:
        """Answer how many rows it touched."""
        return self._connection.count(sql, parameters)

    def run_each(self, sql: LiteralString, every: Sequence[Mapping[str, object]]) -> int:
        """Run it with each of these parameters; answer how many rows were touched in all."""
        return self._connection.count_each(sql, every) if every else 0

    def send(self, sql: LiteralString, **parameters: object) -> None:
        """Run it without waiting to hear how it went: a failure fails the whole transaction."""
        self._connection.send(sql, parameters)

    def send_each(self, sql: LiteralString, every: Sequence[Mapping[str, object]]) -> None:
        """Like `send`, with each of these parameters."""
        if every:
            self._connection.send_each(sql, every)

    def send_last(self, owner: str, sql: LiteralString, **parameters: object) -> None:
        """Run it just before COMMIT, when nothing else of the transaction is left to wait for.

        For rows that everybody wants to write: they are held for an instant only, and by everybody
        in the same order, that of their owners, so that two never wait for each other.
        """
        self._last.append((owner, sql, parameters))

    def finish(self) -> None:
        """Run what was to come last."""
        for _, sql, parameters in sorted(self._last, key=itemgetter(0)):
            self._connection.send(sql, parameters)

    def returning(self, sql: LiteralString, **parameters: object) -> Row | None:
        return self._connection.row(sql, parameters)

    def locked(self, sql: LiteralString, **parameters: object) -> Row | None:
        """Read one row and keep others from writing it until this transaction ends."""
        return self._connection.row(sql + self._connection.lock_clause(), parameters)

    def locked_later(self, sql: LiteralString, **parameters: object) -> Later:
        """Like `locked`, on its way together with what is asked next."""
        return self._connection.later(sql + self._connection.lock_clause(), parameters)

    def all_locked(self, sql: LiteralString, **parameters: object) -> list[Row]:
        return self._connection.rows(sql + self._connection.lock_clause(), parameters)

    def all_values_locked(self, sql: LiteralString, **parameters: object) -> list[Values]:
        return self._connection.all_values(sql + self._connection.lock_clause(), parameters)

    def serialize(self, name: str) -> None:
        """Let one transaction at a time past this point, for rules no single row can hold."""
        self._connection.serialize(name)


class Rehearsal(Writer):
    """A transaction that is taken back whatever happens in it; `heard` is what it would change."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.heard: list[Difference] = []
        self.run("SAVEPOINT rehearsal")

    def take_back(self) -> None:
        """Undo everything so far, so that what was can be looked at."""
        self.run("ROLLBACK TO SAVEPOINT rehearsal")


class _TakenBack(Exception):  # it never leaves this module
    """Ends a rehearsal."""


class Engine(Protocol):
    def reading(self) -> AbstractContextManager[Reader]: ...
    def snapshot(self) -> AbstractContextManager[Reader]: ...
    def writing(self) -> AbstractContextManager[Connection]: ...
    def noting(self) -> AbstractContextManager[Connection]: ...
    @property
    def gather(self) -> "Gather | None": ...
    def close(self) -> None: ...


@contextmanager
def _written(transaction: AbstractContextManager[Connection]) -> Iterator[Writer]:
    with transaction as connection:
        writer = Writer(connection)
        yield writer
        writer.finish()


class Database:
    """Where everything is kept.

    `reading` sees the newest row with every statement, `snapshot` one instant over several
    statements, `writing` is one transaction: all of it or nothing. `rehearsing` is nothing.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._notes = Notes(self._write_notes)

    def reading(self) -> AbstractContextManager[Reader]:
        return self._engine.reading()

    def snapshot(self) -> AbstractContextManager[Reader]:
        return self._engine.snapshot()

    def writing(self) -> AbstractContextManager[Writer]:
        return _written(self._engine.writing())

    def noting(self) -> AbstractContextManager[Writer]:
        """A transaction of what would be told again, and that nobody waits for the disk with.

        On SQLite `kill -9` takes nothing of it; a power cut may take its last moments.
        """
        return _written(self._engine.noting())

    def note(self, sql: LiteralString, row: Mapping[str, object]) -> None:
        """Have a row written soon, which would be told again, and which nobody waits for.

        Raises:
            Unavailable: too many are waiting, and the database takes none.
        """
        self._notes.put(Note(sql, row))

    def catch_up(self) -> None:
        """Have all written that was noted in this process, for whoever reads it next."""
        self._notes.catch_up()

    def _write_notes(self, notes: list[Note]) -> None:
        alike: dict[LiteralString, list[Mapping[str, object]]] = {}
        for note in notes:
            alike.setdefault(note.sql, []).append(note.row)
        try:
            with self.noting() as db:
                for sql, rows in alike.items():
                    db.send_each(sql, rows)
        except Contended as contended:
            raise Unavailable from contended

    @property
    def gather(self) -> "Gather | None":
        """Writes a row together with those of others; None where whole transactions do that."""
        return self._engine.gather

    @contextmanager
    def rehearsing(self) -> Iterator[Rehearsal]:
        """A transaction like that of `writing`, of which nothing stays."""
        with suppress(_TakenBack), self._engine.writing() as connection:
            yield Rehearsal(connection)
            raise _TakenBack

    def close(self) -> None:
        self._notes.close()
        self._engine.close()
