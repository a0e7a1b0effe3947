"""Takes from the store what is there, buys the rest, and keeps it before anybody reads it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from reasoning_chains.backends.guard.wrapper import Wrapper
from reasoning_chains.errors import BackendError
from reasoning_chains.pricing import billed
from reasoning_chains.protocols import Backend, Emit
from reasoning_chains.store.store import Store
from reasoning_chains.types import Completion, Content, Delta, Request
from reasoning_chains.usage import Usage

__all__ = ["Recalling"]


class Recalling(Wrapper):
    """A backend that buys no sample twice: a run that is begun again finds what it has.

    Args:
        inner: The backend that is asked for what is not there.
        store: Where replies are kept.
        offline: Whether nothing is asked: what is not there is an error that says so.

    A reply is handed on when it is safe on the disk.
    """

    def __init__(self, inner: Backend, store: Store, *, offline: bool = False) -> None:
        super().__init__(inner)
        self.store, self.offline = store, offline

    @property
    def bills(self) -> bool:
        """Its replies tell what they cost, for the store counts it too."""
        return True

    @property
    def keeps(self) -> bool:
        """What is paid for is kept, whoever waits for it; a free local engine frees the row."""
        price = self.price
        return price is None or bool(price.input or price.output)

    async def score(self, content: Content, continuations: Sequence[str]) -> Sequence[Completion]:
        """Score by the backend inside; scores are not kept.

        Raises:
            BackendError: Nothing may be asked.
        """
        if self.offline:
            raise BackendError("scores are not kept in a store: leave offline out")
        return await super().score(content, continuations)

    async def complete(self, request: Request, emit: Emit) -> None:
        """Give what is there, and buy the rest in one request."""
        found = await self.store.recall(request.samples)
        missing: list[int] = []
        for at, key in enumerate(request.samples):
            if key in found:
                emit(at, _recalled(found[key]))
            elif self.offline:
                emit(at, BackendError(f"{_told(request)} is not in {self.store.path}"))
            else:
                missing.append(at)
        if missing:
            keys = tuple(request.samples[at] for at in missing)
            narrowed = Request(request.content, keys)
            await self._buy(narrowed, lambda at, news: emit(missing[at], news))

    async def _buy(self, request: Request, emit: Emit) -> None:
        keeping: list[asyncio.Task[None]] = []

        def hear(at: int, news: Delta | Completion | BackendError) -> None:
            if isinstance(news, Completion):
                told = billed(news, self.inner)
                safe = self.store.put(request.samples[at], request.content, told)
                keeping.append(asyncio.create_task(_when(safe, at, told, emit)))
            else:
                emit(at, news)

        try:
            await self.inner.complete(request, hear)
        finally:
            if keeping:
                await asyncio.gather(*keeping)


async def _when(safe: asyncio.Future[None], at: int, completion: Completion, emit: Emit) -> None:
    await safe
    emit(at, completion)


def _recalled(completion: Completion) -> Completion:
    """Give a reply as one that costs nothing now."""
    usage = replace(completion.usage, requests=0)
    notes = (*completion.notes, "from the store")
    return replace(completion, usage=usage, bill=Usage(), notes=notes)


def _told(request: Request) -> str:
    asked = " ".join(request.content.messages[-1].content.split())
    return f"the reply to {asked[:80]!r} by {request.samples[0].backend}"
