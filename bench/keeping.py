"""What a run found, kept as JSON beside the report that is written from it."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.figures import Figures
from bench.machine import Machine
from bench.peers.catalogue import Engine
from bench.running import Result

FOLDER = Path(__file__).parents[1] / "docs" / "performance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One run as it is kept: by question, then by peer."""

    engine: Engine
    numbers: int
    workers: int
    rounds: int
    seconds: int
    machine: str
    titles: dict[str, str]
    started_s: dict[str, float]
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
        """Beside what an earlier run kept of other questions: a run may be done in parts."""
        path, told = FOLDER / f"{self.name}.json", asdict(self)
        if path.exists():
            before = json.loads(path.read_text())
            for part in ("titles", "started_s", "figures"):
                told[part] = before[part] | told[part]
        path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")


def kept_of(result: Result, machine: Machine) -> Kept:
    plan = result.plan
    return Kept(
        engine=plan.engine,
        numbers=plan.world.numbers,
        workers=plan.workers,
        rounds=plan.rounds,
        seconds=plan.seconds,
        machine=str(machine),
        titles={question.name: question.title for question in plan.questions},
        started_s=result.started_s,
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
    return Kept(**told | {"engine": Engine(told["engine"]), "figures": figures})
