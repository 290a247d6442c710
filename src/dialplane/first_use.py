"""Types that msgspec reads into, made ready by one thread at a time.

msgspec 0.22 looks a class up when it is first used, and leaves what it has found so far where other
threads take it for all there is: two first requests at once then end the whole process.
"""

import threading
from typing import Any, Final, TypeVar

import msgspec

K = TypeVar("K")

_mutex: Final = threading.Lock()
_ready: Final[set[Any]] = set()


def ready(kind: type[K]) -> type[K]:
    """The same type, for any thread to read into."""
    if kind not in _ready:
        with _mutex:
            msgspec.json.Decoder(kind)
            _ready.add(kind)
    return kind
