"""What all commands have in common: --json, one way to tell results, one way to fail."""

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Final, ParamSpec

import typer
from rich.text import Text

from dialplane.cli.faults import Refused, explained
from dialplane.cli.terminal import Report, json_wanted, remark, show, speaking_json

P = ParamSpec("P")

INTERRUPTED: Final = 130
"""The status shells give a program that Ctrl-C ended."""

_JSON = inspect.Parameter(
    "json",
    inspect.Parameter.KEYWORD_ONLY,
    default=False,
    annotation=Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")],
)


def group(text: str) -> typer.Typer:
    """A command with sub-commands."""
    made = typer.Typer(help=text, no_args_is_help=True, add_completion=False)
    # Without a callback Typer would make the only sub-command of a group the group itself.
    made.callback()(lambda: None)
    return made


def single() -> typer.Typer:
    """A command without sub-commands."""
    return typer.Typer(add_completion=False)


def command(
    app: typer.Typer, name: str
) -> Callable[[Callable[P, Report | None]], Callable[P, Report | None]]:
    """Make a function a command of `app`: its report is shown, its docstring is its help."""

    def register(function: Callable[P, Report | None]) -> Callable[P, Report | None]:
        app.command(name)(_spoken(function))
        return function

    return register


def _spoken(function: Callable[P, Report | None]) -> Callable[..., None]:
    @functools.wraps(function)
    def spoken(*args: P.args, **kwargs: P.kwargs) -> None:
        wanted = bool(kwargs.pop("json"))
        with speaking_json(wanted=wanted):
            _run(functools.partial(function, *args, **kwargs))

    signature = inspect.signature(function)
    parameters = [*signature.parameters.values(), _JSON]
    spoken.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    spoken.__annotations__ = {**function.__annotations__, _JSON.name: _JSON.annotation}
    return spoken


def _run(function: Callable[[], Report | None]) -> None:
    try:
        report = function()
    except (typer.Exit, typer.Abort, typer.TyperException, BrokenPipeError):
        raise
    except (Exception, KeyboardInterrupt) as error:
        status = status_told(error)
        if isinstance(error, KeyboardInterrupt):
            raise
        raise typer.Exit(status) from error
    if report is not None:
        show(report)
        if report.failed:
            raise typer.Exit(1)


def status_told(error: BaseException) -> int:
    """Tell why it failed; answers the status to leave with. A mistake of ours is raised again."""
    if isinstance(error, KeyboardInterrupt):
        remark("Interrupted.")
        return INTERRUPTED
    refused = explained(error) if isinstance(error, Exception) else None
    if refused is None:
        raise error
    _tell(refused)
    return 1


def _tell(refused: Refused) -> None:
    remark(Text.assemble(("error: ", "bold red"), refused.message))
    if refused.remedy:
        remark(Text.assemble(("next:  ", "bold"), refused.remedy))
    if json_wanted():
        facts = {"code": refused.code, "message": refused.message, "remedy": refused.remedy}
        show(Report(facts={"error": facts}, told=()))
