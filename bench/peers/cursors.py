"""Cursors as most programs write them: the sort value and the id of the last row, in base64."""

import base64
import json
from typing import Any

NEWEST = (1 << 62, "~")
SMALLEST = ("", "")


def write(place: tuple[Any, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def read(cursor: list[str] | None, otherwise: tuple[Any, str]) -> tuple[Any, str]:
    if not cursor:
        return otherwise
    value, id_ = json.loads(base64.urlsafe_b64decode(cursor[0]))
    return value, id_
