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
    told by a delta with `anew`. Before it is asked again for a reply that may have been billed, who
    pays is told by one with `lost`.

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
        earlier = [(at, self.failed.pop(at)) for at in wanted if at in self.failed]
        if lost := [at for at, error in earlier if error.lost]:
            for at in lost:
                self._emit(at, Delta(lost=True))
            for _ in range(_TURNS):
                await asyncio.sleep(0)

        def hear(index: int, news: Delta | Completion | BackendError) -> None:
            self._hear(wanted[index], news, before)

        keys = tuple(self._request.samples[at] for at in wanted)
        try:
            await backend.complete(Request(self._request.content, keys), hear)
        except BackendError as error:
            for at in wanted:
                if at not in self._landed:
                    self.failed.setdefault(at, error)
        return len(self._landed.intersection(wanted))

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
