"""Where the microseconds of one answer go: the application in this process, sampled while it works.

The server around it is left out. A sample is taken after each half millisecond of processor time
and counts for the module that is at work then; a module that waits for C, as `store/sqlite.py` does
for SQLite, is charged with it.
"""

import contextlib
import io
import itertools
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

from bench.asking import EDGE_TOKEN, Question, Request
from bench.minting import cursor_writer
from bench.rows import World
from bench.stocking import Ground
from dialplane import main
from dialplane.settings import read_settings

SAMPLE_EVERY_S = 0.0005
BATCH = 200
WARM_BATCHES = 5
PACKAGES = ("falcon", "msgspec", "prometheus_client", "psycopg", "psycopg_pool", "structlog")
PRODUCT = Path(main.__file__).parent

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., None]], Any]


def profile(question: Question, world: World, ground: Ground, seconds: float) -> dict[str, float]:
    """Microseconds of processor time per answer, by module, the most expensive first."""
    requests = question.requests(world, cursor_writer(ground.folder))
    environs = [_environ(request) for request in itertools.islice(requests, 5_000)]
    with _log_into(ground.folder / "profile.log"):
        application, write_down = _application(ground)
        samples: Counter[str] = Counter()
        turns = iter(environs) if question.once else itertools.cycle(environs)
        for _ in range(WARM_BATCHES):
            _answer(application, itertools.islice(turns, BATCH))
        best = _sampled(application, turns, samples, seconds)
        write_down()
    taken = samples.total()
    return {module: best * count / taken for module, count in samples.most_common()}


def _sampled(
    application: Application, turns: Iterator[Environ], samples: "Counter[str]", seconds: float
) -> float:
    """Fill in samples; answers the microseconds per answer of the best batch, sampled as well."""

    def sample(_signal: int, frame: FrameType | None) -> None:
        samples[_module(frame.f_code.co_filename if frame else "")] += 1

    best = float("inf")
    signal.signal(signal.SIGPROF, sample)
    signal.setitimer(signal.ITIMER_PROF, SAMPLE_EVERY_S, SAMPLE_EVERY_S)
    try:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and (some := list(itertools.islice(turns, BATCH))):
            began = time.thread_time()
            _answer(application, iter(some))
            best = min(best, (time.thread_time() - began) / BATCH * 1e6)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return best


def _answer(application: Application, environs: Iterator[Environ]) -> None:
    for environ in environs:
        environ["wsgi.input"].seek(0)
        for _ in application(environ, _start_response):
            pass


def _start_response(_status: str, _headers: list[tuple[str, str]], _error: Any = None) -> None:
    pass


def _module(filename: str) -> str:
    path = Path(filename)
    if path.is_relative_to(PRODUCT):
        return path.relative_to(PRODUCT.parent).as_posix()
    package = next((part for part in path.parts if part in PACKAGES), None)
    if package is not None:
        return package
    if filename == "<string>":
        return "constructors of dataclasses"
    return "the measurement itself" if path == Path(__file__) else f"Python's own {path.stem}"


def _environ(request: Request) -> Environ:
    url, body = urlsplit(request.path), request.body.encode()
    return {
        "REQUEST_METHOD": request.method,
        "PATH_INFO": url.path,
        "QUERY_STRING": url.query,
        "CONTENT_LENGTH": str(len(body)) if body else "",
        "CONTENT_TYPE": "application/json" if body else "",
        "HTTP_AUTHORIZATION": f"Bearer {request.token}",
        "HTTP_HOST": "127.0.0.1",
        "REMOTE_ADDR": "127.0.0.1",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SCRIPT_NAME": "",
        "wsgi.errors": sys.stderr,
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "http",
    }


def _application(ground: Ground) -> tuple[Application, Callable[[], None]]:
    """The application, and what writes its last lines into the log."""
    settings = read_settings(
        {
            "DIALPLANE_DATA_DIR": str(ground.folder),
            "DIALPLANE_DATABASE_URL": "" if ground.database_pid is None else ground.target,
            "DIALPLANE_EDGE_TOKEN": EDGE_TOKEN,
        }
    )
    main.set_up_logging(settings)
    parts = main.open_parts(settings)
    return main.app_of(settings, parts), parts.write_down


@contextlib.contextmanager
def _log_into(path: Path) -> Iterator[None]:
    """Log lines are written as they would be, only not between the lines of the table."""
    sys.stderr.flush()
    kept = os.dup(2)
    with path.open("wb") as log:
        os.dup2(log.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
