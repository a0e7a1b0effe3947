"""How long an address is waited for, learned from its own answers; it knows no connection."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Hashable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from reasoning_chains.backends.openai.failures import Teller

__all__ = ["Patience", "Slowest"]

_FLOOR = 5.0
"""No answer is given up sooner, in seconds."""
_FACTOR = 3.0
"""How much slower than the slowest seen an answer may be."""
_ENOUGH = 32
"""So many answers must have been seen."""
_WINDOW = 1_000
"""So many are looked back at: the slowest of them stands for the 99.9th percentile."""


class Slowest:
    """The most of the last so many numbers."""

    def __init__(self, window: int = _WINDOW) -> None:
        self._window = window
        self._falling: deque[tuple[int, float]] = deque()
        self.seen = 0

    def add(self, value: float) -> None:
        """Take in a number."""
        while self._falling and self._falling[-1][1] <= value:
            self._falling.pop()
        self._falling.append((self.seen, value))
        self.seen += 1
        if self._falling[0][0] <= self.seen - 1 - self._window:
            self._falling.popleft()

    def limit(self) -> float | None:
        """Give how long the next may take; None where too few were seen."""
        if self.seen < _ENOUGH:
            return None
        return max(_FLOOR, _FACTOR * self._falling[0][1])


class Patience:
    """How long the first byte of an answer, and then each next, is waited for.

    Longer replies take longer: answers are held against those with as many tokens asked for, by
    powers of two, streamed or not. One that is given up counts as slow as it was, so that a server
    that grows slower is given more time and not asked for ever.
    """

    def __init__(self) -> None:
        self._first: dict[Hashable, Slowest] = {}
        self._gaps = Slowest()

    @asynccontextmanager
    async def waiting(self, body: Mapping[str, Any], teller: Teller) -> AsyncIterator[Watch]:
        """Watch one answer, which tells `Watch.piece` of whatever comes.

        Raises:
            HostedError: It is much slower than all others.
        """
        first = self._first.setdefault(_kind(body), Slowest())
        clock = asyncio.timeout(first.limit())
        watch = Watch(first, self._gaps, clock)
        try:
            async with clock:
                yield watch
        except TimeoutError:
            if not clock.expired():
                raise
            raise teller.stalled(watch.gave_up()) from None


class Watch:
    """One answer that is waited for."""

    def __init__(self, first: Slowest, gaps: Slowest, clock: asyncio.Timeout) -> None:
        self._waits, self._gaps, self._clock = first, gaps, clock
        self._now = asyncio.get_running_loop().time
        self._since = self._now()

    def piece(self) -> None:
        """Tell that something came."""
        now = self._now()
        self._waits.add(now - self._since)
        self._waits, self._since = self._gaps, now
        limit = self._gaps.limit()
        self._clock.reschedule(None if limit is None else now + limit)

    def gave_up(self) -> float:
        """Count a wait that was given up, and give its seconds."""
        seconds = self._now() - self._since
        self._waits.add(seconds)
        return seconds


def _kind(body: Mapping[str, Any]) -> Hashable:
    most = body.get("max_tokens") or body.get("max_completion_tokens") or 0
    size = int(most).bit_length() if isinstance(most, int) else 0
    return bool(body.get("stream")), size
