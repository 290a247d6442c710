"""`dialplane calls counts`: calls by hour or day, over the API."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from dialplane.cli.asking import asked, moment
from dialplane.cli.commands import command
from dialplane.cli.finding import find_number
from dialplane.cli.showing import facts_of
from dialplane.cli.terminal import Report, facts_table, table
from dialplane.client.models.calls import CallCounts, CallTotals
from dialplane.domain.call_counts import BucketSize

_WIDEST = 24
_FULL, _REST = "█", " ▏▎▍▌▋▊▉"


def add_to(app: typer.Typer) -> None:
    command(app, "counts")(counts)


def counts(
    *,
    by: Annotated[BucketSize, typer.Option(help="What to count them by.")] = BucketSize.HOUR,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Not before; else 24 hours back.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Not after; else now.")] = None,
    zone: Annotated[str, typer.Option(metavar="ZONE", help="Whose hours and days.")] = "Asia/Seoul",
    number: Annotated[str | None, typer.Option(help="Only to and from this one.")] = None,
) -> Report:
    """Count calls by hour or day, and tell how they ended."""
    times = {"start_at_after": since, "start_at_before": until}
    only: Any = {name: moment(text) for name, text in times.items() if text is not None}
    with asked() as client:
        if number is not None:
            only["number_id"] = find_number(client, number).id
        return _told(client.calls.counts(bucket=by.value, time_zone=zone, **only))


def _told(found: CallCounts) -> Report:
    most = max(each.calls for each in found.buckets)
    zone = ZoneInfo(found.time_zone)
    form = "%Y-%m-%d %H:%M" if found.bucket == BucketSize.HOUR else "%Y-%m-%d"
    rows = [
        (
            datetime.fromtimestamp(each.start_at / 1000, zone).strftime(form),
            *_cells(each),
            _bar(each.calls, most),
        )
        for each in found.buckets
    ]
    columns = (found.bucket.upper(), "#CALLS", "#IN", "#OUT", "#ANSWERED", "#MEAN SECONDS", "")
    rows.append(("in all", *_cells(found.totals), ""))
    told: list[Any] = [table(*columns, rows=rows)]
    reasons = found.totals.by_disconnection_reason
    if reasons:
        told += ["", facts_table(_most_first(reasons))]
    return Report(facts=facts_of(found), told=told)


def _cells(counted: CallTotals) -> tuple[object, ...]:
    share, mean = counted.answered_share, counted.mean_duration_ms
    return (
        counted.calls,
        counted.by_direction.get("inbound", 0),
        counted.by_direction.get("outbound", 0),
        "-" if share is None else f"{share:.0%}",
        "-" if mean is None else f"{mean / 1000:.0f}",
    )


def _most_first(reasons: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(reasons.items(), key=lambda each: -each[1]))


def _bar(count: int, most: int) -> str:
    """As long as the count, the longest `_WIDEST` characters, to an eighth of one."""
    eighths = -(-count * _WIDEST * 8 // most) if most else 0
    return (_FULL * (eighths // 8) + _REST[eighths % 8]).rstrip()
