"""What tests do away from their own thread: on that, the browser's loop may still be running."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def do_aside(act: Callable[[], T]) -> T:
    with ThreadPoolExecutor(max_workers=1) as aside:
        return aside.submit(act).result()


def run_aside(journey: Coroutine[Any, Any, T]) -> T:
    return do_aside(lambda: asyncio.run(journey))
