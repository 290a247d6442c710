"""The report: figures and pictures from every run that is kept, put into its page."""

from collections.abc import Iterator

from bench.figures import Figures, Spread
from bench.keeping import FOLDER, Kept, all_kept
from bench.peers.catalogue import DIALPLANE, NGINX
from bench.pictures import bars
from bench.sip import figures as sip
from bench.starting import TITLE, Starts
from bench.targets import verdicts

PAGE = FOLDER / "figures.md"
BEGIN, END = "<!-- figures: written by make bench -->", "<!-- end of figures -->"
PICTURED = ("get", "mapping")


def write() -> None:
    """Write the pictures, and the part of the page between the marks."""
    kept = list(all_kept())
    for run in kept:
        for question in PICTURED:
            if question in run.figures:
                (FOLDER / f"{question}-{run.name}.svg").write_text(_picture(run, question))
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(before + "\n".join([BEGIN, "", *_lines(kept), END]) + after)


def _picture(run: Kept, question: str) -> str:
    rates = {
        name: figures.per_s
        for name, figures in run.figures[question].items()
        if name != NGINX.name  # it would leave the others no room
    }
    return bars(run.titles[question], run.title, rates, DIALPLANE.name)


def _lines(kept: list[Kept]) -> Iterator[str]:
    yield "### Targets"
    yield ""
    yield "| work | target | measured | |"
    yield "| --- | --- | --- | --- |"
    for verdict in verdicts(kept):
        mark = "held" if verdict.held else "**missed**"
        yield f"| {verdict.work} | {verdict.target} | {verdict.measured} | {mark} |"
    yield ""
    calls = sip.kept()
    if calls is not None:
        yield from calls.lines
    for run in kept:
        yield from _run(run)


def _run(run: Kept) -> Iterator[str]:
    yield f"### {run.title}"
    yield ""
    for measured in dict.fromkeys(run.measured.values()):
        yield f"{measured}, ± the furthest round{_of_parts(run, measured)}."
        yield ""
    for question in PICTURED:
        if question in run.figures:
            yield f"![{run.titles[question]}]({question}-{run.name}.svg)"
            yield ""
    if run.starts:
        yield from _starts(run.starts)
    for question, peers in run.figures.items():
        yield f"**{run.titles[question]}**"
        yield ""
        yield "| | answers/s | Dialplane is | p50 ms | p99 ms | CPU µs | MB |"
        yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
        for name, figures in peers.items():
            yield _row(name, figures)
        yield ""


def _of_parts(run: Kept, measured: str) -> str:
    """Which ones, where others were measured on another day or for another time."""
    parts = [run.titles[part] for part, how in run.measured.items() if how == measured]
    return "" if len(parts) == len(run.titles) else ": " + "; ".join(parts)


def _starts(starts: dict[str, Starts]) -> Iterator[str]:
    yield f"**{TITLE}**"
    yield ""
    yield "| | s | Dialplane takes | CPU s | Dialplane takes |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for name, found in starts.items():
        ours = name == DIALPLANE.name
        cells = (
            f"**{name}**" if ours else name,
            spread(found.seconds, "{:.2f}"),
            "" if ours else spread(found.ratio, "{:.2f} x"),
            spread(found.cpu_s, "{:.2f}"),
            "" if ours else spread(found.cpu_ratio, "{:.2f} x"),
        )
        yield "| " + " | ".join(cells) + " |"
    yield ""


def _row(name: str, figures: Figures) -> str:
    ratio = "" if name == DIALPLANE.name else spread(figures.ratio, "{:.2f} x")
    database = f" + {figures.database_cpu_us:.0f}" if figures.database_cpu_us else ""
    cells = (
        f"**{name}**" if name == DIALPLANE.name else name,
        spread(figures.per_s, "{:,.0f}"),
        ratio,
        f"{figures.p50_ms:.2f}",
        f"{figures.p99_ms:.2f}",
        f"{figures.cpu_us:.0f}{database}",
        f"{figures.memory_mb:.0f}",
    )
    return "| " + " | ".join(cells) + " |"


def spread(found: Spread, form: str) -> str:
    return f"{form.format(found.middle)} ±{found.reach:.0%}"
