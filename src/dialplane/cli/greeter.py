"""`dialplane greeter`: a runtime to try things with."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from ipaddress import AddressValueError, IPv4Address
from multiprocessing import get_context
from typing import Annotated, Any, Final

import typer

from dialplane.cli.commands import command, single
from dialplane.cli.faults import Refused
from dialplane.cli.known_settings import settings_in
from dialplane.cli.terminal import Report, show
from dialplane.domain.callers import Caller
from dialplane.domain.runtimes import Runtime
from dialplane.foundations import set_up_logging
from dialplane.operations import runtimes
from dialplane.operations.numbers import NumberPolicy
from dialplane.operations.runtimes import RuntimeChange, TargetOrder
from dialplane.store.database import Writer

ADDRESS: Final = "127.0.0.1"
PORT: Final = 5080
NAME: Final = "greeter"
START_S: Final = 10.0

app = single()


@command(app, "greeter")
def greeter(
    *,
    address: Annotated[
        str, typer.Option(help="An IPv4 address of this machine, as callers reach it.")
    ] = ADDRESS,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Over UDP.")] = PORT,
) -> None:
    """Answer every call, say what this is in Korean and English, and hang up.

    A softphone can call it directly, or a number whose agent it answers as a runtime.
    """
    _refuse_unless_concrete(address)
    set_up_logging(settings_in())
    library = _library()
    uri = uri_at(address, port)
    ready = Report(facts={"uri": uri}, told=[f"Call {uri} with a softphone. Ctrl-C stops it."])
    place = library.Place(address=address, port=port)
    try:
        library.run(place, ready=lambda: show(ready))
    except OSError as error:
        raise Refused(
            f"{address} port {port}: {error.strerror}.", "Choose with --address and --port."
        ) from error


def uri_at(address: str = ADDRESS, port: int = PORT) -> str:
    return f"sip:{address}:{port}"


@contextmanager
def beside(address: str = ADDRESS, port: int = PORT) -> Iterator[str | None]:
    """A greeter for as long as something else runs: its URI, or None when there can be none."""
    try:
        library = _library()
    except Refused:
        yield None
        return
    context = get_context("spawn")
    heard, said = context.Pipe(duplex=False)
    place = library.Place(address=address, port=port)
    process = context.Process(target=library.run_and_tell, args=(place, said), daemon=True)
    process.start()
    said.close()
    try:
        yield uri_at(address, port) if _is_ready(heard) else None
    finally:
        process.terminate()
        process.join(START_S)
        heard.close()


def register(db: Writer, caller: Caller, uri: str, *, policy: NumberPolicy) -> Runtime:
    """Let the greeter at this address answer whatever no other runtime answers."""
    order = TargetOrder(address=uri, priority=0, weight=100)
    asked = RuntimeChange(name=NAME, is_default=True, targets=(order,))
    return runtimes.create(db, caller, asked, policy=policy)


def _is_ready(heard: Any) -> bool:
    try:
        return bool(heard.poll(START_S) and heard.recv())
    except EOFError:
        return False


def _library() -> Any:
    """The module that speaks SIP; its library is an extra."""
    try:
        return import_module("dialplane.greeter.process")
    except ModuleNotFoundError as error:
        raise Refused(
            f"The greeter needs {error.name}.", "Install it: pip install 'dialplane[dialer]'"
        ) from error


def _refuse_unless_concrete(address: str) -> None:
    try:
        unspecified = IPv4Address(address).is_unspecified
    except AddressValueError as error:
        raise typer.BadParameter(f"{address} is no IPv4 address.") from error
    if unspecified:
        raise typer.BadParameter("callers send their voice there: name one address of this machine")
