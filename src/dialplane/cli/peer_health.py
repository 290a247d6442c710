"""`health` of trunks and runtimes: whether they answered the edge's pings, over time."""

from typing import Annotated, Final

import typer
from rich.table import Table

from dialplane.cli.durations import span
from dialplane.cli.opening import now
from dialplane.cli.showing import facts_of
from dialplane.cli.terminal import Report, facts_table, instant, table
from dialplane.client.groups.runtimes import HealthRange
from dialplane.client.models.runtimes import PeerHealth, RuntimeHealth, TrunkHealth
from dialplane.domain.values import DAY_MS, SECOND_MS, Millis

CHANGES: Final = ("STATE", "FROM", "UNTIL", "#MINUTES", "#SIP")
TARGETS: Final = ("TARGET", "STATE", "SINCE", "#UP", "#DOWN MINUTES")
MINUTE_MS: Final = 60 * SECOND_MS

Last = Annotated[
    Millis,
    typer.Option(
        parser=span, metavar="24h", show_default="24h", help="How far back, at most 31 days."
    ),
]
A_DAY: Final = DAY_MS


def range_of(last: Millis) -> HealthRange:
    until = now()
    return {"from_at": until - last, "to_at": until, "slots": 1}


def trunk_told(told: TrunkHealth) -> Report:
    facts = {
        "address": told.address,
        "state": told.state,
        "since": instant(told.state_since_at),
        "up": share(told.health),
    }
    return Report(facts=facts_of(told), told=[facts_table(facts), "", _changes(told.health)])


def runtime_told(told: RuntimeHealth) -> Report:
    rows = [
        (
            target.address,
            target.state,
            instant(target.state_since_at),
            share(target.health),
            _minutes(target.health.down_ms),
        )
        for target in told.targets
    ]
    whole = facts_table({"up": share(told.health)})
    return Report(
        facts=facts_of(told),
        told=[table(*TARGETS, rows=rows), "", whole, "", _changes(told.health)],
    )


def share(health: PeerHealth) -> str:
    return "unknown" if health.availability is None else f"{health.availability:.3%}"


def _changes(health: PeerHealth) -> Table:
    rows = [
        (
            each.state,
            instant(each.from_at),
            instant(each.to_at),
            _minutes(each.to_at - each.from_at),
            each.sip_code,
        )
        for each in health.spans
    ]
    return table(*CHANGES, rows=rows)


def _minutes(length: Millis) -> str:
    return f"{length / MINUTE_MS:.1f}"
