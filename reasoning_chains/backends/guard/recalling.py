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

    A reply is handed on when it is safe on the disk. Who stops waiting for one that was asked for
    has it kept nevertheless, where the backend is paid by the request.
    """

    def __init__(self, inner: Backend, store: Store, *, offline: bool = False) -> None:
        super().__init__(inner)
        self.store, self.offline = store, offline
        self._flying: set[asyncio.Task[None]] = set()

    @property
    def bills(self) -> bool:
        """Its replies tell what they cost, for the store counts it too."""
        return True

    async def score(self, content: Content, continuations: Sequence[str]) -> Sequence[Completion]:
        """Score by the backend inside; scores are not kept.

        Raises:
            BackendError: Nothing may be asked.
        """
        if self.offline:
            raise BackendError("scores are not kept in a store: leave offline out")
        return await super().score(content, continuations)

    async def aclose(self) -> None:
        """Wait for what is paid for and on its way, and close the backend inside."""
        while self._flying:
            await asyncio.wait(self._flying)
        await super().aclose()

    async def complete(self, request: Request, emit: Emit) -> None:
        """Give what is there, and buy the rest in one request."""
        found = self.store.find(request.samples)
        missing: list[int] = []
        for at, key in enumerate(request.samples):
            if key in found:
                emit(at, _recalled(found[key]))
            elif self.offline:
                emit(at, BackendError(f"{_told(request)} is not in {self.store.path}"))
            else:
                missing.append(at)
        if missing:
            await self._bought(request, missing, emit)

    async def _bought(self, request: Request, missing: list[int], emit: Emit) -> None:
        keys = tuple(request.samples[at] for at in missing)
        narrowed = Request(request.content, keys)
        task = asyncio.create_task(self._buy(narrowed, lambda at, news: emit(missing[at], news)))
        self._flying.add(task)
        task.add_done_callback(self._flying.discard)
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if not self._is_paid():
                task.cancel()  # a local engine frees the row
            raise

    def _is_paid(self) -> bool:
        price = self.price
        return price is None or bool(price.input or price.output)

    async def _buy(self, request: Request, emit: Emit) -> None:
        keeping: list[asyncio.Task[None]] = []

        def hear(at: int, news: Delta | Completion | BackendError) -> None:
            if isinstance(news, Completion):
                told = billed(news, self.inner)
                keeping.append(asyncio.create_task(self._keep(request, at, told, emit)))
            else:
                emit(at, news)

        try:
            await self.inner.complete(request, hear)
        finally:
            if keeping:
                await asyncio.gather(*keeping)

    async def _keep(self, request: Request, at: int, completion: Completion, emit: Emit) -> None:
        await self.store.keep(request.samples[at], request.content, completion)
        emit(at, completion)


def _recalled(completion: Completion) -> Completion:
    """Give a reply as one that costs nothing now."""
    usage = replace(completion.usage, requests=0)
    notes = (*completion.notes, "from the store")
    return replace(completion, usage=usage, bill=Usage(), notes=notes)


def _told(request: Request) -> str:
    asked = " ".join(request.content.messages[-1].content.split())
    return f"the reply to {asked[:80]!r} by {request.samples[0].backend}"
