"""A feed of events on a terminal: a line each, as they come."""

import json
import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Annotated, Any, Final

import typer
from rich.text import Text

from dialplane.cli.showing import facts_of, worded
from dialplane.cli.terminal import console_on, instant, json_wanted
from dialplane.client import Dialplane
from dialplane.client.models.events import Event

EVERY_S: Final = 1.0

Last = Annotated[int, typer.Option(min=0, max=100, help="Begin with so many of those before.")]
Follow = Annotated[
    bool, typer.Option("--follow/--no-follow", help="Go on, or end with what there is.")
]


def feed(
    client: Dialplane, *, last: int, follow: bool, resource_id: str | None = None
) -> Iterator[Event]:
    """The last so many, oldest first, and then those to come."""
    only: Any = {} if resource_id is None else {"resource_id": resource_id}
    newest = client.events.list(sort_order="desc", limit=max(last, 1), **only).first().items
    past = [*reversed(newest)][-last:] if last else []
    if not follow:
        return iter(past)
    after = newest[0].position if newest else 0
    return chain(past, client.events.follow(every_s=EVERY_S, after=after, **only))


def tell(events: Iterable[Event]) -> None:
    """One line each; for programs one JSON document a line."""
    console = console_on(sys.stdout)
    for event in events:
        if json_wanted():
            print(json.dumps(facts_of(event), ensure_ascii=False), flush=True)
        else:
            console.print(_line(event))
            console.file.flush()


def _line(event: Event) -> Text:
    number = str((event.data or {}).get("number") or event.resource.id)
    changes = ", ".join(
        f"{field} {worded(field, change.before)} → {worded(field, change.after)}"
        for field, change in event.changes.items()
        if not field.endswith("updated_at")
    )
    return Text.assemble(
        (instant(event.occurred_at), "dim"),
        "  ",
        (event.type, "bold"),
        f"  {number}",
        (f"  {changes}" if changes else ""),
    )
