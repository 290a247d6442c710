"""`dialplane keys`: your organization's API keys, over the API."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from rich.text import Text

from dialplane.cli.asking import DryRun, Limit, Yes, asked, confirmed, gathered, trying
from dialplane.cli.commands import command, group
from dialplane.cli.durations import span
from dialplane.cli.showing import done, listed, whole
from dialplane.cli.terminal import Report, instant, remark
from dialplane.client.models.keys import Key, KeyWithToken
from dialplane.domain.callers import Scope

app = group("Your organization's API keys.")

KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="Its id; see `keys list`.")]


@command(app, "list")
def list_(*, limit: Limit = 50) -> Report:
    """List keys, newest first; never their tokens."""
    with asked() as client:
        found = gathered(client.keys.list(limit=min(limit, 100)), limit)
    columns = ("NAME", "TOKEN", "SCOPES", "EXPIRES", "LAST USED", "REVOKED", "ID")
    return listed(found, columns, _row, none="No keys.")


def _row(each: Key) -> tuple[object, ...]:
    return (
        each.name,
        f"{each.prefix}…",
        " ".join(each.scopes),
        instant(each.expires_at),
        instant(each.last_used_at),
        instant(each.revoked_at),
        each.id,
    )


@command(app, "show")
def show(key: KeyArgument) -> Report:
    """Tell everything about a key but its token."""
    with asked() as client:
        return whole(client.keys.get(key))


@command(app, "create")
def create(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    *,
    scope: Annotated[list[Scope] | None, typer.Option(help="Repeat it for several.")] = None,
    test: Annotated[bool, typer.Option("--test", help="A key to the sandbox.")] = False,
    expires_in: Annotated[
        int | None, typer.Option(parser=span, metavar="30d", help="How long it works.")
    ] = None,
    dry_run: DryRun = False,
) -> Report:
    """Make a key and print its token, this once; it reads and writes unless told otherwise."""
    fields: Any = {"scopes": scope or ["read", "write"], "mode": "test" if test else "live"}
    if expires_in is not None:
        fields["expires_at"] = datetime.now(UTC) + timedelta(milliseconds=expires_in)
    with asked() as client:
        return done(trying(client, dry_run=dry_run).keys.create(name, **fields), _with_token)


@command(app, "rotate")
def rotate(
    key: KeyArgument,
    *,
    overlap: Annotated[
        int | None,
        typer.Option(parser=span, metavar="24h", help="How long the old one still works; 24h."),
    ] = None,
    dry_run: DryRun = False,
) -> Report:
    """Make a key like this one, which itself works on for a while; print the new token."""
    fields: Any = {} if overlap is None else {"overlap_ms": overlap}
    with asked() as client:
        return done(trying(client, dry_run=dry_run).keys.rotate(key, **fields), _with_token)


@command(app, "revoke")
def revoke(key: KeyArgument, *, yes: Yes = False, dry_run: DryRun = False) -> Report:
    """End a key: the next request with it is refused."""
    with asked() as client:
        if not dry_run:
            confirmed(["Whoever uses it is refused from now on."], f"Revoke {key}?", yes=yes)
        return done(trying(client, dry_run=dry_run).keys.revoke(key))


def _with_token(made: KeyWithToken) -> Report:
    remark(Text("Keep the token now: it cannot be shown again.", "yellow"))
    return whole(made)
