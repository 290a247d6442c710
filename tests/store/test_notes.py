"""What is noted is written soon, in order and together, and tried again where it was not taken."""

import threading
from collections.abc import Iterator
from typing import Final, LiteralString

import pytest

from builders import NOW
from dialplane.domain.errors import Unavailable
from dialplane.store import facts
from dialplane.store.database import Database
from dialplane.store.notes import WAITING_MAX, Note, Notes
from parts.program import wait_until

SQL: Final[LiteralString] = "INSERT INTO facts (name, value) VALUES (:name, :value)"


def a_note(count: int) -> Note:
    return Note(SQL, {"name": f"note {count}", "value": str(NOW)})


class Taker:
    """Takes notes when it may, as a database does; it is busy with the first until told."""

    def __init__(self) -> None:
        self.taken: list[list[Note]] = []
        self.gone = threading.Event()
        self.refused = threading.Event()
        self.wrong: Note | None = None
        self._begun = threading.Event()
        self._may_end = threading.Event()
        self.notes = Notes(self._write)

    def _write(self, notes: list[Note]) -> None:
        if self.gone.is_set():
            self.refused.set()
            raise Unavailable
        if self.wrong in notes:
            raise ValueError
        self.taken.append(notes)
        self._begun.set()
        self._may_end.wait()

    def be_busy(self) -> None:
        self.notes.put(a_note(0))
        self._begun.wait()

    def go_on(self) -> None:
        self._may_end.set()


@pytest.fixture
def taker() -> Iterator[Taker]:
    taker = Taker()
    yield taker
    taker.gone.clear()
    taker.go_on()
    taker.notes.close()


def test_the_first_note_after_a_rest_is_written_by_itself(database: Database) -> None:
    database.note(*a_note(1))

    wait_until(lambda: value_of(database, "note 1") == str(NOW))


def value_of(database: Database, name: str) -> str | None:
    with database.reading() as db:
        return facts.find(db, name)


def test_who_catches_up_finds_everything_noted_before(database: Database) -> None:
    for count in range(20):
        database.note(*a_note(count))

    database.catch_up()

    assert {value_of(database, f"note {count}") for count in range(20)} == {str(NOW)}


def test_notes_that_come_meanwhile_are_written_together(taker: Taker) -> None:
    taker.be_busy()
    for count in range(1, 6):
        taker.notes.put(a_note(count))
    taker.go_on()

    assert taker.notes.catch_up()

    assert taker.taken == [[a_note(0)], [a_note(count) for count in range(1, 6)]]


def test_a_database_that_is_gone_gets_them_when_it_is_back(taker: Taker) -> None:
    taker.go_on()
    taker.gone.set()
    taker.notes.put(a_note(1))
    assert not taker.notes.catch_up()
    taker.notes.put(a_note(2))
    taker.gone.clear()

    assert taker.notes.catch_up()

    assert [note for notes in taker.taken for note in notes] == [a_note(1), a_note(2)]


def test_they_are_tried_again_without_anybody_asking(taker: Taker) -> None:
    taker.go_on()
    taker.gone.set()
    taker.notes.put(a_note(1))
    taker.refused.wait()
    taker.gone.clear()

    wait_until(lambda: taker.taken == [[a_note(1)]])


def test_no_more_wait_than_there_is_room_for(taker: Taker) -> None:
    taker.go_on()
    taker.gone.set()
    for count in range(WAITING_MAX):
        taker.notes.put(a_note(count))

    with pytest.raises(Unavailable):
        taker.notes.put(a_note(WAITING_MAX))

    taker.gone.clear()
    taker.notes.put(a_note(WAITING_MAX))


def test_a_wrong_one_keeps_no_other_from_being_written(taker: Taker) -> None:
    taker.be_busy()
    taker.wrong = a_note(2)
    for count in (1, 2, 3):
        taker.notes.put(a_note(count))
    taker.go_on()

    assert taker.notes.catch_up()

    assert taker.taken == [[a_note(0)], [a_note(1)], [a_note(3)]]


def test_closing_writes_what_is_left(taker: Taker) -> None:
    taker.be_busy()
    taker.notes.put(a_note(1))
    taker.go_on()

    taker.notes.close()

    assert taker.taken[-1] == [a_note(1)]
