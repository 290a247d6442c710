"""The command `dialplane`: its sub-commands, each loaded only when it is the one asked for."""

from importlib import import_module
from importlib.metadata import version as version_of
from typing import Annotated, Any, Final

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

# Measured: all of them take more than half a second to import, `org` a fifth of that.
OPERATOR: Final = {
    "demo": "Serve sample data, and print a key and a curl to paste.",
    "serve": "Serve the API.",
    "doctor": "Look for what keeps this installation from working.",
    "backup": "Write everything into one file, while the server goes on.",
    "restore": "Bring a backup back.",
    "migrate": "Bring the database to what this program needs.",
    "org": "Organizations: the tenants.",
    "key": "API keys of all organizations.",
    "supplier": "Suppliers, which numbers are bought from.",
    "purchases": "Purchases from suppliers, and where they stand.",
    "rights": "What an organization may do with calls.",
    "carrier": "Carriers, which bring the calls of bought numbers.",
    "trunk": "SIP peers behind numbers, examined step by step.",
    "edge": "The SIP edge: Kamailio, rendered, checked and run.",
    "greeter": "A runtime that answers, says a sentence and hangs up.",
    "dialer": "The process that places calls.",
    "import": "What another v3 server holds, copied into an organization here.",
    "conformance": "The v3 contract held against any server.",
    "audit": "The journal of what has happened, and whether it is whole.",
    "secrets": "The key ring that seals passwords.",
    "settings": "Everything that can be set, and what it is set to.",
}
"""They stand beside the database and need no key."""

USER: Final = {
    "login": "Keep the address of an API and a key to it.",
    "logout": "Forget a key again.",
    "whoami": "Which API is asked, and as whom.",
    "status": "How the server is doing.",
    "numbers": "Numbers you hold: buy, map, try, give up, watch.",
    "lines": "Lines you can buy; for the operator, the stock of them.",
    "agents": "Agents, their versions, and which one is in production.",
    "calls": "Calls: list, count, place, hang up, and why one went where it went.",
    "route": "Who would answer a call, and why.",
    "runtimes": "The SIP endpoints that answer for agents.",
    "events": "What has happened, as a list and as it happens.",
    "webhooks": "Who is told of events, and how that went.",
    "ledger": "What numbers cost.",
    "jobs": "Imports of many numbers.",
    "keys": "Your organization's API keys.",
    "clock": "The clock of the sandbox.",
    "mcp": "Let an assistant look after your numbers.",
}
"""They ask the API, as whoever has logged in."""

COMMANDS: Final = USER | OPERATOR
"""Each is the Typer application `app` of the module of that name in this package."""

_PANELS: Final = {"Over the API, with a key": USER, "On the server, without one": OPERATOR}
MODULES: Final = {"import": "imports"}
"""Those whose name is a word of Python."""


class Commands(TyperGroup):
    """Knows its commands by name, and each of them by heart only when it is called."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = {
            name: TyperCommand(name, help=text, rich_help_panel=panel)
            for panel, commands in _PANELS.items()
            for name, text in commands.items()
        }

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, list[str]]:
        name, _, rest = super().resolve_command(ctx, args)
        return name, loaded(str(name)), rest


def loaded(name: str) -> Any:
    """The whole command of that name."""
    return get_command(import_module(f"dialplane.cli.{MODULES.get(name, name)}").app)


# Typer would print the local variables of every frame, tokens and passwords among them.
app = typer.Typer(cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False)


def _tell_version(*, wanted: bool) -> None:
    if wanted:
        print(f"dialplane {version_of('dialplane')}")
        raise typer.Exit


@app.callback()
def dialplane(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version.",
            is_eager=True,
            callback=lambda value: _tell_version(wanted=value),
        ),
    ] = False,
) -> None:
    """The open control plane for the telephone numbers of voice-AI agents.

    Settings come from DIALPLANE_* variables; see `dialplane settings`.
    """
    del version
