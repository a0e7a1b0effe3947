"""Carries what a worker thread makes to a coroutine on its event loop; it knows no replies."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable
from typing import Any, Generic, TypeVar

__all__ = ["Delivery", "wake"]

News = TypeVar("News")


class Delivery(Generic[News]):
    """A one-way line: `put` and then `wake` in the worker, `news` in the coroutine that made it.

    `dropped` is set where the reader has gone: the worker then stops working for it.
    """

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._waiting = asyncio.Event()
        self._news: deque[News | BaseException] = deque()
        self.dropped = False

    def put(self, news: News | BaseException) -> None:
        """Add news, which are read after the next `wake`; an exception is raised in the reader."""
        self._news.append(news)

    @property
    def unread(self) -> bool:
        """Whether there is news, and somebody to read it."""
        return bool(self._news) and not self.dropped

    def ring(self) -> None:
        """Let the reader read; called on its loop."""
        self._waiting.set()

    async def news(self) -> AsyncIterator[News]:
        """Give what comes, for as long as it is read."""
        while True:
            await self._waiting.wait()
            self._waiting.clear()
            while self._news:
                one = self._news.popleft()
                if isinstance(one, BaseException):
                    raise one
                yield one


def wake(lines: Iterable[Delivery[Any]]) -> None:
    """Let the readers of several lines read.

    Each event loop is called once: a call writes to the loop's socket, and costs as much as the
    rest of handing over.
    """
    by_loop: dict[asyncio.AbstractEventLoop, list[Delivery[Any]]] = {}
    for line in lines:
        if line.unread:
            by_loop.setdefault(line.loop, []).append(line)
    for loop, several in by_loop.items():
        try:
            loop.call_soon_threadsafe(_ring, several)
        except RuntimeError:  # the loop was closed under its readers
            for line in several:
                line.dropped = True


def _ring(lines: Iterable[Delivery[Any]]) -> None:
    for line in lines:
        line.ring()
