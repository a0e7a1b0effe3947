"""Whether a group of samples is at the wire now, and what becomes of it when nobody waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["Travel", "at_the_wire", "travelling"]


class Travel:
    """One group on its way.

    What is at the wire is paid for: it is left to land, and the rest is broken off.

    Args:
        end: Breaks it off.
    """

    def __init__(self, end: Callable[[], None]) -> None:
        self._end = end
        self._at_wire = 0
        self._left = False

    @property
    def flying(self) -> bool:
        """Whether something is at the wire."""
        return self._at_wire > 0

    def stay(self) -> None:
        """Somebody waits."""
        self._left = False

    def leave(self) -> None:
        """Nobody waits any more."""
        self._left = True
        self._look()

    def _look(self) -> None:
        if self._left and not self._at_wire:
            self._end()

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Be at the wire during the block."""
        self._at_wire += 1
        try:
            yield
        finally:
            self._at_wire -= 1
            self._look()


_CURRENT: ContextVar[Travel | None] = ContextVar("travel", default=None)


def travelling(travel: Travel) -> None:
    """Name the way of the running task, and of those that it starts."""
    _CURRENT.set(travel)


@contextmanager
def at_the_wire() -> Iterator[None]:
    """Be at the wire during the block, whoever's way it is."""
    travel = _CURRENT.get()
    if travel is None:
        yield
    else:
        with travel.sending():
            yield
