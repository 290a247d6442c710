"""One way to ask and to write, whichever engine keeps the rows.

SQL is written once, in the subset SQLite and PostgreSQL share, with `:name` parameters.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, LiteralString, Protocol

Row = Mapping[str, Any]


class UniqueViolated(Exception):  # named for what happened, like every error here
    """A unique rule of the schema said no; `rule` is its name on both engines."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


class Contended(Exception):  # named for what happened
    """The engine gave this transaction up in favour of another; trying again helps."""


class Connection(Protocol):
    """What an engine has to offer; each statement is text with `:name` parameters."""

    def rows(self, sql: str, parameters: Mapping[str, object]) -> list[Row]: ...
    def row(self, sql: str, parameters: Mapping[str, object]) -> Row | None: ...
    def count(self, sql: str, parameters: Mapping[str, object]) -> int: ...
    def lock_clause(self) -> LiteralString: ...
    def serialize(self, name: str) -> None: ...


class Reader:
    """Questions only; the engine refuses a write through it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def one_or_none(self, sql: LiteralString, **parameters: object) -> Row | None:
        return self._connection.row(sql, parameters)

    def all(self, sql: LiteralString, **parameters: object) -> list[Row]:
        return self._connection.rows(sql, parameters)


class Writer(Reader):
    """Questions and changes inside one open transaction."""

    def run(self, sql: LiteralString, **parameters: object) -> int:
        """Answer how many rows it touched."""
        return self._connection.count(sql, parameters)

    def returning(self, sql: LiteralString, **parameters: object) -> Row | None:
        return self._connection.row(sql, parameters)

    def locked(self, sql: LiteralString, **parameters: object) -> Row | None:
        """Read one row and keep others from writing it until this transaction ends."""
        return self._connection.row(sql + self._connection.lock_clause(), parameters)

    def all_locked(self, sql: LiteralString, **parameters: object) -> list[Row]:
        return self._connection.rows(sql + self._connection.lock_clause(), parameters)

    def serialize(self, name: str) -> None:
        """Let one transaction at a time past this point, for rules no single row can hold."""
        self._connection.serialize(name)


class Engine(Protocol):
    def reading(self) -> AbstractContextManager[Connection]: ...
    def snapshot(self) -> AbstractContextManager[Connection]: ...
    def writing(self) -> AbstractContextManager[Connection]: ...
    def close(self) -> None: ...


class Database:
    """Where everything is kept.

    `reading` sees the newest row with every statement, `snapshot` one instant over several
    statements, `writing` is one transaction: all of it or nothing.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        with self._engine.reading() as connection:
            yield Reader(connection)

    @contextmanager
    def snapshot(self) -> Iterator[Reader]:
        with self._engine.snapshot() as connection:
            yield Reader(connection)

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        with self._engine.writing() as connection:
            yield Writer(connection)

    def close(self) -> None:
        self._engine.close()
