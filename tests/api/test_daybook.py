"""Lines of the log and figures are written beside the requests: in order, all, and in time."""

import itertools
import threading
from collections.abc import Sequence

from builders import NOW
from dialplane.api.daybook import NOTES_MAX, Daybook, Note


def a_note(request_id: str) -> Note:
    return Note(NOW, "GET", "/healthz", 200, 0.001, request_id, None, None)


class Written:
    """What came out, and a gate that keeps it from coming."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        self.some = threading.Event()

    def __call__(self, notes: Sequence[Note]) -> None:
        assert self.gate.wait(60)
        self.ids.extend(note.request_id for note in notes)
        self.some.set()


def test_what_is_entered_is_written_down_by_itself() -> None:
    written = Written()

    Daybook(written).enter(a_note("1"))

    assert written.some.wait(60)
    assert written.ids == ["1"]


def test_everything_is_written_once_and_in_order() -> None:
    written = Written()
    daybook = Daybook(written)

    for count in range(1000):
        daybook.enter(a_note(str(count)))
    daybook.write_down()

    assert written.ids == [str(count) for count in range(1000)]


def test_while_the_log_stands_still_only_so_much_is_kept_in_memory() -> None:
    written = Written()
    written.gate.clear()
    daybook = Daybook(written)
    entered = itertools.count()

    def enter_too_many() -> None:
        for count in range(3 * NOTES_MAX):
            daybook.enter(a_note(str(count)))
            next(entered)

    requests = threading.Thread(target=enter_too_many)
    requests.start()
    requests.join(2)
    kept = next(entered)
    written.gate.set()
    requests.join(60)
    daybook.write_down()

    assert kept < 3 * NOTES_MAX
    assert len(written.ids) == 3 * NOTES_MAX
