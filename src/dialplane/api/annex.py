"""Another application below one address, made when it is first asked: a start does not wait for it.

`dialplane.main` makes the console so: of the processes that serve the API, few are ever visited.
"""

import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class Annex:
    def __init__(self, home: str, make: "Callable[[], WSGIApplication]") -> None:
        self._home = home
        self._make = make
        self._made: WSGIApplication | None = None
        self._making = threading.Lock()

    def is_asked(self, path: str) -> bool:
        return path.startswith(self._home) and path[len(self._home) :][:1] in {"", "/"}

    def __call__(self, env: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        with self._making:
            if self._made is None:
                self._made = self._make()
        return self._made(env, start_response)
