"""Load from one core: wrk with 64 connections, and what came of it."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

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
    memory_mb: float
    broken: int
    refused: int
    codes: dict[str, int]


def require_wrk() -> None:
    if shutil.which("wrk") is None:
        raise NoLoad("wrk is not installed: apt-get install wrk, or brew install wrk")


def load(server: Server, requests: Path, *, seconds: int, place: int, core: str | None) -> Outcome:
    """Send the requests of a file for some seconds, as fast as they are answered."""
    command = [
        "wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--timeout", "10s",
        "--duration", f"{seconds}s", "--script", str(SCRIPT), "--latency", server.url,
    ]  # fmt: skip
    told = {
        "BENCH_REQUESTS": str(requests),
        "BENCH_PLACE": str(place),
        "BENCH_CODES": "1" if "purchase" in requests.name else "",
    }
    before = server.cpu_s()
    done = subprocess.run(
        [*pinned(core), *command],
        env=os.environ | told,
        capture_output=True,
        text=True,
        check=False,
    )
    used = server.cpu_s() - before
    if "DONE " not in done.stdout:
        raise NoLoad(f"wrk failed: {done.stdout}{done.stderr}")
    heard = json.loads(done.stdout.rpartition("DONE ")[2])
    count = heard["requests"]
    return Outcome(
        per_s=count / (heard["micros"] / 1e6),
        p50_ms=heard["p50"] / 1000,
        p99_ms=heard["p99"] / 1000,
        cpu_us=used / max(count, 1) * 1e6,
        memory_mb=server.memory_mb(),
        broken=heard["broken"],
        refused=heard["refused"],
        codes=heard["codes"],
    )
