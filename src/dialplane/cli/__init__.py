"""`dialplane`, the operator's command line: it stands beside the API and needs no key."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Final, cast

_COMPANIONS: Final = ("anyio", "dotenv", "rloop", "uvloop", "watchfiles")
"""What Granian loads where it happens to be there; serving has no use for it, only --reload has."""


def main() -> None:
    # API processes import this package too, on their way in; they have no use for the commands.
    if sys.argv[1:2] == ["serve"] and "--reload" not in sys.argv and _served(sys.argv[2:]):
        return
    import_module("dialplane.cli.program").app()


def _served(words: list[str]) -> bool:
    """Serve, if that is all there is to it: what explains options is a third of a start."""
    gc.disable()
    with _without(*_COMPANIONS):
        serve = import_module("dialplane.cli.serving").plainly_asked(words)
    if serve is None:
        gc.enable()
        return False
    try:
        serve()
    except BaseException as error:
        if isinstance(error, SystemExit):
            raise
        sys.exit(import_module("dialplane.cli.commands").status_told(error))
    return True


@contextmanager
def _without(*names: str) -> Iterator[None]:
    """As if these were not installed, for those who can do without."""
    modules = cast("dict[str, object]", sys.modules)
    hidden = [name for name in names if modules.setdefault(name, None) is None]
    yield
    for name in hidden:
        del modules[name]
