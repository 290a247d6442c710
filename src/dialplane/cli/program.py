"""The command `dialplane`: its sub-commands, each loaded only when it is the one asked for."""

from importlib import import_module
from importlib.metadata import version as version_of
from typing import Annotated, Any, Final

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

# Measured: all of them take more than half a second to import, `org` a fifth of that.
COMMANDS: Final = {
    "demo": "Serve sample data, and print a key and a curl to paste.",
    "serve": "Serve the API.",
    "doctor": "Look for what keeps this installation from working.",
    "migrate": "Bring the database to what this program needs.",
    "org": "Organizations: the tenants.",
    "key": "API keys of organizations.",
    "lines": "The stock of lines that can be bought.",
    "rights": "What an organization may do with calls.",
    "carrier": "Carriers, which bring the calls of bought numbers.",
    "trunk": "SIP peers behind numbers, examined step by step.",
    "route": "Who would answer a call, and why.",
    "edge": "The SIP edge: Kamailio, rendered, checked and run.",
    "greeter": "A runtime that answers, says a sentence and hangs up.",
    "dialer": "The process that places calls.",
    "audit": "The journal of what has happened, and whether it is whole.",
    "settings": "Everything that can be set, and what it is set to.",
}
"""Each is the Typer application `app` of the module of that name in this package."""


class Commands(TyperGroup):
    """Knows its commands by name, and each of them by heart only when it is called."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = {name: TyperCommand(name, help=text) for name, text in COMMANDS.items()}

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, list[str]]:
        name, _, rest = super().resolve_command(ctx, args)
        return name, loaded(str(name)), rest


def loaded(name: str) -> Any:
    """The whole command of that name."""
    return get_command(import_module(f"dialplane.cli.{name}").app)


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
