"""What a run found, kept as JSON beside the report that is written from it."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench import starting
from bench.figures import Figures
from bench.machine import Machine
from bench.peers.catalogue import Engine
from bench.running import Result
from bench.starting import Starts

FOLDER = Path(__file__).parents[1] / "docs" / "performance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Runs of one engine and size as they are kept: starts by peer, the others by question first.

    Each part says on what it was measured: a run may be done in parts.
    """

    engine: Engine
    numbers: int
    workers: int
    measured: dict[str, str]
    titles: dict[str, str]
    starts: dict[str, Starts]
    figures: dict[str, dict[str, Figures]]

    @property
    def name(self) -> str:
        workers = "" if self.workers == 1 else f"-{self.workers}-workers"
        return f"{self.engine}-{self.numbers}{workers}"

    @property
    def title(self) -> str:
        engine = {Engine.SQLITE: "SQLite", Engine.POSTGRES: "PostgreSQL"}[self.engine]
        processes = "one process" if self.workers == 1 else f"{self.workers} processes"
        return f"{engine}, {self.numbers:,} numbers, {processes}"

    def keep(self) -> None:
        """Beside what an earlier run kept of other questions."""
        path, told = FOLDER / f"{self.name}.json", asdict(self)
        if path.exists():
            before = json.loads(path.read_text())
            for part in ("measured", "titles", "starts", "figures"):
                told[part] = before[part] | told[part]
        path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")


def kept_of(result: Result, machine: Machine) -> Kept:
    plan = result.plan
    titles = {question.name: question.title for question in plan.questions}
    rounds = f"{machine}. Medians of {plan.rounds} rounds"
    measured = dict.fromkeys(titles, f"{rounds} of {plan.seconds} s")
    if plan.starts:
        titles[starting.NAME], measured[starting.NAME] = starting.TITLE, rounds
    return Kept(
        engine=plan.engine,
        numbers=plan.world.numbers,
        workers=plan.workers,
        measured=measured,
        titles=titles,
        starts=result.starts,
        figures=result.figures,
    )


def all_kept() -> Iterator[Kept]:
    """Every run that is kept, SQLite first, then by size."""
    found = [_read(json.loads(path.read_text())) for path in FOLDER.glob("*.json")]
    engines = list(Engine)
    return iter(
        sorted(found, key=lambda kept: (engines.index(kept.engine), kept.numbers, kept.workers))
    )


def _read(told: dict[str, Any]) -> Kept:
    figures = {
        question: {peer: Figures.read(values) for peer, values in peers.items()}
        for question, peers in told["figures"].items()
    }
    starts = {peer: Starts.read(values) for peer, values in told["starts"].items()}
    return Kept(**told | {"engine": Engine(told["engine"]), "starts": starts, "figures": figures})
