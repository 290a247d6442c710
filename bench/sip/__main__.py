"""Calls per second and the time to set one up: all ways up at once, by turns, in rounds."""

import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bench import reporting
from bench.machine import machine
from bench.sip.calling import Calls, NoCalls, call
from bench.sip.figures import Kept, cells, of_rounds
from bench.sip.ways import Way, ways

CALM_S = 4

console = Console(width=None if sys.stdout.isatty() else 120)


@dataclass(frozen=True, slots=True)
class Pace:
    rounds: int
    calls: int
    per_s: int


def main(
    *,
    quick: Annotated[bool, typer.Option(help="Two short rounds.")] = False,
    rounds: Annotated[int, typer.Option(min=1, help="Medians are taken over these.")] = 7,
    calls: Annotated[int, typer.Option(min=100, help="So many each, as fast as can be.")] = 2_000,
    per_second: Annotated[int, typer.Option(min=1, help="The calm rate.")] = 50,
    keep_figures: Annotated[
        bool, typer.Option("--keep", help="Put the figures into docs/performance.")
    ] = False,
) -> None:
    """Measure calls through the whole edge beside those without a control plane."""
    for program in ("sipp", "kamailio", "nginx"):
        if shutil.which(program) is None:
            console.print(f"{program} is not installed", style="red")
            raise typer.Exit(1)
    if quick:
        rounds, calls = 2, 300
    with tempfile.TemporaryDirectory(prefix="dialplane-bench-") as name, console.status("") as say:
        folder = Path(name)
        try:
            with ways(folder) as all_ways:
                pace = Pace(rounds, calls, per_second)
                rush, calm = _measure(folder, all_ways, pace, say.update)
        except NoCalls as failed:
            console.print(str(failed), style="red", markup=False)
            raise typer.Exit(1) from failed
    found = Kept(
        rounds=rounds,
        calls=calls,
        per_s=per_second,
        machine=str(machine()),
        figures=of_rounds(rush, calm),
    )
    _show(found)
    if keep_figures:
        found.keep()
        reporting.write()


Rounds = dict[str, list[Calls]]


def _measure(
    folder: Path, all_ways: list[Way], pace: Pace, say: Callable[[str], None]
) -> tuple[Rounds, Rounds]:
    """The calls of each way in each round: as fast as can be, and at the calm rate."""
    rush: Rounds = {way.name: [] for way in all_ways}
    calm: Rounds = {way.name: [] for way in all_ways}
    for turn in range(-1, pace.rounds):
        first = turn % len(all_ways)
        for way in all_ways[first:] + all_ways[:first]:
            say(f"{way.name}: " + ("warming up" if turn < 0 else f"round {turn + 1}"))
            fast = call(folder, way.to, way.digits, calls=pace.calls)
            way.settle()
            slow = call(folder, way.to, way.digits, calls=pace.per_s * CALM_S, per_s=pace.per_s)
            way.settle()
            if turn >= 0:
                rush[way.name].append(fast)
                calm[way.name].append(slow)
    return rush, calm


def _show(found: Kept) -> None:
    table = Table("", "calls/s", "the whole edge is", "added p50 ms", "added p99 ms", "failed")
    for name, figures in found.figures.items():
        table.add_row(name, *cells(name, figures))
    console.print(table)
    console.print(
        f"medians of {found.rounds} rounds (± the furthest): {found.calls:,} calls as fast as can"
        f" be, then some at {found.per_s} a second; {found.machine.partition(';')[0]}",
        style="dim",
    )


if __name__ == "__main__":
    typer.run(main)
