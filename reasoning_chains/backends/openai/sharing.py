"""Whether an address takes n, learned once from its first answer; it knows nothing of the wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

__all__ = ["NativeN"]


class _Flight:
    """A first request whose answer will tell; others of the same loop wait for it."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()
        self.failed = False


class NativeN:
    """Remembers whether an address gives several samples for one request.

    Attributes:
        takes: `None` until an answer told it.
        how: In which words the address refused, for notes.
    """

    def __init__(self, takes: bool | None) -> None:
        self.takes = takes
        self.how = "" if takes is None else "as declared"
        self._flights: dict[asyncio.AbstractEventLoop, _Flight] = {}

    def learn(self, takes: bool, how: str) -> None:
        """Keep what an answer told; the first to tell is believed."""
        if self.takes is None:
            self.takes, self.how = takes, how

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[None]:
        """Let the first request through alone, and the others once it is answered.

        Where its answer told nothing (the server failed), the others all go at once: one by one,
        they would wait for a dead server one time-out after another.
        """
        loop = asyncio.get_running_loop()
        while self.takes is None and (first := self._flights.get(loop)) is not None:
            await first.ended.wait()
            if first.failed:
                break
        if self.takes is not None or loop in self._flights:
            yield
            return
        flight = self._flights[loop] = _Flight()
        flight.failed = True
        try:
            yield
        except asyncio.CancelledError:
            flight.failed = False  # it was called off: the next in the queue is the first now
            raise
        finally:
            del self._flights[loop]
            flight.failed &= self.takes is None
            flight.ended.set()
