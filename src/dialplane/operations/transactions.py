"""Doing things in one transaction, again when the engine gave it up in favour of another."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final, TypeVar

from dialplane.domain.errors import Unavailable
from dialplane.store.database import Contended, Writer

ATTEMPTS: Final = 5

D = TypeVar("D", bound=Writer)
T = TypeVar("T")


def in_transaction(opened: Callable[[], AbstractContextManager[D]], work: Callable[[D], T]) -> T:
    """Do `work` in one transaction of this kind; it must do nothing but read, decide and write.

    Raises:
        Unavailable: it was given up every time.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with opened() as db:
                return work(db)
        except Contended as contended:
            if attempt == ATTEMPTS:
                raise Unavailable from contended
    raise AssertionError("unreachable: the last attempt returns or raises")
