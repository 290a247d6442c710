"""The program whose instructions are counted: each question, asked of us and of the floor by turns.

Started by `bench.counted` under callgrind, which starts a new count whenever this program asks for
its session: nobody else here does. Nothing happens by the clock or by chance, so that the same
code makes the same count: time stands still, daybook and notes are written when all is answered,
and garbage is not collected.
"""

import gc
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from bench import rows
from bench.asking import EDGE_TOKEN, EVENTS, QUESTIONS, Question, Request, plain_cursor, told
from bench.counted import ASKED, FLOOR_IS_ASKED, NUMBERS, TAKEN_ONCE
from bench.minting import cursor_writer
from bench.profiling import Application, Environ, _environ, _start_response
from bench.rows import World
from dialplane import main
from dialplane.api import daybook
from dialplane.settings import read_settings
from dialplane.store import notes
from dialplane.store.opening import SQLITE_FILE

EACH = 25
EARLIER_CALLS = 1_000
"""So many calls are asked about or told of in other turns, and fewer."""
A_DAY_MS = 86_400_000


def count(folder: Path) -> None:
    daybook.COLLECTED_S = notes.COLLECTED_S = 3600.0
    ours, write_down = _ours(folder)
    turns = list(_turns(folder, ours, _floor(folder)))
    for turn in turns:
        _answer(turn.application, turn.warming)
    write_down()
    gc.collect()
    gc.disable()
    _begin_to_count()
    for turn in turns:
        _answer(turn.application, turn.counted)
        write_down()
        os.getsid(0)
    os._exit(0)  # without waiting for anybody's threads


@dataclass(frozen=True, slots=True)
class _Turn:
    """One question, and what is asked before so that everything is warm."""

    application: Application
    warming: list[Environ]
    counted: list[Environ]


def _turns(folder: Path, ours: Application, floor: Application) -> Iterator[_Turn]:
    world = World(NUMBERS)
    known = {question.name: question for question in QUESTIONS}
    for name in ASKED:
        if name == "told":
            yield _told(ours, world, known["edge-calm"])
            continue
        requests = known[name].requests(world, cursor_writer(folder))
        warming = _environs(requests) if name in TAKEN_ONCE else None
        counted = _environs(requests)
        yield _Turn(ours, warming or counted, counted)
        if name in FLOOR_IS_ASKED:
            asked = _environs(known[name].requests(world, plain_cursor))
            yield _Turn(floor, asked, asked)


def _told(ours: Application, world: World, asking: Question) -> _Turn:
    """Reports of calls that were asked about; of later ones than those of the other turns."""
    batches = islice(told(world, plain_cursor), EARLIER_CALLS // EVENTS, None)
    calls = range(EARLIER_CALLS, EARLIER_CALLS + 2 * EACH * EVENTS)
    questions = islice(asking.requests(world, plain_cursor), calls.start, calls.stop)
    asked = [_environ(question) for question in questions]
    return _Turn(ours, asked + _environs(batches), _environs(batches))


def _environs(requests: Iterator[Request]) -> list[Environ]:
    return [_environ(request) for request in islice(requests, EACH)]


def _answer(application: Application, environs: list[Environ]) -> None:
    for environ in environs:
        body = environ["wsgi.input"].getvalue()
        for _ in application(environ | {"wsgi.input": io.BytesIO(body)}, _right):
            pass


def _right(status: str, headers: list[tuple[str, str]], error: Any = None) -> None:
    if not status.startswith("200"):
        raise AssertionError(status)
    _start_response(status, headers, error)


def _ours(folder: Path) -> tuple[Application, Callable[[], None]]:
    settings = read_settings(
        {"DIALPLANE_DATA_DIR": str(folder), "DIALPLANE_EDGE_TOKEN": EDGE_TOKEN}
    )
    main.set_up_logging(settings)
    now = rows.made_at(NUMBERS, NUMBERS) + A_DAY_MS
    opened = main.open_parts(settings)
    parts = replace(opened, clock=lambda: now)
    return main.app_of(settings, parts), parts.write_down


def _floor(folder: Path) -> Application:
    os.environ["BENCH_DATABASE"] = str(folder / SQLITE_FILE)
    from bench.peers import floor  # noqa: PLC0415  # it looks where the database is

    return floor.wsgi


def _begin_to_count() -> None:
    """Tell callgrind; it hears while we work, so we work until it has been told."""
    told = subprocess.Popen(
        [str(shutil.which("vgdb")), f"--pid={os.getpid()}", "instrumentation", "on"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while told.poll() is None:
        pass
    os.getsid(0)


if __name__ == "__main__":
    count(Path(sys.argv[1]))
