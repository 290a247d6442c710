"""The machine: which core serves, which one loads, and what this is all measured on."""

import datetime as dt
import os
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cores:
    """One core for the server, one for the load; PostgreSQL has a third, or shares the second."""

    server: str
    load: str
    database: str
    both: str


def cores() -> Cores | None:
    """Which core does what; None where processes cannot be bound to cores."""
    if not hasattr(os, "sched_getaffinity") or shutil.which("taskset") is None:
        return None
    usable = sorted(os.sched_getaffinity(0))
    if len(usable) == 1:
        return None
    database = usable[2] if len(usable) > 2 else usable[1]  # noqa: PLR2004
    return Cores(str(usable[0]), str(usable[1]), str(database), f"{usable[0]},{usable[1]}")


def pinned(core: str | None) -> list[str]:
    return [] if core is None else ["taskset", "-c", core]


@dataclass(frozen=True, slots=True)
class Machine:
    processor: str
    cores: int
    memory_gb: int
    system: str
    python: str
    date: str
    pinned: bool

    def __str__(self) -> str:
        bound = "one core for the server, one for the load" if self.pinned else "cores not bound"
        return (
            f"{self.processor}, {self.cores} cores, {self.memory_gb} GB, {self.system},"
            f" Python {self.python}, {self.date}; {bound}"
        )


def machine() -> Machine:
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return Machine(
        processor=_processor(),
        cores=os.cpu_count() or 1,
        memory_gb=round(pages / 2**30),
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        date=dt.datetime.now(dt.UTC).date().isoformat(),
        pinned=cores() is not None,
    )


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
