"""Sends again what failed, sample by sample; it knows neither the wire nor the pace."""

from __future__ import annotations

import asyncio
import copy
import random
import time
from typing import TYPE_CHECKING

from reasoning_chains.backends.guard.retry import Bucket, Retry
from reasoning_chains.backends.guard.samples import Samples
from reasoning_chains.backends.guard.wrapper import Wrapper
from reasoning_chains.errors import BackendError
from reasoning_chains.protocols import Backend, Emit
from reasoning_chains.types import Request
from reasoning_chains.waiting import together

if TYPE_CHECKING:
    from tenacity import RetryCallState

__all__ = ["Retrying"]


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
        samples = Samples(request, emit)
        self._book(await samples.send(self.inner, range(request.n)))
        missing, began = list(samples.failed), time.monotonic()
        await together([_Again(self, samples, at, began).run() for at in missing])

    def _book(self, landed: int) -> None:
        for _ in range(landed):
            self.bucket.succeed()

    async def once(self, samples: Samples, at: int) -> None:
        """Send one sample once more.

        Raises:
            BackendError: It failed again.
        """
        self._book(await samples.send(self.inner, (at,)))
        if at in samples.failed:
            raise samples.failed[at]


class _Again:
    """One sample on its way after its first failure."""

    def __init__(self, mine: Retrying, samples: Samples, at: int, began: float) -> None:
        self._mine, self._samples, self._at, self._began = mine, samples, at, began
        self._why = ""

    async def run(self) -> None:
        """Try until it lands, or there is no further attempt."""
        from tenacity import AsyncRetrying, retry_if_exception_type

        first = [self._samples.failed[self._at]]

        async def attempt() -> None:
            if first:
                raise first.pop()
            await self._mine.once(self._samples, self._at)

        tries = AsyncRetrying(
            retry=retry_if_exception_type(BackendError),
            wait=self._wait,
            stop=self._stop,
            sleep=asyncio.sleep,
            reraise=True,
        )
        try:
            await tries(attempt)
        except BackendError as last:
            attempts = int(tries.statistics["attempt_number"])
            self._samples.give_up(self._at, self._given_up(last, attempts))

    def _wait(self, state: RetryCallState) -> float:
        error, now = _error(state), time.monotonic()
        own = self._mine.retry.wait(error, state.attempt_number, random.random())
        wait = max(own, self._mine.bucket.wait(now))
        ends = now - self._began + wait
        if not self._refusal(state, ends):
            self._mine.bucket.take(now)
        return wait

    def _stop(self, state: RetryCallState) -> bool:
        ends = time.monotonic() - self._began + state.upcoming_sleep
        self._why = self._refusal(state, ends)
        return bool(self._why)

    def _refusal(self, state: RetryCallState, ends: float) -> str:
        error, known = _error(state), self._mine.bucket.known
        return self._mine.retry.refusal(error, state.attempt_number, ends, known=known)

    def _given_up(self, error: BackendError, attempts: int) -> BackendError:
        """Tell how often it was tried, and why not once more."""
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
