"""One description of an operation, for clients that wait and for those that are awaited.

A group of operations is written once, as functions from arguments to a `Call`. Which kind of client
it belongs to is a type parameter, and decides whether calling gives the answer or an awaitable.
"""

import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar, overload

from dialplane.client.models.dry_runs import DryRun
from dialplane.client.models.model import Page
from dialplane.client.pages import AsyncPages, NextStep, Pages, following_the_cursor
from dialplane.client.wire import Call

P = ParamSpec("P")
T = TypeVar("T")
M = TypeVar("M")


class Sync:
    """Marks a client that waits for its answers."""


class Async:
    """Marks a client whose answers are awaited."""


class SyncTrial:
    """Marks what only tells what a change would do."""


class AsyncTrial:
    """The same, awaited."""


class Transport(Protocol):
    """Sends calls: answers or awaitables come back, and pages of either kind."""

    def send(self, call: Call[Any]) -> Any: ...

    def pages(self, call: Call[Any], next_step: NextStep) -> Any: ...


class Group(Generic[M]):
    """Operations on one noun."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport


class Operation(Generic[P, T]):
    """Makes a function that describes a request a method that sends it."""

    def __init__(self, describe: Callable[Concatenate[Any, P], Call[T]]) -> None:
        self.describe = describe
        self.__doc__ = describe.__doc__

    @overload
    def __get__(self, group: None, owner: object) -> "Operation[P, T]": ...
    @overload
    def __get__(self, group: Group[Sync], owner: object) -> Callable[P, T]: ...
    @overload
    def __get__(self, group: Group[Async], owner: object) -> Callable[P, Awaitable[T]]: ...
    @overload
    def __get__(self, group: Group[SyncTrial], owner: object) -> Callable[P, DryRun]: ...
    @overload
    def __get__(
        self, group: Group[AsyncTrial], owner: object
    ) -> Callable[P, Awaitable[DryRun]]: ...
    def __get__(self, group: Any, owner: object) -> Any:
        if group is None:
            return self

        @functools.wraps(self.describe)
        def sent(*args: Any, **fields: Any) -> Any:
            return group.transport.send(self.describe(group, *args, **fields))

        return sent


class Listing(Generic[P, T]):
    """The same for a list: what it gives is iterated, page after page."""

    def __init__(self, describe: Callable[Concatenate[Any, P], Call[Page[T]]]) -> None:
        self.describe = describe
        self.__doc__ = describe.__doc__

    @overload
    def __get__(self, group: None, owner: object) -> "Listing[P, T]": ...
    @overload
    def __get__(self, group: Group[Sync], owner: object) -> Callable[P, Pages[T]]: ...
    @overload
    def __get__(self, group: Group[Async], owner: object) -> Callable[P, AsyncPages[T]]: ...
    def __get__(self, group: Any, owner: object) -> Any:
        if group is None:
            return self

        @functools.wraps(self.describe)
        def listed(*args: Any, **fields: Any) -> Any:
            call = self.describe(group, *args, **fields)
            return group.transport.pages(call, following_the_cursor)

        return listed


class Following(Generic[P, T]):
    """The same for a list that goes on for ever; the function says with what it continues."""

    def __init__(
        self, describe: Callable[Concatenate[Any, P], tuple[Call[Page[T]], NextStep]]
    ) -> None:
        self.describe = describe
        self.__doc__ = describe.__doc__

    @overload
    def __get__(self, group: None, owner: object) -> "Following[P, T]": ...
    @overload
    def __get__(self, group: Group[Sync], owner: object) -> Callable[P, Iterator[T]]: ...
    @overload
    def __get__(self, group: Group[Async], owner: object) -> Callable[P, AsyncIterator[T]]: ...
    def __get__(self, group: Any, owner: object) -> Any:
        if group is None:
            return self

        @functools.wraps(self.describe)
        def followed(*args: Any, **fields: Any) -> Any:
            pages = group.transport.pages(*self.describe(group, *args, **fields))
            return iter(pages) if isinstance(pages, Pages) else aiter(pages)

        return followed
