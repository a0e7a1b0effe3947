"""Sends again what failed, sample by sample; it knows neither the wire nor the pace."""

from __future__ import annotations

import asyncio
import copy
import logging
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar

from reasoning_chains.backends.guard.retry import Bucket, Retry
from reasoning_chains.backends.guard.samples import Samples
from reasoning_chains.backends.guard.wrapper import Wrapper
from reasoning_chains.errors import BackendError
from reasoning_chains.protocols import Backend, Emit
from reasoning_chains.types import Completion, Content, Request
from reasoning_chains.waiting import together

if TYPE_CHECKING:
    from tenacity import RetryCallState

__all__ = ["Retrying"]

_T = TypeVar("_T")
_LOG = logging.getLogger("reasoning_chains")
_LONG = 3.0
"""Seconds of a wait that somebody who looks on should know of."""
_QUIET = 10.0
"""Seconds between two such messages."""


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
        self._quiet_until = [0.0]  # in a list: views share it

    async def complete(self, request: Request, emit: Emit) -> None:
        """Ask, and ask again for each sample that did not come."""
        samples = Samples(request, emit)
        self._book(await samples.send(self.inner, range(request.n)))
        missing, began = list(samples.failed), time.monotonic()
        await together([self._again(samples, at, began) for at in missing])

    async def score(self, content: Content, continuations: Sequence[str]) -> Sequence[Completion]:
        """Score, and ask again where that fails.

        Raises:
            BackendError: It failed for good.
        """

        async def once() -> Sequence[Completion]:
            found = await super(Retrying, self).score(content, continuations)
            self._book(1)
            return found

        try:
            return await once()
        except BackendError as error:
            first = error
        return await _Again(self, once, first, time.monotonic()).run()

    def _book(self, landed: int) -> None:
        for _ in range(landed):
            self.bucket.succeed()

    def tell(self, error: BackendError, wait: float, now: float) -> None:
        """Log a long wait, one of many."""
        if wait >= _LONG and now >= self._quiet_until[0]:
            self._quiet_until[0] = now + _QUIET
            _LOG.warning("asking again in %.0f s: %s", wait, error)

    async def _again(self, samples: Samples, at: int, began: float) -> None:
        """Send one sample until it lands, or there is no further attempt."""

        async def once() -> None:
            self._book(await samples.send(self.inner, (at,)))
            if at in samples.failed:
                raise samples.failed[at]

        try:
            await _Again(self, once, samples.failed[at], began).run()
        except BackendError as error:
            samples.give_up(at, error)


class _Again(Generic[_T]):
    """Something on its way after its first failure."""

    def __init__(
        self, mine: Retrying, once: Callable[[], Awaitable[_T]], failed: BackendError, began: float
    ) -> None:
        self._mine, self._once, self._failed, self._began = mine, once, failed, began
        self._why = ""

    async def run(self) -> _T:
        """Try until it succeeds.

        Raises:
            BackendError: There is no further attempt.
        """
        from tenacity import AsyncRetrying, retry_if_exception_type

        first = [self._failed]

        async def attempt() -> _T:
            if first:
                raise first.pop()
            return await self._once()

        tries = AsyncRetrying(
            retry=retry_if_exception_type(BackendError),
            wait=self._wait,
            stop=self._stop,
            sleep=asyncio.sleep,
            reraise=True,
        )
        try:
            return await tries(attempt)
        except BackendError as last:
            attempts = int(tries.statistics["attempt_number"])
            raise self._given_up(last, attempts) from None

    def _wait(self, state: RetryCallState) -> float:
        error, now = _error(state), time.monotonic()
        own = self._mine.retry.wait(error, state.attempt_number, random.random())
        wait = max(own, self._mine.bucket.wait(now))
        ends = now - self._began + wait
        if not self._refusal(state, ends):
            self._mine.bucket.take(now)
            self._mine.tell(error, wait, now)
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
