"""Who is measured, how each of them is started, and what it can do."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
NODE = HERE.parent / "node"
BIN = Path(sys.executable).parent
SQLITE = "sqlite"
POSTGRES = "postgres"
ENGINES = frozenset({SQLITE, POSTGRES})

GET, LIST, AVAILABLE, MAPPING, PURCHASE = "get", "list", "available", "mapping", "purchase"
EVERYTHING = frozenset({GET, LIST, AVAILABLE, MAPPING, PURCHASE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Where a peer is to be served from; `target` is the SQLite file or the PostgreSQL address."""

    engine: str
    target: str
    folder: Path
    port: int
    workers: int = 1

    @property
    def environment(self) -> dict[str, str]:
        on_postgres = self.engine == POSTGRES
        return os.environ | {
            "BENCH_DATABASE": self.target,
            "BENCH_PORT": str(self.port),
            "BENCH_WORKERS": str(self.workers),
            "DIALPLANE_DATABASE_URL": self.target if on_postgres else "",
            "DIALPLANE_DATA_DIR": str(self.folder),
            "PYTHONUNBUFFERED": "",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    name: str
    command: Callable[[Stand], list[str]]
    engines: frozenset[str] = ENGINES
    kinds: frozenset[str] = EVERYTHING
    checked: bool = True
    """Whether its answers are compared with Dialplane's before it is measured."""


def _granian(interface: str, target: str, *more: str) -> Callable[[Stand], list[str]]:
    def command(stand: Stand) -> list[str]:
        return [
            str(BIN / "granian"), "--interface", interface, "--host", "127.0.0.1",
            "--port", str(stand.port), "--workers", str(stand.workers), "--no-ws",
            "--log-level", "warning", *more, target,
        ]  # fmt: skip

    return command


def _dialplane(_stand: Stand) -> list[str]:
    return [sys.executable, "-m", "bench.peers.dialplane_serve"]


def _uvicorn(stand: Stand) -> list[str]:
    return [
        str(BIN / "uvicorn"), "bench.peers.fastapi_orm:app", "--host", "127.0.0.1",
        "--port", str(stand.port), "--workers", str(stand.workers), "--loop", "uvloop",
        "--http", "httptools", "--no-access-log", "--log-level", "warning",
    ]  # fmt: skip


DIALPLANE = Peer(name="Dialplane", command=_dialplane)
FLOOR = Peer(
    name="hand-written floor",
    command=_granian("rsgi", "bench.peers.floor:app", "--loop", "uvloop"),
    engines=frozenset({SQLITE}),
)
FASTAPI = Peer(name="FastAPI + SQLAlchemy 2", command=_uvicorn)

QUICK = (DIALPLANE, FLOOR, FASTAPI)
PEERS = QUICK
