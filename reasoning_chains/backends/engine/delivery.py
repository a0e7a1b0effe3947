"""Carries what a worker thread makes to a coroutine on its event loop; it knows no replies."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Generic, TypeVar

__all__ = ["Delivery"]

News = TypeVar("News")


class Delivery(Generic[News]):
    """A one-way line: `put` and `wake` in the worker, `news` in the coroutine that made it.

    `dropped` is set where the reader has gone: the worker then stops working for it.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting = asyncio.Event()
        self._news: deque[News | BaseException] = deque()
        self.dropped = False

    def put(self, news: News | BaseException) -> None:
        """Add news, which are read after the next `wake`; an exception is raised in the reader."""
        self._news.append(news)

    def wake(self) -> None:
        """Let the reader read."""
        if not self._news or self.dropped:
            return
        try:
            self._loop.call_soon_threadsafe(self._waiting.set)
        except RuntimeError:  # the loop was closed under its reader
            self.dropped = True

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
