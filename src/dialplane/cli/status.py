"""`dialplane status`: how the server is doing that the API is asked of."""

from dialplane.cli.asking import asked
from dialplane.cli.commands import command, single
from dialplane.cli.showing import facts_of
from dialplane.cli.terminal import Report, facts_table

app = single()


@command(app, "status")
def status() -> Report:
    """Tell whether the server answers and can work."""
    with asked() as client:
        health, readiness = client.server.health(), client.server.readiness()
    told = {"server": client.base_url, "answers": health.status, "state": readiness.status}
    return Report(
        facts={"url": client.base_url, "health": health.status, **facts_of(readiness)},
        told=[facts_table(told | readiness.checks)],
        failed=not readiness.ready,
    )
