"""Holds requests back until their account takes them; when that is, the pacer says."""

from __future__ import annotations

import asyncio
import copy
import time
from collections.abc import AsyncIterator, Hashable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

from reasoning_chains.backends.guard.pacer import Pacer
from reasoning_chains.backends.guard.samples import work_of
from reasoning_chains.backends.guard.travel import at_the_wire
from reasoning_chains.backends.guard.wrapper import Wrapper
from reasoning_chains.errors import BackendError
from reasoning_chains.protocols import Backend, Emit
from reasoning_chains.types import Completion, Content, Delta, Request, Usage

__all__ = ["Pacing"]

_BYTES_A_TOKEN = 3.5
_REPLY = 500.0
"""Tokens of a reply that nothing is known of."""


class Pacing(Wrapper):
    """A backend that asks no faster than its account allows.

    Args:
        inner: The backend that sends.
        pacer: What is known of the account; backends of one account share one.
    """

    def __init__(self, inner: Backend, pacer: Pacer | None = None) -> None:
        super().__init__(inner)
        self.pacer = pacer or Pacer()
        self._reply = [_REPLY]  # in a list: views share it

    paces = True

    @property
    def load(self) -> float:
        """What part of its slots is taken or waited for."""
        return self.pacer.line().load

    @property
    def slots(self) -> int:
        """How many requests it takes at once."""
        return self.pacer.pace.concurrency

    async def complete(self, request: Request, emit: Emit) -> None:
        """Wait for a slot and for the account, then send.

        Raises:
            BackendError: The account refused the key a moment ago: nothing was sent.
        """
        expected = self._expected(request.content, request.n)
        async with self._slot(work_of(request), expected):
            heard = _Heard(emit)
            with self._counting(heard, expected):
                await self.inner.complete(request, heard.hear)

    async def score(self, content: Content, continuations: Sequence[str]) -> Sequence[Completion]:
        """Do the same for the scores of given texts."""
        expected = self._expected(content, 0)
        async with self._slot(None, expected):
            heard = _Heard(lambda at, news: None)
            with self._counting(heard, expected):
                found = await super().score(content, continuations)
                for one in found:
                    heard.hear(0, one)
                return found

    @asynccontextmanager
    async def _slot(self, work: Hashable, expected: float) -> AsyncIterator[None]:
        line = self.pacer.line()
        await line.enter(work)
        try:
            self._check()
            await self._turn(expected)
            self.pacer.started(time.monotonic())
            yield
        finally:
            line.leave()

    @contextmanager
    def _counting(self, heard: _Heard, expected: float) -> Iterator[None]:
        try:
            with at_the_wire():
                yield
        except BackendError as error:
            heard.error = error
            raise
        finally:
            self._count(heard, expected)

    async def _turn(self, expected: float) -> None:
        """Wait for the account; who leaves, or is refused meanwhile, takes nothing."""
        wait = self.pacer.start(time.monotonic(), expected)
        used = False
        try:
            if wait > 0:
                await asyncio.sleep(wait)
                self._check()
            used = True
        finally:
            if not used:
                self.pacer.withdraw(expected)

    def _check(self) -> None:
        if (refusal := self.pacer.refusal(time.monotonic())) is not None:
            raise copy.copy(refusal)

    def _count(self, heard: _Heard, expected: float) -> None:
        now, used = time.monotonic(), heard.bill
        if told := getattr(self.inner, "limits", None):
            self.pacer.told(told, now, time.time())
        if heard.landed:
            if used.completion_tokens:
                self._reply[0] += 0.1 * (used.completion_tokens / heard.landed - self._reply[0])
            self.pacer.landed(now, expected - used.tokens)
            if used.requests > 1:
                self.pacer.besides(used.requests - 1, now)
        elif heard.error is not None:
            self.pacer.failed(heard.error, now, expected)

    def _expected(self, content: Content, samples: int) -> float:
        """Estimate the tokens of a request."""
        prompt = sum(len(m.content.encode()) for m in content.messages) / _BYTES_A_TOKEN
        most = content.sampling.max_tokens
        reply = self._reply[0] if most is None else min(self._reply[0], most)
        return prompt + samples * reply


class _Heard:
    """What came of a request, as the account counts it."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self.landed = 0
        self.bill = Usage()
        self.error: BackendError | None = None

    def hear(self, index: int, news: Delta | Completion | BackendError) -> None:
        """Count, and hand on."""
        if isinstance(news, Completion):
            self.landed += 1
            self.bill += news.bill
        elif isinstance(news, BackendError):
            self.error = news
        self._emit(index, news)
