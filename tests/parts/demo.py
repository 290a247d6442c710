"""The demo, running: what somebody has in front of them who has just begun."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from parts.program import started


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """Where it serves, and its keys; they may do everything."""

    url: str
    key: str
    test_key: str
    number_id: str


@contextmanager
def demo_in(folder: Path) -> Iterator[Demo]:
    """Fresh sample data."""
    with started("demo", "--port", "0", "--json", "--no-calls", env={}, cwd=folder) as running:
        told = running.report()
        yield Demo(
            url=told["url"],
            key=told["key"],
            test_key=told["test_key"],
            number_id=told["organization_telephone_number_id"],
        )
