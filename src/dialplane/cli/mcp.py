"""`dialplane mcp`: let an assistant look after your numbers, over the Model Context Protocol."""

import os
import secrets
from importlib import import_module
from typing import Annotated

import typer
from rich.text import Text

from dialplane.cli.commands import command, single
from dialplane.cli.faults import Refused
from dialplane.cli.profiles import current
from dialplane.cli.terminal import Report, facts_table, shown_later
from dialplane.client import AsyncDialplane
from dialplane.settings import read_client_variables

PORT = 8090

app = single()


@command(app, "mcp")
def mcp(
    *,
    allow_changes: Annotated[
        bool, typer.Option("--allow-changes", help="Tools that change something, too.")
    ] = False,
    http: Annotated[
        bool, typer.Option("--http", help="Over HTTP, instead of stdin and stdout.")
    ] = False,
    host: Annotated[str, typer.Option(help="Where to listen, with --http.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The same; 0 is a free one.")] = PORT,
) -> None:
    """Serve MCP to an assistant: it reads, and changes only what you allow and agree to."""
    try:
        serving, building = (
            import_module("dialplane.mcp.serving"),
            import_module("dialplane.mcp.server"),
        )
    except ModuleNotFoundError as error:
        raise Refused(
            f"{error.name} is not installed.", "Install it: pip install 'dialplane[mcp]'"
        ) from error
    profile = current()
    client = AsyncDialplane(profile.key, profile.url, language="en")
    server = building.server_for(client, allow_changes=allow_changes)
    if not http:
        serving.over_stdio(server)
        return
    token = read_client_variables().mcp_token or secrets.token_urlsafe(32)
    serving.over_http(
        server, host=host, port=port, token=token, ready=lambda url: _tell(url, token)
    )


def _tell(url: str, token: str) -> None:
    """A token of the operator's own is not repeated."""
    told = "(DIALPLANE_MCP_TOKEN)" if os.environ.get("DIALPLANE_MCP_TOKEN") else token
    report = Report(
        facts={"url": url, "token": told},
        told=[Text(f"Serves MCP on {url}", "bold green"), facts_table({"token": told})],
    )
    shown_later(report)()
