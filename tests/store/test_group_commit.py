"""On SQLite, transactions that wait for each other share a COMMIT, and nothing else."""

import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import Home
from dialplane.domain.errors import Unavailable
from dialplane.store import facts
from dialplane.store.database import Database, Writer
from dialplane.store.group_commit import GROUP_MAX
from dialplane.store.migrate import migrate

Work = Callable[[Writer], object]
Opened = Callable[[], AbstractContextManager[Writer]]


@dataclass
class Writers:
    """Transactions that come one after the other while the first one takes its time."""

    database: Database
    pool: ThreadPoolExecutor
    statements: list[str]
    first_fails: bool = False
    first_is_noted: bool = False

    def __post_init__(self) -> None:
        self._first_may_end = threading.Event()
        opened = self.database.noting if self.first_is_noted else self.database.writing
        self.first = self._begun(self._take_time, opened)

    def _take_time(self, db: Writer) -> None:
        facts.put_if_absent(db, "first", "1")
        self._first_may_end.wait()
        if self.first_fails:
            raise ZeroDivisionError

    def _begun(self, work: Work, opened: Opened) -> "Future[None]":
        """In a transaction of its own, which has begun when this returns."""
        begun = threading.Event()

        def begin(db: Writer) -> None:
            begun.set()
            work(db)

        writer = self.pool.submit(self._write, begin, opened)
        begun.wait()
        return writer

    def _write(self, work: Work, opened: Opened) -> None:
        with opened() as db:
            work(db)

    def next(self, work: Work, *, noted: bool = False) -> "Future[None]":
        """One more that waits, behind those that wait already."""
        waiting = self.waiting + 1
        opened = self.database.noting if noted else self.database.writing
        writer = self.pool.submit(self._write, work, opened)
        self.wait_for(waiting)
        return writer

    @property
    def waiting(self) -> int:
        return len(self.database._engine._transactions._waiting)  # type: ignore[attr-defined]  # noqa: SLF001

    def wait_for(self, waiting: int) -> None:
        tick = threading.Event()
        while self.waiting < waiting:
            tick.wait(0.001)

    def go(self) -> None:
        """The first one ends."""
        self._first_may_end.set()

    def commits(self) -> int:
        return self.statements.count("COMMIT")

    def milestones(self) -> list[str]:
        """COMMITs, and what they wait for from there on."""
        return [each for each in self.statements if each == "COMMIT" or "synchronous" in each]


def put(name: str) -> Work:
    return lambda db: facts.put_if_absent(db, name, "1")


def kept(database: Database) -> set[str]:
    """What another process would see."""
    with database.reading() as db:
        return {row["name"] for row in db.all("SELECT name FROM facts")}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Home(url="", data_dir=tmp_path).open()
    migrate(opened, now=0)
    yield opened
    opened.close()


@pytest.fixture
def statements(database: Database) -> list[str]:
    """What the connection that writes is told from here on."""
    told: list[str] = []
    raw: sqlite3.Connection = database._engine._writer.raw  # type: ignore[attr-defined]  # noqa: SLF001
    raw.set_trace_callback(told.append)
    return told


@pytest.fixture
def writers(database: Database, statements: list[str]) -> Iterator[Writers]:
    with ThreadPoolExecutor(GROUP_MAX * 2) as pool:
        begun = Writers(database, pool, statements)
        yield begun
        begun.go()


def test_one_that_is_alone_commits_at_once(writers: Writers) -> None:
    writers.go()
    writers.first.result()

    assert kept(writers.database) == {"first"}
    assert writers.commits() == 1


def test_those_that_waited_share_one_commit(writers: Writers) -> None:
    others = [writers.next(put(f"other {n}")) for n in range(5)]
    writers.go()
    for writer in (writers.first, *others):
        writer.result()

    assert kept(writers.database) == {"first", *(f"other {n}" for n in range(5))}
    assert writers.commits() == 1


def test_what_is_noted_waits_for_the_disk_with_those_that_have_to(writers: Writers) -> None:
    noted = writers.next(put("noted"), noted=True)
    writers.go()
    noted.result()

    assert kept(writers.database) == {"first", "noted"}
    assert writers.milestones() == ["COMMIT"]


def test_what_lasts_never_shares_the_commit_of_a_note(
    database: Database, statements: list[str]
) -> None:
    with ThreadPoolExecutor(GROUP_MAX) as pool:
        writers = Writers(database, pool, statements, first_is_noted=True)
        others = [writers.next(put("noted"), noted=True), writers.next(put("lasting"))]
        writers.go()
        for writer in (writers.first, *others):
            writer.result()

    assert kept(database) == {"first", "noted", "lasting"}
    assert writers.milestones() == [
        "PRAGMA synchronous = NORMAL",
        "COMMIT",
        "PRAGMA synchronous = FULL",
        "COMMIT",
    ]


def test_they_go_in_the_order_in_which_they_came(writers: Writers) -> None:
    came: list[int] = []
    others = [writers.next(lambda _, n=n: came.append(n)) for n in range(8)]  # type: ignore[misc]
    writers.go()
    for writer in others:
        writer.result()

    assert came == list(range(8))


def test_a_group_has_an_end_however_many_wait(writers: Writers) -> None:
    others = [writers.next(put(f"other {n}")) for n in range(GROUP_MAX)]
    writers.go()
    for writer in others:
        writer.result()

    assert writers.commits() == 2


def test_a_failure_takes_back_its_own_work_alone(writers: Writers) -> None:
    def fail(db: Writer) -> None:
        facts.put_if_absent(db, "failed", "1")
        raise ZeroDivisionError

    failing = writers.next(fail)
    after = writers.next(put("after"))
    writers.go()

    with pytest.raises(ZeroDivisionError):
        failing.result()
    after.result()
    assert kept(writers.database) == {"first", "after"}
    assert writers.commits() == 1


def test_the_failure_of_the_first_one_takes_back_its_own_work_alone(writers: Writers) -> None:
    writers.first_fails = True
    after = writers.next(put("after"))
    writers.go()

    with pytest.raises(ZeroDivisionError):
        writers.first.result()
    after.result()
    assert kept(writers.database) == {"after"}


def test_nobody_is_told_anything_before_it_lasts(writers: Writers) -> None:
    """Neither of a change nor of a refusal, which may rest on a change of another one."""
    go_on, reached = threading.Event(), threading.Event()

    def refuse(_: Writer) -> None:
        raise ZeroDivisionError

    def hesitate(_: Writer) -> None:
        reached.set()
        go_on.wait()

    refused = writers.next(refuse)
    last = writers.next(hesitate)
    writers.go()
    reached.wait()

    assert not writers.first.done()
    assert not refused.done()
    assert kept(writers.database) == set()
    go_on.set()
    last.result()
    writers.first.result()
    assert kept(writers.database) == {"first"}


def test_what_did_not_last_is_told_to_all_of_the_group(writers: Writers) -> None:
    def break_the_commit(db: Writer) -> None:
        db.run("PRAGMA defer_foreign_keys = ON")
        db.run("INSERT INTO organization_limits (organization_id) VALUES ('nobody')")

    refused = writers.next(lambda _: 1 / 0)
    broken = writers.next(break_the_commit)
    writers.go()

    for writer in (writers.first, refused):
        with pytest.raises(Unavailable):
            writer.result()
    with pytest.raises(sqlite3.IntegrityError):
        broken.result()
    assert kept(writers.database) == set()
    works_again(writers.database)


def test_what_the_engine_gave_up_is_told_to_all_of_the_group(writers: Writers) -> None:
    twice = "INSERT OR ROLLBACK INTO facts (name, value) VALUES ('first', '2')"
    giving_up = writers.next(lambda db: db.run(twice))
    behind = writers.next(put("behind"))
    writers.go()

    with pytest.raises(Unavailable):
        writers.first.result()
    with pytest.raises(Exception, match="facts_name_key"):
        giving_up.result()
    behind.result()
    assert kept(writers.database) == {"behind"}


def test_who_is_interrupted_while_waiting_holds_up_nobody(writers: Writers) -> None:
    """A signal reaches the main thread; here it comes while others wait before and behind it."""
    before = writers.next(put("before"))

    def interrupt() -> None:
        writers.wait_for(2)
        behind.append(writers.next(put("behind")))
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)

    behind: list[Future[None]] = []
    kept_handler = signal.signal(signal.SIGUSR1, _stop)
    try:
        interrupting = writers.pool.submit(interrupt)
        with pytest.raises(KeyboardInterrupt), writers.database.writing() as db:
            facts.put_if_absent(db, "interrupted", "1")
        interrupting.result()
    finally:
        signal.signal(signal.SIGUSR1, kept_handler)
    writers.go()

    for writer in (writers.first, before, *behind):
        writer.result()
    assert kept(writers.database) == {"first", "before", "behind"}
    works_again(writers.database)


def _stop(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def test_a_locked_file_is_told_to_one_and_not_to_those_behind(database: Database) -> None:
    database._engine._writer.raw.execute("PRAGMA busy_timeout = 0")  # type: ignore[attr-defined]  # noqa: SLF001
    path = database._engine._path  # type: ignore[attr-defined]  # noqa: SLF001
    somebody = sqlite3.connect(path, isolation_level=None)
    somebody.execute("BEGIN IMMEDIATE")

    with pytest.raises(Unavailable), database.writing():
        pass
    somebody.execute("COMMIT")
    somebody.close()

    works_again(database)


def works_again(database: Database) -> None:
    with database.writing() as db:
        facts.put_if_absent(db, "again", "1")
    assert "again" in kept(database)
