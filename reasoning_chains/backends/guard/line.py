"""Who goes next where only so many may at once: what is begun is finished first."""

from __future__ import annotations

import asyncio
import heapq
from collections import OrderedDict
from collections.abc import Hashable

__all__ = ["Line"]

_REMEMBERED = 16_384
"""How many begun pieces of work are known at most."""


class Line:
    """Slots, and a line of those who wait for one.

    The first goes alone until it is back, or some seconds are over: it finds out whether the
    others need to be sent at all.
    """

    def __init__(self, slots: int, alone: float = 2.0) -> None:
        self._slots, self._alone = slots, alone
        self._inside = 0
        self._trying = True
        self._order = 0
        self._waiting: list[tuple[bool, int, asyncio.Future[None]]] = []
        self._begun: OrderedDict[Hashable, None] = OrderedDict()

    @property
    def load(self) -> float:
        """What part of the slots is taken or waited for."""
        return (self._inside + len(self._waiting)) / self._slots

    async def enter(self, work: Hashable) -> None:
        """Wait for a slot; `work` tells what the caller is a part of, None for nothing."""
        if self._room():
            self._let_in()
        else:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._order += 1
            heapq.heappush(self._waiting, (work not in self._begun, self._order, turn))
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self.leave()
                raise
        self._remember(work)

    def leave(self) -> None:
        """Give a slot back."""
        self._inside -= 1
        self._trying = False
        self._admit()

    def _room(self) -> bool:
        return self._inside < (1 if self._trying else self._slots)

    def _let_in(self) -> None:
        if self._trying and not self._inside:
            asyncio.get_running_loop().call_later(self._alone, self._go_on)
        self._inside += 1

    def _go_on(self) -> None:
        self._trying = False
        self._admit()

    def _admit(self) -> None:
        while self._waiting and self._room():
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                self._let_in()
                turn.set_result(None)

    def _remember(self, work: Hashable) -> None:
        if work is None:
            return
        self._begun[work] = None
        self._begun.move_to_end(work)
        if len(self._begun) > _REMEMBERED:
            self._begun.popitem(last=False)
