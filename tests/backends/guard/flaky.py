"""A backend that fails as it is told to, by sample and attempt; and one way to ask it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

from reasoning_chains.errors import BackendError, HostedError
from reasoning_chains.protocols import Backend, Emit
from reasoning_chains.types import (
    Capabilities,
    Completion,
    Content,
    Delta,
    Message,
    Request,
    SampleKey,
    Sampling,
    Usage,
)

News = Delta | Completion | BackendError
Script = Callable[[int, int], list[News]]
"""What a sample gives at an attempt: its number and the attempt's, both from 0."""

CONTENT = Content((Message("user", "?"),), Sampling(temperature=0.7))


class Flaky:
    """Tells what each sample gives; an error in place of all stands for a whole that failed."""

    name = "flaky"
    capabilities = Capabilities(stream=True)
    defaults = Sampling()

    def __init__(self, script: Script, whole: Callable[[int], BackendError | None] | None = None):
        self.script, self.whole = script, whole or (lambda number: None)
        self.attempts: Counter[int] = Counter()
        self.requests: list[Request] = []
        self.at: list[float] = []

    async def complete(self, request: Request, emit: Emit) -> None:
        number = len(self.requests)
        self.requests.append(request)
        self.at.append(asyncio.get_running_loop().time())
        for index, key in enumerate(request.samples):
            sample = int(key.path[-1])
            attempt, self.attempts[sample] = self.attempts[sample], self.attempts[sample] + 1
            for news in self.script(sample, attempt):
                emit(index, news)
        if (error := self.whole(number)) is not None:
            raise error


def landed(number: int) -> Completion:
    """Give the reply of a sample."""
    usage = Usage(1, 1, 10, 5)
    return Completion(f"reply {number}", usage=usage, bill=usage)


def failed(status: int = 500, *, retryable: bool = True, after: float | None = None) -> HostedError:
    """Give what a server answers that fails."""
    error = HostedError("it failed", retryable=retryable, status=status)
    error.retry_after = after
    return error


def asked(backend: Backend, samples: int = 1) -> list[list[News]]:
    """Ask for some samples, and give what was emitted for each."""
    heard: list[list[News]] = [[] for _ in range(samples)]
    keys = tuple(SampleKey(backend.name, CONTENT.digest, (0, at)) for at in range(samples))

    async def story() -> None:
        await backend.complete(Request(CONTENT, keys), lambda at, news: heard[at].append(news))

    asyncio.run(story())
    return heard
