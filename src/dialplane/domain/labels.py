"""What a call can be found by: the plain values of its metadata and of its dynamic variables."""

import json
from collections.abc import Iterator
from typing import Any, Final

from dialplane.domain.frozen import dataclass

LONGEST: Final = 255


@dataclass(frozen=True, slots=True)
class Label:
    name: str
    value: str


def labels_in(values: dict[str, Any]) -> Iterator[Label]:
    """Objects, lists and long texts are kept with the call, but it is not found by them."""
    for name, value in values.items():
        if isinstance(value, dict | list):
            continue
        text = value if isinstance(value, str) else json.dumps(value)
        if len(name) <= LONGEST and len(text) <= LONGEST:
            yield Label(name, text)


def read_label(text: str) -> Label:
    """`key:value`, as a filter says it; the value may hold colons of its own."""
    name, _, value = text.partition(":")
    return Label(name, value)
