"""`dialplane serve`: the server, with what has to be true before it starts."""

import errno
import os
import shutil
from typing import Annotated, Final

import typer
from rich.text import Text

from dialplane.cli.commands import command, single
from dialplane.cli.faults import Refused
from dialplane.cli.known_settings import PREFIX, place_of, settings_in
from dialplane.cli.opening import opened
from dialplane.cli.terminal import Report, remark, shown_later
from dialplane.main import secret_box_of
from dialplane.operations.installation import prove_key_ring
from dialplane.server import SUCCESSION_S, Listener, free_port
from dialplane.server import serve as run
from dialplane.settings import Settings

HOST: Final = "127.0.0.1"
PORT: Final = 8080
REACHABLE_RATE_LIMIT: Final = "50/s"
"""Applies when other machines reach us and nobody has said anything about limits."""

app = single()

HostOption = Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for all.")]
PortOption = Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free port.")]


@command(app, "serve")
def serve(
    *,
    host: HostOption = HOST,
    port: PortOption = PORT,
    workers: Annotated[int, typer.Option(min=1, max=64, help="API processes.")] = 1,
) -> None:
    """Serve the API until SIGTERM or Ctrl-C; requests in flight are finished first.

    SQLite is migrated at the start. On PostgreSQL run `dialplane migrate` before.
    """
    listener = Listener(host=host, port=port_on(host, port), workers=workers)
    unless_set = {} if listener.local else {"DIALPLANE_RATE_LIMIT": REACHABLE_RATE_LIMIT}
    settings = settings_in(unless_set | os.environ)
    prepare(settings, listener)
    run(settings, listener, ready=shown_later(_started(settings, listener)))


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
    remark(f"Port {port} is taken; waiting a moment in case its holder is going.")
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
    # The API processes get their settings handed over. What is not in the environment cannot
    # leak from there, and Granian copies all of it into every request.
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[name]
    if listener.workers > 1:
        folder = settings.data_dir.absolute() / "metrics"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def _started(settings: Settings, listener: Listener) -> Report:
    facts = {
        "url": listener.url,
        "docs": f"{listener.url}/docs",
        "database": place_of(settings),
        "workers": listener.workers,
        "rate_limit": settings.rate_limit or None,
        "pid": os.getpid(),
    }
    return Report(facts=facts, told=[Text(f"Dialplane serves {listener.url}", "bold green")])
