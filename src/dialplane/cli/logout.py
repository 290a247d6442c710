"""`dialplane logout`: forget a key again."""

from typing import Annotated

import typer

from dialplane.cli.commands import command, single
from dialplane.cli.faults import Refused
from dialplane.cli.profiles import forget
from dialplane.cli.terminal import Report

app = single()


@command(app, "logout")
def logout(
    *, profile: Annotated[str, typer.Option(help="Which login to forget.")] = "default"
) -> Report:
    """Forget a login. The key itself works on; `dialplane keys revoke` ends it."""
    if not forget(profile):
        raise Refused(
            f"There is no login {profile!r}.", "`dialplane whoami --every` lists them.", "NOT_FOUND"
        )
    return Report(facts={"forgotten": profile}, told=[f"Forgot {profile}."])
