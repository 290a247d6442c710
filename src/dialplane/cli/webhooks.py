"""`dialplane webhooks`: who is told of events, over the API."""

from typing import Annotated, Any

import typer
from rich.text import Text

from dialplane.cli.asking import DryRun, Limit, Yes, asked, confirmed, gathered, trying
from dialplane.cli.commands import command, group
from dialplane.cli.durations import span
from dialplane.cli.showing import done, listed, whole
from dialplane.cli.terminal import Report, instant, remark
from dialplane.client.models.events import Delivery, Webhook, WebhookWithSecret

app = group("Webhooks: who is told of events, and how that went.")

HookArgument = Annotated[str, typer.Argument(metavar="WEBHOOK", help="Its id.")]
Types = Annotated[
    list[str] | None, typer.Option("--type", help="Only these events; repeat it. All if left out.")
]


@command(app, "list")
def list_(*, limit: Limit = 50) -> Report:
    """List webhooks, newest first."""
    with asked() as client:
        found = gathered(client.webhooks.list(limit=min(limit, 100)), limit)
    columns = ("ADDRESS", "EVENTS", "ENABLED", "DESCRIPTION", "ID")
    return listed(found, columns, _row, none="No webhooks. Next: dialplane webhooks create URL")


def _row(each: Webhook) -> tuple[object, ...]:
    events = " ".join(each.event_types) or "all"
    return each.url, events, "yes" if each.enabled else "no", each.description, each.id


@command(app, "show")
def show(webhook: HookArgument) -> Report:
    """Tell everything about a webhook but its secret."""
    with asked() as client:
        return whole(client.webhooks.get(webhook))


@command(app, "create")
def create(
    url: Annotated[str, typer.Argument(help="Where events are sent; https.")],
    *,
    kind: Types = None,
    description: Annotated[str | None, typer.Option(help="What it is for.")] = None,
    dry_run: DryRun = False,
) -> Report:
    """Be told of events; prints the secret they are signed with, this once."""
    fields: Any = {"event_types": kind or [], "description": description}
    with asked() as client:
        return done(trying(client, dry_run=dry_run).webhooks.create(url, **fields), _with_secret)


@command(app, "update")
def update(
    webhook: HookArgument,
    *,
    url: Annotated[str | None, typer.Option(help="Send events here instead.")] = None,
    kind: Types = None,
    enabled: Annotated[
        bool | None, typer.Option("--enable/--disable", help="Send events, or rest.")
    ] = None,
    dry_run: DryRun = False,
) -> Report:
    """Change a webhook."""
    given: Any = {"url": url, "event_types": kind, "enabled": enabled}
    fields = {name: value for name, value in given.items() if value is not None}
    if not fields:
        raise typer.BadParameter("say what: --url, --type, --enable or --disable.")
    with asked() as client:
        return done(trying(client, dry_run=dry_run).webhooks.update(webhook, **fields))


@command(app, "delete")
def delete(webhook: HookArgument, *, yes: Yes = False, dry_run: DryRun = False) -> Report:
    """Delete a webhook and the log of its deliveries."""
    with asked() as client:
        if not dry_run:
            confirmed(["What is still on its way is not sent."], f"Delete {webhook}?", yes=yes)
        return done(trying(client, dry_run=dry_run).webhooks.delete(webhook))


@command(app, "rotate-secret")
def rotate_secret(
    webhook: HookArgument,
    *,
    overlap: Annotated[
        int | None,
        typer.Option(parser=span, metavar="24h", help="How long the old one signs along; 24h."),
    ] = None,
    dry_run: DryRun = False,
) -> Report:
    """Make a new secret and print it, this once."""
    fields: Any = {} if overlap is None else {"overlap_ms": overlap}
    with asked() as client:
        operations = trying(client, dry_run=dry_run)
        return done(operations.webhooks.rotate_secret(webhook, **fields), _with_secret)


@command(app, "deliveries")
def deliveries(
    webhook: HookArgument,
    *,
    status: Annotated[str | None, typer.Option(help="pending, delivered or dead.")] = None,
    limit: Limit = 50,
) -> Report:
    """Tell what a webhook was sent, and how that went."""
    only: Any = {} if status is None else {"status": status}
    with asked() as client:
        pages = client.webhooks.deliveries(webhook, limit=min(limit, 100), **only)
        found = gathered(pages, limit)
    columns = ("MADE", "STATUS", "#ATTEMPTS", "#ANSWER", "FAULT", "NEXT", "EVENT", "ID")
    return listed(found, columns, _sent, none="Nothing was sent yet.")


def _sent(each: Delivery) -> tuple[object, ...]:
    return (
        instant(each.created_at),
        each.status,
        each.attempts,
        each.last_status_code,
        each.last_error,
        instant(each.next_attempt_at),
        each.event_id,
        each.id,
    )


@command(app, "redeliver")
def redeliver(
    webhook: HookArgument,
    delivery: Annotated[str, typer.Argument(help="Its id; see `webhooks deliveries`.")],
    *,
    dry_run: DryRun = False,
) -> Report:
    """Send an event anew."""
    with asked() as client:
        return done(trying(client, dry_run=dry_run).webhooks.redeliver(webhook, delivery))


@command(app, "call-key")
def call_key() -> Report:
    """Print what the webhooks of calls are signed with, which agents name."""
    with asked() as client:
        return whole(client.webhooks.call_key())


def _with_secret(made: WebhookWithSecret) -> Report:
    remark(Text("Keep the secret now: it cannot be shown again.", "yellow"))
    return whole(made)
