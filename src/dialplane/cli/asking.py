"""What commands that ask the API have in common: whom they ask, and when they ask back."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar

import typer
from rich.console import RenderableType

from dialplane.cli.faults import Refused
from dialplane.cli.profiles import current
from dialplane.cli.progress import progress_bar
from dialplane.cli.terminal import remark
from dialplane.client import Dialplane, Pages
from dialplane.client.clients import Nouns

T = TypeVar("T")

PAGE: Final = 100

DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only tell what would change, and who would answer.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Limit = Annotated[int, typer.Option(min=1, help="At most so many.")]
NumberArgument = Annotated[
    str, typer.Argument(metavar="NUMBER", help="A number you hold, in any spelling, or its id.")
]
AgentArgument = Annotated[str, typer.Argument(metavar="AGENT", help="Its name or its id.")]


@contextmanager
def asked() -> Iterator[Dialplane]:
    """The API of the login, or of the environment."""
    profile = current()
    korean = (os.environ.get("LC_ALL") or os.environ.get("LANG") or "").startswith("ko")
    try:
        client = Dialplane(profile.key, profile.url, language="ko" if korean else "en")
    except ValueError as error:
        raise Refused(str(error), "Correct DIALPLANE_URL, or log in again.") from error
    with client:
        yield client


def trying(client: Dialplane, *, dry_run: bool) -> Nouns[Any]:
    """The same operations, done or only tried."""
    return client.dry_run if dry_run else client


def gathered(pages: Pages[T], limit: int) -> tuple[list[T], int | None]:
    """The first so many of a list, and how many there are; a bar for those who wait."""
    fetched = pages.pages()
    page = next(fetched)
    found = list(page.items)
    wanted = min(limit, page.total_count or limit)
    if len(found) < wanted:
        with progress_bar("Reading", wanted) as bar:
            while len(found) < wanted and (more := next(fetched, None)):
                found += more.items
                bar.reach(len(found))
    return found[:limit], page.total_count


def confirmed(consequences: Sequence[RenderableType], question: str, *, yes: bool) -> None:
    """Whoever is there is told what comes of it, and asked.

    Raises:
        Refused: nobody is there to ask.
        typer.Abort: the answer was no.
    """
    if yes:
        return
    remark(*consequences)
    if not sys.stdin.isatty():
        raise Refused(
            "Nothing was done: there is nobody to ask.",
            "Add --yes to do it, or --dry-run to look only.",
            "NOT_CONFIRMED",
        )
    typer.confirm(question, abort=True, err=True)


def moment(text: str) -> datetime:
    """Read an instant; without a time zone it is one of this machine."""
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not like 2026-12-01T09:00+09:00.") from None
