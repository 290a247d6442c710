"""Rows that wait for each other are written together, each is told its own, and nobody is left."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from dialplane.store.gathering import ROWS_MAX, Gathered, Gathering


def a_row(id_: str, organization_id: str | None = None) -> Gathered:
    return {"id": id_, "organization_id": organization_id or id_}


class Writes:
    """What a gathering wrote, call by call; the first call takes its time."""

    def __init__(self, people: ThreadPoolExecutor) -> None:
        self._people = people
        self._come = threading.Semaphore(0)
        self._first_may_end = threading.Event()
        self._first_has_begun = threading.Event()
        self.calls: list[list[str]] = []
        self.refused: set[str] = set()
        self.failure: Exception | None = None
        self.gathering = Gathering(self._write)
        self.first = self.put(a_row("first"))
        self._first_has_begun.wait()

    def _write(self, rows: list[Gathered]) -> set[str]:
        ids = [str(row["id"]) for row in rows]
        self.calls.append(ids)
        if ids == ["first"]:
            self._first_has_begun.set()
            self._first_may_end.wait()
        elif self.failure is not None:
            raise self.failure
        return set(ids) - self.refused

    def put(self, row: Gathered) -> "Future[bool]":
        return self._people.submit(self.gathering.put, row)

    def put_one_after_the_other(self, *rows: Gathered) -> "list[Future[bool]]":
        told = []
        for row in rows:
            waiting = len(self.gathering)
            told.append(self.put(row))
            while len(self.gathering) == waiting:
                pass
        return told

    def end_first(self) -> None:
        self._first_may_end.set()
        assert self.first.result()


@pytest.fixture
def people() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(ROWS_MAX + 8) as pool:
        yield pool


@pytest.fixture
def writes(people: ThreadPoolExecutor) -> Iterator[Writes]:
    found = Writes(people)
    yield found
    found.end_first()


def test_who_comes_alone_is_written_at_once(people: ThreadPoolExecutor) -> None:
    alone = Writes(people)
    alone.end_first()

    assert alone.gathering.put(a_row("second"))
    assert alone.calls == [["first"], ["second"]]


def test_who_comes_meanwhile_is_written_together(writes: Writes) -> None:
    told = writes.put_one_after_the_other(*map(a_row, "abc"))
    writes.end_first()

    assert [each.result() for each in told] == [True, True, True]
    assert writes.calls == [["first"], ["a", "b", "c"]]


def test_each_hears_whether_its_own_was_written(writes: Writes) -> None:
    writes.refused = {"b"}
    told = writes.put_one_after_the_other(*map(a_row, "abc"))
    writes.end_first()

    assert [each.result() for each in told] == [True, False, True]


def test_an_organization_is_written_one_by_one_in_its_order(writes: Writes) -> None:
    rows = [a_row("a", "one"), a_row("b", "one"), a_row("c", "two"), a_row("d", "one")]
    told = writes.put_one_after_the_other(*rows)
    writes.end_first()

    assert all(each.result() for each in told)
    assert writes.calls == [["first"], ["a", "c"], ["b"], ["d"]]


def test_no_more_are_written_together_than_are_planned_for(writes: Writes) -> None:
    names = [f"row {count}" for count in range(ROWS_MAX + 3)]
    told = writes.put_one_after_the_other(*map(a_row, names))
    writes.end_first()

    assert all(each.result() for each in told)
    assert writes.calls == [["first"], names[:ROWS_MAX], names[ROWS_MAX:]]


def test_a_failure_is_heard_by_all_of_it_and_by_nobody_behind(writes: Writes) -> None:
    writes.failure = ZeroDivisionError()
    told = writes.put_one_after_the_other(*map(a_row, "ab"))
    writes.end_first()
    for each in told:
        with pytest.raises(ZeroDivisionError):
            each.result()

    writes.failure = None
    assert writes.gathering.put(a_row("behind"))
