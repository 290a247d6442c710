"""What happens to numbers, as it happens."""

from collections.abc import Iterable, Iterator
from typing import Annotated

import typer

from dialplane.cli.asking import asked
from dialplane.cli.commands import command
from dialplane.cli.finding import find_number
from dialplane.cli.following import Follow, Last, feed, tell
from dialplane.cli.terminal import Report
from dialplane.client.models.events import Event

ABOUT_NUMBERS = ("number.", "trunk.")


def add_to(app: typer.Typer) -> None:
    command(app, "tail")(tail)


def tail(
    number: Annotated[str | None, typer.Argument(metavar="[NUMBER]", help="Only this one.")] = None,
    *,
    last: Last = 10,
    follow: Follow = True,
) -> Report | None:
    """Tell what happens to your numbers, as it happens; Ctrl-C ends it."""
    with asked() as client:
        of = None if number is None else find_number(client, number).id
        tell(_about_numbers(feed(client, last=last, follow=follow, resource_id=of)))
    return None


def _about_numbers(events: Iterable[Event]) -> Iterator[Event]:
    return (event for event in events if event.type.startswith(ABOUT_NUMBERS))
