"""The table on the terminal."""

from rich.console import Console
from rich.table import Table

from bench.figures import Figures, Spread
from bench.machine import Machine
from bench.peers.catalogue import DIALPLANE
from bench.running import Result
from bench.starting import TITLE, Starts

SMALLEST_SHARE = 0.01


def show(console: Console, result: Result, machine: Machine) -> None:
    plan = result.plan
    console.print(
        f"[bold]{plan.world.numbers:,} numbers on {plan.engine}[/], {plan.workers} process(es),"
        f" {plan.rounds} rounds of {plan.seconds} s each, medians (± the furthest round)"
    )
    console.print(str(machine), style="dim")
    if result.starts:
        console.print(_starts(result.starts))
    if result.figures:
        console.print(_table(result))


def show_profile(console: Console, title: str, costs: dict[str, float]) -> None:
    total = sum(costs.values())
    table = Table(title, "µs", "")
    for module, cost in costs.items():
        if cost >= total * SMALLEST_SHARE:
            table.add_row(module, f"{cost:.1f}", f"{cost / total:.0%}")
    table.add_row("[bold]in all", f"[bold]{total:.1f}", "")
    console.print(table)


def _starts(starts: dict[str, Starts]) -> Table:
    table = _of_figures("", "s", "Dialplane takes", "CPU s", "Dialplane takes")
    table.add_row(f"[bold]{TITLE}")
    for name, found in starts.items():
        ours = name == DIALPLANE.name
        table.add_row(
            f"  {name}",
            spread(found.seconds, "{:.2f}"),
            "" if ours else spread(found.ratio, "{:.2f} x"),
            spread(found.cpu_s, "{:.2f}"),
            "" if ours else spread(found.cpu_ratio, "{:.2f} x"),
            style="green" if ours else None,
        )
    return table


def _of_figures(*headings: str) -> Table:
    table = Table(*headings)
    table.columns[0].no_wrap = True
    for column in table.columns[1:]:
        column.justify = "right"
        column.no_wrap = True
    return table


def _table(result: Result) -> Table:
    table = _of_figures("", "answers/s", "Dialplane is", "p50 ms", "p99 ms", "CPU µs", "MB")
    for question in result.plan.questions:
        table.add_section()
        table.add_row(f"[bold]{question.title}")
        for name, figures in result.figures[question.name].items():
            style = "green" if name == DIALPLANE.name else None
            table.add_row(*_cells(name, figures), style=style)
    return table


def _cells(name: str, figures: Figures) -> list[str]:
    return [
        f"  {name}{_faults(figures)}",
        spread(figures.per_s, "{:,.0f}"),
        "" if name == DIALPLANE.name else spread(figures.ratio, "{:.2f} x"),
        f"{figures.p50_ms:.2f}",
        f"{figures.p99_ms:.2f}",
        _processor_time(figures),
        f"{figures.memory_mb:.0f}",
    ]


def _faults(figures: Figures) -> str:
    told = {"broken": figures.broken, "refused": figures.refused}
    return "".join(f" [red]{count:,} {what}[/]" for what, count in told.items() if count)


def _processor_time(figures: Figures) -> str:
    beside = f" [dim]+{figures.database_cpu_us:.0f}[/]" if figures.database_cpu_us else ""
    return f"{figures.cpu_us:.0f}{beside}"


def spread(found: Spread, form: str) -> str:
    """The median, and how far the rounds lie from it, in per cent."""
    return f"{form.format(found.middle)} [dim]±{found.reach:.0%}[/]"
