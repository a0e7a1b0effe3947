"""The samples of one request over several attempts; it decides nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Sequence

from reasoning_chains.errors import BackendError
from reasoning_chains.protocols import Backend, Emit
from reasoning_chains.types import Completion, Delta, Request

__all__ = ["Samples", "work_of"]

_TURNS = 12
"""Turns of the event loop in which one who cannot pay for another reply leaves, with his tasks."""


class Samples:
    """Sends samples, hands on what lands, and keeps what failed.

    A reply that broke off while it was watched begins anew with the next attempt: the watcher is
    told by a delta with `anew`. Who pays is told by one with `lost` of a reply that may have been
    billed and did not arrive.

    Attributes:
        failed: What each sample failed with that has not landed.
    """

    def __init__(self, request: Request, emit: Emit) -> None:
        self._request, self._emit = request, emit
        self.failed: dict[int, BackendError] = {}
        self._landed: set[int] = set()
        self._heard: set[int] = set()

    async def send(self, backend: Backend, wanted: Sequence[int]) -> int:
        """Send some samples in one request; give how many landed."""
        before = self._heard.intersection(wanted)
        for at in wanted:
            self.failed.pop(at, None)

        def hear(index: int, news: Delta | Completion | BackendError) -> None:
            self._hear(wanted[index], news, before)

        keys = tuple(self._request.samples[at] for at in wanted)
        try:
            await backend.complete(Request(self._request.content, keys), hear)
        except BackendError as error:
            for at in wanted:
                if at not in self._landed:
                    self.failed.setdefault(at, error)
        await self._tell_lost(wanted)
        return len(self._landed.intersection(wanted))

    async def _tell_lost(self, wanted: Sequence[int]) -> None:
        """Tell who pays what may have been billed; who cannot pay for another one leaves."""
        errors = [(at, self.failed[at]) for at in wanted if at in self.failed]
        lost = [(at, error) for at, error in errors if error.lost and not error.told]
        for at, _ in lost:
            self._emit(at, Delta(lost=True))
        for _, error in lost:
            error.told = True
        for _ in range(_TURNS if lost else 0):
            await asyncio.sleep(0)

    def _hear(self, at: int, news: Delta | Completion | BackendError, before: set[int]) -> None:
        if isinstance(news, BackendError):
            self.failed[at] = news
            return
        if isinstance(news, Delta) and news.lost:
            self._emit(at, news)
            return
        if at in before:
            before.remove(at)
            self._emit(at, Delta(anew=True))
        self._heard.add(at)
        if isinstance(news, Completion):
            self._landed.add(at)
        self._emit(at, news)

    def give_up(self, at: int, error: BackendError) -> None:
        """End a sample with an error."""
        self._emit(at, error)


def work_of(request: Request) -> Hashable:
    """Tell which problem a request belongs to; of greedy asks nobody knows."""
    return request.samples[0].path[:2] or None
