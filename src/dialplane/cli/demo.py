"""`dialplane demo`: sample data and a running server, to try things out."""

import os
import secrets
import shlex
from collections.abc import Callable
from contextlib import closing
from contextvars import copy_context
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.text import Text

from dialplane.cli import demo_calls, sample_home
from dialplane.cli.commands import command, single
from dialplane.cli.demo_cast import Cast
from dialplane.cli.faults import Refused
from dialplane.cli.known_settings import settings_in
from dialplane.cli.sample_home import Sample
from dialplane.cli.serve import HostOption
from dialplane.cli.serving import HOST, PORT, REACHABLE_RATE_LIMIT, port_on, prepare
from dialplane.cli.terminal import Report, facts_table, remark, show
from dialplane.server import Listener, free_port
from dialplane.server import serve as run
from dialplane.settings import Settings

PORTS_TRIED: Final = 20

app = single()


@command(app, "demo")
def demo(
    *,
    host: HostOption = HOST,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, show_default=str(PORT), help="Or the next that is free."),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin with new sample data.")] = False,
    reload: Annotated[
        bool, typer.Option("--reload", help="Start the API anew whenever its code changes.")
    ] = False,
    calls: Annotated[
        bool, typer.Option("--calls/--no-calls", help="Place a real call in and one out.")
    ] = True,
) -> None:
    """Serve sample data, and print a key and a curl to paste.

    With Kamailio and SIPp on this machine it then places two calls and tells how they were routed.
    The data is kept in dialplane-data/demo, apart from everything else.
    """
    if reload and find_spec("watchfiles") is None:
        raise Refused("--reload needs watchfiles.", "Install it: pip install watchfiles")
    settings = _settings(host, reload=reload)
    with sample_home.locked(settings.data_dir):
        if fresh:
            sample_home.clear(settings.data_dir)
        listener = Listener(host=host, port=_port(host, port), reload=reload)
        prepare(settings, listener)
        sample = sample_home.opened_sample(settings)
        with closing(Cast(demo_calls.directory_in(settings.data_dir))) as cast:
            tell = partial(_tell, _welcome(settings, listener, sample), cast if calls else None)
            stage = partial(demo_calls.Stage, cast, url=listener.url, key=sample.tokens.live)
            run(settings, listener, ready=_in_this_context(partial(tell, stage, settings)))


def _tell(
    welcome: Report, cast: Cast | None, stage: Callable[..., demo_calls.Stage], settings: Settings
) -> None:
    """First what is ready; the calls take some seconds more."""
    show(welcome)
    if cast is not None:
        stage(edge_token=settings.edge_token).play()


def _in_this_context(act: Callable[[], None]) -> Callable[[], None]:
    """A thread by itself would know nothing of --json."""
    return partial(copy_context().run, act)


def _settings(host: str, *, reload: bool) -> Settings:
    """Those of the environment, except for what would lead to data that is not the demo's."""
    local = Listener(host=host, port=0).local
    unless_set = {"DIALPLANE_LOG_FORMAT": "console"}
    # Every request is news to whoever changes the code, and in the way of what others came to see.
    unless_set |= {} if reload else {"DIALPLANE_LOG_LEVEL": "warning"}
    unless_set |= {} if local else {"DIALPLANE_RATE_LIMIT": REACHABLE_RATE_LIMIT}
    home = Path(os.environ.get("DIALPLANE_DATA_DIR") or "dialplane-data") / "demo"
    always = {
        "DIALPLANE_DATABASE_URL": "",
        "DIALPLANE_DATA_DIR": str(home),
        "DIALPLANE_SECRET_KEY": "",
        "DIALPLANE_EDGE_TOKEN": secrets.token_hex(16),
        "DIALPLANE_ALLOW_PRIVATE_SIP": "1",
        "DIALPLANE_ALLOW_PRIVATE_WEBHOOKS": "1",
    }
    return settings_in(unless_set | os.environ | always)


def _port(host: str, wanted: int | None) -> int:
    if wanted is not None:
        return port_on(host, wanted)
    for port in range(PORT, PORT + PORTS_TRIED):
        try:
            free_port(host, port)
        except OSError:
            continue
        if port != PORT:
            remark(Text(f"Port {PORT} is taken; the demo uses {port}.", "yellow"))
        return port
    raise Refused(f"Ports {PORT} to {PORT + PORTS_TRIED - 1} are taken.", "Choose with --port.")


def _welcome(settings: Settings, listener: Listener, sample: Sample) -> Report:
    number_id = sample.organization_telephone_number_id
    resource = f"{listener.url}/v3/organization-telephone-numbers/{number_id}"
    curl = shlex.join(["curl", "-s", "-H", f"Authorization: Bearer {sample.tokens.live}", resource])
    told = {
        "key": sample.tokens.live,
        "test key": sample.tokens.test,
        "console": f"{listener.url}/console",
        "docs": f"{listener.url}/docs",
        "data": settings.data_dir,
    }
    facts = {
        "url": listener.url,
        "console": f"{listener.url}/console",
        "docs": f"{listener.url}/docs",
        "key": sample.tokens.live,
        "test_key": sample.tokens.test,
        "organization_id": sample.organization_id,
        "organization_telephone_number_id": number_id,
        "curl": curl,
        "data_dir": str(settings.data_dir),
    }
    return Report(
        facts=facts,
        told=[
            Text.assemble("\n", ("Dialplane", "bold green"), f" serves {listener.url}\n"),
            facts_table(told),
            Text("\nPaste this to read one of its numbers:\n", "bold"),
            Text(curl, "cyan"),
            Text("\nCtrl-C stops it. The data stays; --fresh begins anew.\n", "dim"),
        ],
    )
