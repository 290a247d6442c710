"""An application that is made when it is first asked."""

import threading
from typing import Any

from dialplane.api.annex import Annex


def answered(annex: Annex) -> list[bytes]:
    return list(annex({}, lambda *_: lambda _: None))


class Made:
    """Counts how often it is made, and waits a moment for somebody who would make it once more."""

    def __init__(self) -> None:
        self.count = 0
        self.twice = threading.Event()

    def __call__(self) -> Any:
        self.count += 1
        if self.count > 1:
            self.twice.set()
        self.twice.wait(0.1)
        return lambda _env, _start: [b"made"]


def test_it_is_made_once_whoever_comes_at_the_same_time() -> None:
    made = Made()
    annex = Annex("/console", made)
    before = made.count

    visitors = [threading.Thread(target=answered, args=(annex,)) for _ in range(2)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()

    assert (before, made.count) == (0, 1)
    assert answered(annex) == [b"made"]


def test_it_is_asked_for_its_own_addresses_only() -> None:
    annex = Annex("/console", Made())

    assert all(annex.is_asked(path) for path in ("/console", "/console/", "/console/numbers"))
    assert not any(annex.is_asked(path) for path in ("/", "/consoles", "/v3/console"))
