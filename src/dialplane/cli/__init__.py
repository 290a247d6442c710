"""`dialplane`, the operator's command line: it stands beside the API and needs no key."""

import gc
import sys
from importlib import import_module


def main() -> None:
    # API processes import this package too, on their way in; they have no use for the commands.
    if sys.argv[1:2] == ["serve"] and _served(sys.argv[2:]):
        return
    import_module("dialplane.cli.program").app()


def _served(words: list[str]) -> bool:
    """Serve, if that is all there is to it: what explains options is a third of a start."""
    gc.disable()
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
