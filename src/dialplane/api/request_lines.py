"""The log's line about an answered request: many at once for machines, one by one for people."""

import datetime as dt
import logging
import sys
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from dialplane.api.daybook import Note
from dialplane.logs import log


class _Line(msgspec.Struct):
    """In the order and the words of everything else in the log."""

    method: str
    route: str
    status: int
    duration_ms: float
    request_id: str
    organization_id: str | None
    key_id: str | None
    timestamp: str
    stranger: str | UnsetType
    level: str
    event: str = "request"


_ENCODER: Final = msgspec.json.Encoder()


def write_json(notes: Sequence[Note], *, least: int) -> None:
    """Encoded by hand and written at once: structlog takes longer than the whole look-up."""
    lines = [_line(note) for note in notes if _level(note) >= least]
    sys.stderr.buffer.write(_ENCODER.encode_lines(lines))
    sys.stderr.buffer.flush()


def tell(notes: Sequence[Note]) -> None:
    for note in notes:
        told = msgspec.structs.asdict(_line(note))
        for given in ("event", "level", "timestamp"):
            del told[given]  # structlog adds them by itself
        log.log(_level(note), "request", **told)


def _level(note: Note) -> int:
    return logging.DEBUG if note.unremarkable else logging.INFO


def _line(note: Note) -> _Line:
    return _Line(
        note.method,
        note.route,
        note.status,
        round(note.seconds * 1_000_000) / 1000,
        note.request_id,
        note.organization_id,
        note.key_id,
        f"{_second(note.answered_at // 1000)}.{note.answered_at % 1000:03}000Z",
        UNSET if note.stranger is None else note.stranger,
        "debug" if note.unremarkable else "info",
    )


@lru_cache(maxsize=8)
def _second(since_epoch: int) -> str:
    """What all lines of one second have in common; most of a batch are of the same."""
    return dt.datetime.fromtimestamp(since_epoch, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S")
