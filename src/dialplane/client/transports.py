"""Two ways to carry out the same steps: waiting, and awaited."""

import asyncio
import time
from typing import Any, TypeVar

import httpx

from dialplane.client.exchange import Came, Outgoing, Pause, Terms, exchange
from dialplane.client.grouping import Transport
from dialplane.client.pages import AsyncPages, NextStep, Pages
from dialplane.client.wire import Call, tried

T = TypeVar("T")


class SyncTransport:
    def __init__(self, http: httpx.Client, terms: Terms) -> None:
        self._http, self._terms = http, terms

    def send(self, call: Call[T]) -> T:
        steps = exchange(call, self._terms)
        step = next(steps)
        while True:
            try:
                step = steps.send(self._carried_out(step))
            except StopIteration as end:
                answer: T = end.value
                return answer

    def pages(self, call: Call[Any], next_step: NextStep) -> Pages[Any]:
        return Pages(self.send, time.sleep, call, next_step)

    def close(self) -> None:
        self._http.close()

    def _carried_out(self, step: Outgoing | Pause) -> Came:
        if isinstance(step, Pause):
            time.sleep(step.seconds)
            return None
        try:
            return self._http.request(**_in_words_of_httpx(step))
        except httpx.TransportError as error:
            return error


class AsyncTransport:
    def __init__(self, http: httpx.AsyncClient, terms: Terms) -> None:
        self._http, self._terms = http, terms

    async def send(self, call: Call[T]) -> T:
        steps = exchange(call, self._terms)
        step = next(steps)
        while True:
            try:
                step = steps.send(await self._carried_out(step))
            except StopIteration as end:
                answer: T = end.value
                return answer

    def pages(self, call: Call[Any], next_step: NextStep) -> AsyncPages[Any]:
        return AsyncPages(self.send, asyncio.sleep, call, next_step)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _carried_out(self, step: Outgoing | Pause) -> Came:
        if isinstance(step, Pause):
            await asyncio.sleep(step.seconds)
            return None
        try:
            return await self._http.request(**_in_words_of_httpx(step))
        except httpx.TransportError as error:
            return error


class TrialTransport:
    """Turns every change into the question what it would do; over either transport."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def send(self, call: Call[Any]) -> Any:
        return self._transport.send(tried(call))

    def pages(self, call: Call[Any], next_step: NextStep) -> Any:
        del next_step
        return self.send(call)


def _in_words_of_httpx(step: Outgoing) -> dict[str, Any]:
    return {
        "method": step.method,
        "url": step.path,
        "params": step.params,
        "headers": step.headers,
        "content": step.content,
        "timeout": step.timeout_s,
    }
