"""Lists that are longer than one answer: iterate, and the next page is fetched when it is due."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from dialplane.client.models.model import Page
from dialplane.client.wire import Call

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Step:
    """What to ask next, and how long to wait before."""

    call: Call[Any]
    pause_s: float = 0.0


NextStep = Callable[[Call[Any], Page[Any]], Step | None]


def following_the_cursor(call: Call[Any], page: Page[Any]) -> Step | None:
    return None if page.next_cursor is None else Step(_asking(call, cursor=page.next_cursor))


def following_positions(every_s: float) -> NextStep:
    """The feed of events has no end: ask on behind the last one, pausing where there is none."""

    def next_step(call: Call[Any], page: Page[Any]) -> Step:
        if not page.items:
            return Step(call, every_s)
        return Step(
            _asking(call, after=page.items[-1].position),
            0.0 if page.next_cursor else every_s,
        )

    return next_step


def _asking(call: Call[Any], **query: Any) -> Call[Any]:
    return replace(call, query={**call.query, **query})


class Pages(Generic[T]):
    """Iterate for the items; `pages()` gives page by page, `first()` only the first."""

    def __init__(
        self,
        send: Callable[[Call[Any]], Page[T]],
        sleep: Callable[[float], object],
        first: Call[Any],
        next_step: NextStep,
    ) -> None:
        self._send, self._sleep = send, sleep
        self._first, self._next_step = first, next_step

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page.items

    def first(self) -> Page[T]:
        return self._send(self._first)

    def pages(self) -> Iterator[Page[T]]:
        step: Step | None = Step(self._first)
        while step is not None:
            if step.pause_s:
                self._sleep(step.pause_s)
            page = self._send(step.call)
            yield page
            step = self._next_step(step.call, page)


class AsyncPages(Generic[T]):
    """Iterate with `async for`; `pages()` gives page by page, `first()` only the first."""

    def __init__(
        self,
        send: Callable[[Call[Any]], Awaitable[Page[T]]],
        sleep: Callable[[float], Awaitable[object]],
        first: Call[Any],
        next_step: NextStep,
    ) -> None:
        self._send, self._sleep = send, sleep
        self._first, self._next_step = first, next_step

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for item in page.items:
                yield item

    async def first(self) -> Page[T]:
        return await self._send(self._first)

    async def pages(self) -> AsyncIterator[Page[T]]:
        step: Step | None = Step(self._first)
        while step is not None:
            if step.pause_s:
                await self._sleep(step.pause_s)
            page = await self._send(step.call)
            yield page
            step = self._next_step(step.call, page)
