"""What the command line says: results on stdout, remarks on stderr, JSON for programs."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TextIO

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from dialplane.domain.values import Millis

_JSON_WANTED: ContextVar[bool] = ContextVar("json_wanted", default=False)

# Whoever reads a pipe gets whole rows; people get what fits their window.
_PIPE_WIDTH = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a command has to tell: `facts` to programs, `told` to people."""

    facts: Mapping[str, object]
    told: Sequence[RenderableType]
    failed: bool = False


@contextmanager
def speaking_json(*, wanted: bool) -> Iterator[None]:
    token = _JSON_WANTED.set(wanted)
    try:
        yield
    finally:
        _JSON_WANTED.reset(token)


def json_wanted() -> bool:
    return _JSON_WANTED.get()


def show(report: Report) -> None:
    """Tell the result on stdout."""
    if json_wanted():
        print(json.dumps(report.facts, ensure_ascii=False, indent=2), flush=True)
        return
    console = console_on(sys.stdout)
    for part in report.told:
        console.print(part)
    console.file.flush()


def shown_later(report: Report) -> Callable[[], None]:
    """`show`, to be called from any thread, which by itself would know nothing of --json."""
    return partial(copy_context().run, show, report)


def remark(*parts: RenderableType) -> None:
    """Say something that is not the result, on stderr."""
    console = console_on(sys.stderr)
    for part in parts:
        console.print(part)


def table(*columns: str, rows: Sequence[Sequence[object]]) -> Table:
    """Rows under headings; a column that begins with `#` holds figures."""
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 3, 0, 0))
    for column in columns:
        figures = column.startswith("#")
        made.add_column(
            column.removeprefix("#"), justify="right" if figures else "left", overflow="fold"
        )
    for row in rows:
        made.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    return made


def facts_table(facts: Mapping[str, object]) -> Table:
    """One thing, fact by fact."""
    made = Table(box=None, pad_edge=False, show_header=False, padding=(0, 3, 0, 0))
    for name, value in facts.items():
        made.add_row(Text(name, style="bold"), Text("" if value is None else str(value)))
    return made


def instant(at: Millis | None) -> str:
    """An instant in the time of this machine."""
    if at is None:
        return "-"
    return datetime.fromtimestamp(at / 1000).astimezone().isoformat(" ", "minutes")


def console_on(file: TextIO) -> Console:
    """Where rich things are printed: without colours unless a person looks."""
    people = file.isatty() and "NO_COLOR" not in os.environ
    return Console(
        file=file,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=not file.isatty(),
        width=None if file.isatty() else _PIPE_WIDTH,
        no_color=not people,
        force_terminal=None if people else False,
    )
