"""What Dialplane has to hold, and whether it did in the runs that are kept."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench import starting
from bench.figures import Spread
from bench.keeping import Kept
from bench.peers.catalogue import DIALPLANE, FASTAPI, FASTIFY, FLOOR, Engine, Peer
from bench.sip import figures as sip

MEGABYTES_MAX = 80
FLATNESS_MAX = 1.3
START_MAX = 0.5
CALM_P99_MS = 5
LISTS = ("list-first", "list-middle", "list-last")


@dataclass(frozen=True, slots=True)
class Verdict:
    work: str
    target: str
    measured: str
    held: bool


def verdicts(kept: list[Kept]) -> Iterator[Verdict]:
    """One for each target that the kept runs can speak about."""
    million = {run.engine: run for run in kept if run.numbers == 1_000_000 and run.workers == 1}  # noqa: PLR2004
    sqlite, postgres = million.get(Engine.SQLITE), million.get(Engine.POSTGRES)
    if sqlite:
        yield from _ratios(sqlite, "get", ((FLOOR, 0.6), (FASTAPI, 20.0), (FASTIFY, 1.0)))
    if postgres:
        yield from _ratios(postgres, "get", ((FLOOR, 0.7), (FASTAPI, 4.0)))
    for run in million.values():
        yield from _ratios(run, "mapping", ((FASTAPI, 5.0),))
    for engine in Engine:
        yield from _flatness([run for run in kept if run.engine is engine and run.workers == 1])
    for run in kept:
        yield from _calm(run)
    if sqlite:
        yield _memory(kept)
    yield from _starts([run for run in kept if run.engine is Engine.SQLITE and run.workers == 1])
    calls = sip.kept()
    if calls is not None:
        yield _through_the_edge(calls)


def _ratios(run: Kept, question: str, wanted: tuple[tuple[Peer, float], ...]) -> Iterator[Verdict]:
    for peer, least in wanted:
        found = run.figures.get(question, {}).get(peer.name)
        if found is not None:
            ratio = found.ratio
            yield Verdict(
                f"{run.titles[question]} ({run.title})",
                f"at least {least:g} x {peer.name}",
                _told(ratio),
                ratio.middle >= least,
            )


def _flatness(runs: list[Kept]) -> Iterator[Verdict]:
    """How much longer a page takes with the most rows than with the fewest."""
    if len(runs) < 2:  # noqa: PLR2004
        return
    few, many = runs[0], runs[-1]
    for question in (*LISTS, "get", "edge-calm"):
        pair = [_ours(run, question, lambda found: found.cpu_us) for run in (few, many)]
        if None not in pair:
            times = (pair[1] or 0) / (pair[0] or 1)
            yield Verdict(
                f"{many.titles[question]} ({few.title} to {many.numbers:,})",
                f"within {FLATNESS_MAX:g} x in processor time",
                f"{times:.2f} x",
                times <= FLATNESS_MAX,
            )


def _calm(run: Kept) -> Iterator[Verdict]:
    p99_ms = _ours(run, "edge-calm", lambda found: found.p99_ms)
    if p99_ms is not None:
        yield Verdict(
            f"{run.titles['edge-calm']} ({run.title})",
            f"p99 under {CALM_P99_MS} ms",
            f"{p99_ms:.1f} ms",
            p99_ms < CALM_P99_MS,
        )


def _through_the_edge(calls: sip.Kept) -> Verdict:
    ratio = calls.figures[sip.FIXED].ratio
    return Verdict(
        "calls through the whole edge",
        f"at least {sip.LEAST_OF_FIXED:g} x {sip.FIXED}",
        _told(ratio),
        ratio.middle >= sip.LEAST_OF_FIXED,
    )


def _ours(run: Kept, question: str, of: "Callable[..., float]") -> float | None:
    found = run.figures.get(question, {}).get(DIALPLANE.name)
    return None if found is None else of(found)


def _memory(kept: list[Kept]) -> Verdict:
    most = max(
        figures[DIALPLANE.name].memory_mb for run in kept for figures in run.figures.values()
    )
    return Verdict(
        "memory of a worker", f"at most {MEGABYTES_MAX} MB", f"{most:.0f} MB", most <= MEGABYTES_MAX
    )


def _starts(runs: list[Kept]) -> Iterator[Verdict]:
    for run in runs:
        if FASTAPI.name in run.starts:
            beside = run.starts[FASTAPI.name]
            yield Verdict(
                f"{starting.TITLE} ({run.title})",
                f"under {START_MAX:g} x {FASTAPI.name}",
                f"{_told(beside.ratio)}; in processor time {_told(beside.cpu_ratio)}",
                beside.ratio.middle < START_MAX,
            )


def _told(ratio: Spread) -> str:
    return f"{ratio.middle:.2f} x ({ratio.low:.2f} to {ratio.high:.2f})"
