"""`dialplane login`: keep the address of an API and a key to it, for the commands that ask it."""

import sys
from typing import Annotated

import typer

from dialplane.cli.commands import command, single
from dialplane.cli.faults import Refused
from dialplane.cli.profiles import LOCAL, keep
from dialplane.cli.showing import facts_of
from dialplane.cli.terminal import Report, facts_table, remark
from dialplane.client import Dialplane

app = single()


@command(app, "login")
def login(
    *,
    url: Annotated[str, typer.Option(help="Where the API is.")] = LOCAL,
    profile: Annotated[str, typer.Option(help="What to call this login.")] = "default",
) -> Report:
    """Keep a key, once the API has said that it works; it is asked for, or read from stdin."""
    key = _key()
    try:
        client = Dialplane(key, url)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    with client:
        me = client.keys.whoami()
    file = keep(profile, url, key)
    remark(f"Kept in {file}, for you only.")
    facts = {"profile": profile, "url": url, **facts_of(me)}
    told = {
        "organization": me.organization.name,
        "key": f"{me.key.prefix}… ({me.key.name})",
        "may": " ".join(me.key.scopes),
        "acts on": "the sandbox" if me.key.mode == "test" else "live numbers",
        "address": url,
    }
    return Report(facts=facts, told=[facts_table(told)])


def _key() -> str:
    """Never an argument: those are for everybody on the machine to read."""
    if sys.stdin.isatty():
        key: str = typer.prompt("API key", hide_input=True, err=True)
    else:
        key = sys.stdin.readline()
    if not key.strip():
        raise Refused(
            "There is no key.", "Type it when asked, or pipe it in: dialplane login < key", "NO_KEY"
        )
    return key.strip()
