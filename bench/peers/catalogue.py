"""Who is measured, how each of them is started, and what it can do."""

import os
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

HERE = Path(__file__).parent
NODE = HERE.parent / "node"
BIN = Path(sys.executable).parent


class Engine(StrEnum):
    SQLITE = "sqlite"
    POSTGRES = "postgres"


GET, LIST, AVAILABLE, MAPPING, PURCHASE = "get", "list", "available", "mapping", "purchase"
NUMBERS = frozenset({GET, LIST, AVAILABLE, MAPPING, PURCHASE})
CALLS = "calls"
ENVIRONMENT = ("PATH", "HOME", "LANG", "PYTHONPATH")
EDGE_TOKEN = "the-edge-of-the-bench"  # noqa: S105  # it opens nothing but the bench


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Where a peer is to be served from; `target` is the SQLite file or the PostgreSQL address.

    It is up once the path that is asked first is answered with 200.
    """

    engine: Engine
    target: str
    folder: Path
    port: int
    first_asked: str
    workers: int = 1

    @property
    def environment(self) -> dict[str, str]:
        on_postgres = self.engine is Engine.POSTGRES
        """No more than is needed: some servers hand all of it to every request."""
        kept = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
        return kept | {
            "BENCH_DATABASE": self.target,
            "BENCH_PORT": str(self.port),
            "BENCH_WORKERS": str(self.workers),
            "DIALPLANE_DATABASE_URL": self.target if on_postgres else "",
            "DIALPLANE_DATA_DIR": str(self.folder),
            "DIALPLANE_EDGE_TOKEN": EDGE_TOKEN,
            "DJANGO_SETTINGS_MODULE": "bench.peers.ninja_settings",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    name: str
    command: Callable[[Stand], list[str]]
    kinds: frozenset[str] = NUMBERS
    needs: str | None = None
    """The program that has to be there."""
    workers_max: int | None = None
    checked: bool = True
    """Whether its answers are compared with Dialplane's before it is measured."""

    @property
    def slug(self) -> str:
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower())


THREADS = {Engine.SQLITE: "8", Engine.POSTGRES: "16"}
"""As many as Dialplane has, for peers that work in threads."""


def _granian(interface: str, target: str, *more: str) -> Callable[[Stand], list[str]]:
    def command(stand: Stand) -> list[str]:
        threads = ("--blocking-threads", THREADS[stand.engine]) if interface == "wsgi" else ()
        return [
            str(BIN / "granian"), "--interface", interface, "--host", "127.0.0.1",
            "--port", str(stand.port), "--workers", str(stand.workers), "--no-ws",
            "--log-level", "warning", *threads, *more, target,
        ]  # fmt: skip

    return command


def _dialplane(stand: Stand) -> list[str]:
    return [
        str(BIN / "dialplane"), "serve", "--host", "127.0.0.1", "--port", str(stand.port),
        "--workers", str(stand.workers),
    ]  # fmt: skip


def _uvicorn(stand: Stand) -> list[str]:
    return [
        str(BIN / "uvicorn"), "bench.peers.fastapi_orm:app", "--host", "127.0.0.1",
        "--port", str(stand.port), "--workers", str(stand.workers), "--loop", "uvloop",
        "--http", "httptools", "--no-access-log", "--log-level", "warning",
    ]  # fmt: skip


def _floor(stand: Stand) -> list[str]:
    if stand.engine is Engine.SQLITE:
        return _granian("rsgi", "bench.peers.floor:rsgi", "--loop", "uvloop")(stand)
    return _granian("wsgi", "bench.peers.floor:wsgi")(stand)


def _fastify(_stand: Stand) -> list[str]:
    return ["node", str(NODE / "serve.mjs")]


def _nginx(_stand: Stand) -> list[str]:
    return [sys.executable, "-m", "bench.peers.nginx"]


DIALPLANE = Peer(name="Dialplane", command=_dialplane, kinds=NUMBERS | {CALLS})
FLOOR = Peer(name="hand-written floor", command=_floor)
FALCON = Peer(name="bare Falcon", command=_granian("wsgi", "bench.peers.bare_falcon:app"))
FASTAPI = Peer(name="FastAPI + SQLAlchemy 2", command=_uvicorn)
NINJA = Peer(name="Django + django-ninja", command=_granian("wsgi", "bench.peers.ninja_wsgi:app"))
FASTIFY = Peer(
    name="Fastify + better-sqlite3 / pg",
    command=_fastify,
    needs="node",
    workers_max=1,
)
NGINX = Peer(
    name="nginx, constant answer",
    command=_nginx,
    needs="nginx",
    kinds=frozenset({GET}),
    checked=False,
)

QUICK = (DIALPLANE, FLOOR, FASTAPI)
PEERS = (DIALPLANE, FLOOR, FALCON, FASTAPI, NINJA, FASTIFY, NGINX)


def present(peer: Peer) -> bool:
    """Whether what the peer is started with is on this machine."""
    if peer is FASTIFY and not (NODE / "node_modules" / "better-sqlite3" / "build").exists():
        return False
    return peer.needs is None or shutil.which(peer.needs) is not None
