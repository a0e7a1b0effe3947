"""Sends again what failed, sample by sample; it knows neither the wire nor the pace."""

from __future__ import annotations

import asyncio
import copy
import random
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from reasoning_chains.backends.guard.retry import Bucket, Retry
from reasoning_chains.backends.guard.wrapper import Wrapper
from reasoning_chains.errors import BackendError
from reasoning_chains.protocols import Backend, Emit
from reasoning_chains.types import Completion, Delta, Request
from reasoning_chains.waiting import together

if TYPE_CHECKING:
    from tenacity import RetryCallState

__all__ = ["Retrying"]

_News = Delta | Completion | BackendError


class Retrying(Wrapper):
    """A backend whose failed samples are asked for again, each alone.

    The first attempt goes through as it is; only what failed comes here. A reply that broke off
    while it was watched begins anew: the watcher is told by a delta with `anew`.
    """

    def __init__(
        self, inner: Backend, retry: Retry | None = None, bucket: Bucket | None = None
    ) -> None:
        super().__init__(inner)
        self.retry = retry or Retry()
        self.bucket = bucket or Bucket()

    async def complete(self, request: Request, emit: Emit) -> None:
        """Ask, and ask again for each sample that did not come."""
        first = _First(emit, self.bucket)
        try:
            await self.inner.complete(request, first.hear)
        except BackendError as error:
            first.fail(error, request.n)
        await together([self._again(request, emit, first, at) for at in first.failed])

    async def _again(self, request: Request, emit: Emit, first: _First, at: int) -> None:
        alone = Request(request.content, (request.samples[at],))
        again = _Again(self, alone, first.began)
        await again.run(first.failed[at], partial(emit, at), at in first.watched)


class _First:
    """What came of the first attempt: the samples that failed, and those that somebody read."""

    def __init__(self, emit: Emit, bucket: Bucket) -> None:
        self._emit, self._bucket = emit, bucket
        self.began = time.monotonic()
        self.watched: set[int] = set()
        self.failed: dict[int, BackendError] = {}
        self._landed: set[int] = set()

    def hear(self, index: int, news: _News) -> None:
        """Hand on what is no failure."""
        if isinstance(news, BackendError):
            self.failed[index] = news
            return
        if isinstance(news, Delta):
            self.watched.add(index)
        else:
            self._landed.add(index)
            self._bucket.succeed()
        self._emit(index, news)

    def fail(self, error: BackendError, n: int) -> None:
        """Let all fail that nothing was heard of."""
        self.failed = {at: error for at in range(n) if at not in self._landed} | self.failed


class _Again:
    """One sample on its way after its first failure."""

    def __init__(self, mine: Retrying, request: Request, began: float) -> None:
        self._mine, self._request, self._began = mine, request, began
        self._why = ""
        self._spoiled = False

    async def run(self, error: BackendError, emit: Callable[[_News], None], heard: bool) -> None:
        """Try until it lands, or there is no further attempt; emit what came of it."""
        from tenacity import AsyncRetrying, retry_if_exception_type

        first, self._spoiled = [error], heard

        async def attempt() -> Completion:
            if first:
                raise first.pop()
            return await self._once(emit)

        tries = AsyncRetrying(
            retry=retry_if_exception_type(BackendError),
            wait=self._wait,
            stop=self._stop,
            sleep=asyncio.sleep,
            reraise=True,
        )
        try:
            emit(await tries(attempt))
        except BackendError as last:
            emit(self._given_up(last, tries.statistics["attempt_number"]))

    async def _once(self, emit: Callable[[_News], None]) -> Completion:
        landed: list[Completion | BackendError] = []
        fresh = True

        def hear(_: int, news: _News) -> None:
            nonlocal fresh
            if isinstance(news, BackendError):
                landed.append(news)
                return
            if fresh and self._spoiled:
                emit(Delta(anew=True))
            fresh = False
            if isinstance(news, Completion):
                landed.append(news)
            else:
                self._spoiled = True
                emit(news)

        await self._mine.inner.complete(self._request, hear)
        if isinstance(landed[0], BackendError):
            raise landed[0]
        self._mine.bucket.succeed()
        return landed[0]

    def _wait(self, state: RetryCallState) -> float:
        error = _error(state)
        now = time.monotonic()
        if self._mine.retry.refusal(error, state.attempt_number, now - self._began):
            return 0.0
        own = self._mine.retry.wait(error, state.attempt_number, random.random())
        return max(own, self._mine.bucket.take(now))

    def _stop(self, state: RetryCallState) -> bool:
        ends = time.monotonic() - self._began + state.upcoming_sleep
        self._why = self._mine.retry.refusal(_error(state), state.attempt_number, ends)
        return bool(self._why)

    def _given_up(self, error: BackendError, attempts: int) -> BackendError:
        """Tell that it was tried more than once, or why not."""
        if not error.retryable:
            return error
        told = copy.copy(error)
        tried = f"sent {attempts} times" if attempts > 1 else "sent once"
        told.args = (f"{error} ({tried}; {self._why})",)
        return told


def _error(state: RetryCallState) -> BackendError:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, BackendError)
    return error
