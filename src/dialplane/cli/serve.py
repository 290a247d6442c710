"""`dialplane serve`: how it is asked for, and what it tells."""

import os
from typing import Annotated

import typer
from rich.text import Text

from dialplane.cli import serving
from dialplane.cli.commands import command, single
from dialplane.cli.known_settings import place_of
from dialplane.cli.serving import HOST, LAST_PORT, PORT, WORKERS_MAX
from dialplane.cli.terminal import Report, show
from dialplane.server import Listener
from dialplane.settings import Settings

app = single()

HostOption = Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for all.")]
PortOption = Annotated[int, typer.Option(min=0, max=LAST_PORT, help="0 takes any free port.")]


@command(app, "serve")
def serve(
    *,
    host: HostOption = HOST,
    port: PortOption = PORT,
    workers: Annotated[int, typer.Option(min=1, max=WORKERS_MAX, help="API processes.")] = 1,
) -> None:
    """Serve the API until SIGTERM or Ctrl-C; requests in flight are finished first.

    SQLite is migrated at the start. On PostgreSQL run `dialplane migrate` before.
    """
    serving.serve(host=host, port=port, workers=workers)


def tell(settings: Settings, listener: Listener) -> None:
    """That it serves, and where."""
    facts = {
        "url": listener.url,
        "console": f"{listener.url}/console",
        "docs": f"{listener.url}/docs",
        "database": place_of(settings),
        "workers": listener.workers,
        "rate_limit": settings.rate_limit or None,
        "pid": os.getpid(),
    }
    told = [
        Text(f"Dialplane serves {listener.url}", "bold green"),
        Text(f"Console: {facts['console']}"),
    ]
    show(Report(facts=facts, told=told))
