"""Stops a run from another thread; it knows not what runs."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

__all__ = ["Stop"]


class Stop:
    """The means to end one run, whatever it is doing; safe to use from any thread."""

    __slots__ = ("_kill", "_turn", "stopped")

    def __init__(self) -> None:
        self.stopped = False
        self._kill: Callable[[], None] | None = None
        self._turn = threading.Lock()

    def now(self) -> None:
        """End what runs, and let nothing begin."""
        with self._turn:
            self.stopped = True
            if self._kill is not None:
                self._kill()

    @contextlib.contextmanager
    def reaching(self, kill: Callable[[], None]) -> Iterator[None]:
        """Let `now` call this within the block, and never after it."""
        with self._turn:
            if self.stopped:
                kill()
            self._kill = kill
        try:
            yield
        finally:
            with self._turn:
                self._kill = None

    def kill(self) -> None:
        """End what runs; what comes after it may begin."""
        kill = self._kill
        if kill is not None:
            kill()
