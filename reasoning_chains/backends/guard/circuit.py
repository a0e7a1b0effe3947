"""Whether a target is asked at all: after some failures it rests, and is tried once a while."""

from __future__ import annotations

from typing import Literal

__all__ = ["Circuit"]


_LONG = 5.0
"""Seconds of rest that are worth going elsewhere at once."""


class Circuit:
    """Opens after failures in a row; then lets one through each `pause`, until one lands.

    Args:
        failures: How many in a row open it.
        pause: Seconds between two trials while it is open.
    """

    def __init__(self, failures: int = 3, pause: float = 1.0) -> None:
        self._most, self._pause = failures, pause
        self._row = 0
        self._again = 0.0

    @property
    def state(self) -> Literal["closed", "open"]:
        """Closed lets everything through."""
        return "open" if self._row >= self._most else "closed"

    def ready(self, now: float) -> bool:
        """Tell whether something might be sent now."""
        return self.state == "closed" or now >= self._again

    def allows(self, now: float) -> bool:
        """Tell the same for one who sends; while it is open, this takes the one trial."""
        ready = self.ready(now)
        if ready and self.state == "open":
            self._again = now + self._pause
        return ready

    def landed(self) -> None:
        """Count a reply: it closes."""
        self._row = 0

    def failed(self, now: float, rest: float = 0.0) -> None:
        """Count a failure; `rest` are the seconds that it asks to be left alone."""
        self._row = self._most if rest > _LONG else self._row + 1
        if self._row >= self._most:
            self._again = now + max(self._pause, rest)
