"""`dialplane whoami`: which API is asked, and as whom."""

from typing import Annotated

import typer

from dialplane.cli.asking import asked
from dialplane.cli.commands import command, single
from dialplane.cli.profiles import current, read
from dialplane.cli.showing import facts_of
from dialplane.cli.terminal import Report, facts_table, instant, table

app = single()


def _logins() -> Report:
    rows = [(name, kept["url"]) for name, kept in read().items()]
    return Report(
        facts={"profiles": [{"profile": name, "url": url} for name, url in rows]},
        told=[table("LOGIN", "ADDRESS", rows=rows)],
    )


@command(app, "whoami")
def whoami(
    *, every: Annotated[bool, typer.Option("--every", help="List all logins instead.")] = False
) -> Report:
    """Tell which API is asked, whose key is shown to it, and what that key may do."""
    if every:
        return _logins()
    profile = current()
    with asked() as client:
        me = client.keys.whoami()
    told = {
        "organization": me.organization.name,
        "key": f"{me.key.prefix}… ({me.key.name})",
        "may": " ".join(me.key.scopes),
        "acts on": "the sandbox" if me.key.mode == "test" else "live numbers",
        "its time": instant(me.now),
        "address": profile.url,
        "login": profile.name or "from DIALPLANE_API_KEY",
    }
    facts = {"profile": profile.name, "url": profile.url, **facts_of(me)}
    return Report(facts=facts, told=[facts_table(told)])
