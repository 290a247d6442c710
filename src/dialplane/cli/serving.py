"""What `dialplane serve` does. What only commands that explain themselves need is not loaded."""

import ctypes
import errno
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextvars import copy_context
from functools import partial
from importlib import import_module
from typing import Any, Final

from dialplane.cli.faults import Refused
from dialplane.cli.known_settings import PREFIX, settings_in
from dialplane.cli.opening import opened
from dialplane.foundations import secret_box_of
from dialplane.operations.installation import prove_key_ring
from dialplane.server import SUCCESSION_S, Listener, free_port
from dialplane.server import serve as run
from dialplane.settings import Settings
from dialplane.store.migrate import waiting

HOST: Final = "127.0.0.1"
PORT: Final = 8080
LAST_PORT: Final = 65535
WORKERS_MAX: Final = 64
REACHABLE_RATE_LIMIT: Final = "50/s"
"""Applies when other machines reach us and nobody has said anything about limits."""

_NUMBERS: Final[Mapping[str, range]] = {
    "port": range(LAST_PORT + 1),
    "workers": range(1, WORKERS_MAX + 1),
}


def plainly_asked(words: Sequence[str]) -> Callable[[], None] | None:
    """`serve` with its options as most people write them; None for what is to be explained."""
    if len(words) % 2:
        return None
    given: dict[str, Any] = {}
    for option, value in zip(words[::2], words[1::2], strict=True):
        name = option.removeprefix("--")
        if option == "--host" and not value.startswith("-"):
            given[name] = value
        elif name in _NUMBERS and option != name and value.isascii() and value.isdigit():
            given[name] = int(value)
        else:
            return None
    fits = all(given.get(name, possible[0]) in possible for name, possible in _NUMBERS.items())
    return partial(serve, **given) if fits else None


def serve(*, host: str = HOST, port: int = PORT, workers: int = 1) -> None:
    """Serve until told to stop.

    Raises:
        Refused: it cannot, and what to do about it.
    """
    listener = Listener(host=host, port=port_on(host, port), workers=workers)
    unless_set = {} if listener.local else {"DIALPLANE_RATE_LIMIT": REACHABLE_RATE_LIMIT}
    settings = settings_in(unless_set | os.environ)
    prepare(settings, listener)
    run(settings, listener, ready=partial(copy_context().run, _tell, settings, listener))


def _tell(settings: Settings, listener: Listener) -> None:
    import_module("dialplane.cli.serve").tell(settings, listener)


def _remark(text: str) -> None:
    import_module("dialplane.cli.terminal").remark(text)


def port_on(host: str, port: int) -> int:
    """A port to listen on.

    Raises:
        Refused: it is taken, or this machine does not let us have it.
    """
    try:
        return free_port(host, port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise _cannot_listen(host, port, error) from error
    _remark(f"Port {port} is taken; waiting a moment in case its holder is going.")
    try:
        return free_port(host, port, patience_s=SUCCESSION_S)
    except OSError as error:
        raise _cannot_listen(host, port, error) from error


def _cannot_listen(host: str, port: int, error: OSError) -> Refused:
    remedies = {
        errno.EADDRINUSE: "Stop what listens there, or choose another with --port.",
        errno.EACCES: "Ports below 1024 need privileges: choose another with --port.",
        errno.EADDRNOTAVAIL: "Choose an address of this machine with --host.",
    }
    return Refused(
        f"Cannot listen on {host} port {port}: {error.strerror}.",
        remedies.get(error.errno or 0, "Check --host and --port."),
        "CANNOT_LISTEN",
    )


def prepare(settings: Settings, listener: Listener) -> None:
    """What has to be true before the API processes start.

    Raises:
        Refused: the database or the secret key are not what they should be.
    """
    with opened(settings) as database:
        prove_key_ring(database, secret_box_of(settings))
        with database.reading() as db:
            if later := waiting(db):
                _remark(
                    f"{len(later)} migrations wait: `dialplane migrate --post`, see the manual."
                )
    # The API processes get their settings handed over.
    _forget_variables()
    if listener.workers > 1:
        folder = settings.data_dir.absolute() / "metrics"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def _forget_variables() -> None:
    """Take ours out of the environment, and out of what the system shows of it.

    What is not there cannot leak from there, and Granian copies all of it into every request.
    """
    place_of = ctypes.CDLL(None).getenv
    place_of.restype = ctypes.c_void_p
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        place = place_of(os.fsencode(name))
        if place is not None:
            ctypes.memset(place, ord("*"), len(os.fsencode(os.environ[name])))
        del os.environ[name]
