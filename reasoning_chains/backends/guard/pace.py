"""How fast an account may be asked: limits by the minute as numbers; no clock and no network."""

from __future__ import annotations

from dataclasses import dataclass

from reasoning_chains.errors import ranged, wanted

__all__ = ["Meter", "Pace"]


@dataclass(frozen=True, slots=True)
class Pace:
    """What an account allows; what is left out is learned from its answers.

    Args:
        requests: How many requests a minute.
        tokens: How many tokens a minute, of prompts and replies.
        concurrency: How many requests at once.
        adaptive: Whether starts follow what the server manages to answer.
    """

    requests: float | None = None
    tokens: float | None = None
    concurrency: int = 64
    adaptive: bool = True

    def __post_init__(self) -> None:
        """Refuse numbers that cannot be."""
        for name in ("requests", "tokens"):
            if getattr(self, name) is not None:
                ranged(f"pace {name}", getattr(self, name), float, 0.001)
        ranged("pace concurrency", self.concurrency, int, 1)
        wanted("pace adaptive", self.adaptive, bool)


class Meter:
    """Lets so much pass a second, in order, and at first as much at once as `burst` says.

    Times are seconds of a clock that only goes forward.
    """

    def __init__(self, rate: float, burst: float) -> None:
        self.rate, self.burst = rate, burst
        self._free = float("-inf")

    def take(self, now: float, amount: float = 1.0) -> float:
        """Take an amount, and give the seconds until its turn."""
        self._free = max(self._free, now - self.burst / self.rate)
        wait = self._free - now
        self._free += amount / self.rate
        return max(0.0, wait)

    def give(self, amount: float) -> None:
        """Give back what was taken too much; less than nothing takes what was too little."""
        self._free -= amount / self.rate

    def hold(self, until: float) -> None:
        """Let nothing pass before a time."""
        self._free = max(self._free, until)

    def change(self, rate: float, now: float) -> None:
        """Go on at another rate; who waits already keeps its turn."""
        ahead = max(0.0, self._free - now)
        self._free = now + ahead * self.rate / rate if ahead else self._free
        self.rate = rate
