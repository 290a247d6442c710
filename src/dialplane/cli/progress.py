"""A bar for those who wait; apart, because it takes long to import and only an import needs it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from dialplane.cli.terminal import console_on, json_wanted


@contextmanager
def progress_bar(doing: str, total: int) -> Iterator["Bar"]:
    """A bar on stderr, which is not there when nobody looks."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=console_on(sys.stderr),
        transient=True,
        disable=json_wanted() or not sys.stderr.isatty(),
    ) as progress:
        yield Bar(progress, progress.add_task(doing, total=total))


class Bar:
    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def reach(self, done: int) -> None:
        self._progress.update(self._task, completed=done)


@contextmanager
def waiting() -> Iterator[Callable[[str], None]]:
    """A line on stderr that says what is being done, for work of unknown length."""
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        console=console_on(sys.stderr),
        transient=True,
        disable=json_wanted() or not sys.stderr.isatty(),
    ) as progress:
        task = progress.add_task("", total=None)
        yield lambda told: progress.update(task, description=told)
