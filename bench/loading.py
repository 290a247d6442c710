"""Load from one core: wrk with 64 connections, and what came of it."""

import json
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.machine import pinned
from bench.serving import Server

CONNECTIONS = 64
SCRIPT = Path(__file__).parent / "load.lua"


class NoLoad(Exception):  # named for what happened
    """There is no wrk, or it did not finish."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One round against one server."""

    per_s: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    """Processor time of the server per request."""
    database_cpu_us: float
    """The same of PostgreSQL."""
    memory_mb: float
    broken: int
    refused: int
    """Answers with a status nobody expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """For how long, from which core, and with which statuses for answers."""

    seconds: int
    core: str | None
    expected: frozenset[str]
    per_s: int | None = None
    once: bool = False
    """Nothing is said twice, see `Question.once`."""


def require_wrk() -> None:
    if shutil.which("wrk") is None:
        raise NoLoad("wrk is not installed: apt-get install wrk, or brew install wrk")


def load(server: Server, requests: Path, effort: Effort, *, place: int) -> Outcome:
    """Send the requests of a file for some seconds, as fast as they are answered."""
    command = [
        "wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--timeout", "10s",
        "--duration", f"{effort.seconds}s", "--script", str(SCRIPT), "--latency", server.url,
    ]  # fmt: skip
    told = {
        "BENCH_REQUESTS": str(requests),
        "BENCH_PLACE": str(place),
        "BENCH_DELAY_MS": "0" if effort.per_s is None else str(CONNECTIONS * 1000 / effort.per_s),
        "BENCH_LATER_MS": str(_later_ms()) if effort.once else "",
        "BENCH_CODES": "1" if len(effort.expected) > 1 else "",
    }
    before, database_before = server.cpu_s(), server.database_cpu_s()
    done = subprocess.run(
        [*pinned(effort.core), *command],
        env=os.environ | told,
        capture_output=True,
        text=True,
        check=False,
    )
    used, database_used = server.cpu_s() - before, server.database_cpu_s() - database_before
    if "DONE " not in done.stdout:
        raise NoLoad(f"wrk failed: {done.stdout}{done.stderr}")
    heard = json.loads(done.stdout.rpartition("DONE ")[2])
    count = heard["requests"]
    return Outcome(
        # Nobody answers infinitely slowly: where none came in time, one would have come afterwards.
        per_s=max(count, 1) / (heard["micros"] / 1e6),
        p50_ms=heard["p50"] / 1000,
        p99_ms=heard["p99"] / 1000,
        cpu_us=used / max(count, 1) * 1e6,
        database_cpu_us=database_used / max(count, 1) * 1e6,
        memory_mb=server.memory_mb(),
        broken=heard["broken"],
        refused=_unexpected(heard, effort.expected),
    )


def _later_ms() -> int:
    """Later than all laps of those before, each of which took more than a second of a minute."""
    return (time.time_ns() // 1_000_000 - 1_700_000_000_000) * 60


def _unexpected(heard: dict[str, Any], expected: frozenset[str]) -> int:
    """Wrk itself counts what is not 200; statuses are counted one by one where more are fine."""
    if len(expected) == 1:
        return int(heard["refused"])
    return sum(count for status, count in heard["codes"].items() if status not in expected)
