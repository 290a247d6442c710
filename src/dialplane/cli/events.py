"""`dialplane events`: what has happened, over the API."""

from typing import Annotated, Any

import typer

from dialplane.cli.asking import Limit, asked, gathered
from dialplane.cli.commands import command, group
from dialplane.cli.following import Follow, Last, feed, tell
from dialplane.cli.showing import listed
from dialplane.cli.terminal import Report, instant
from dialplane.client.models.events import Event

app = group("What has happened: a feed and a trail.")

Resource = Annotated[
    str | None, typer.Option("--of", metavar="ID", help="Only of this number, agent or the like.")
]
COLUMNS = ("#POSITION", "WHEN", "TYPE", "RESOURCE", "BY", "REQUEST")


@command(app, "list")
def list_(
    *,
    kind: Annotated[str | None, typer.Option("--type", help="Only this type.")] = None,
    of: Resource = None,
    after: Annotated[int, typer.Option(min=0, help="Only those beyond this position.")] = 0,
    limit: Limit = 50,
) -> Report:
    """List events, newest first."""
    only: Any = {"type": kind, "resource_id": of}
    given = {name: value for name, value in only.items() if value is not None}
    with asked() as client:
        pages = client.events.list(after=after, sort_order="desc", limit=min(limit, 100), **given)
        found = gathered(pages, limit)
    return listed(found, COLUMNS, _row, none="Nothing has happened yet.")


@command(app, "tail")
def tail(*, of: Resource = None, last: Last = 10, follow: Follow = True) -> Report | None:
    """Tell events as they happen; Ctrl-C ends it."""
    with asked() as client:
        tell(feed(client, last=last, follow=follow, resource_id=of))
    return None


def _row(each: Event) -> tuple[object, ...]:
    by = each.actor.type if each.actor else None
    resource = f"{each.resource.type} {each.resource.id}"
    return each.position, instant(each.occurred_at), each.type, resource, by, each.request_id
