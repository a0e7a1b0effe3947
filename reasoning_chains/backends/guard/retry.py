"""When a failed ask is sent again, and after how long: numbers only, no clock, no network."""

from __future__ import annotations

from dataclasses import dataclass

from reasoning_chains.errors import BackendError, ranged

__all__ = ["Bucket", "Retry"]

_THROTTLED = 429
_LATE = 0.05
"""How much later than a server asked it is asked again, at most: never earlier."""

_TO_STRANGERS = 3
"""How often it is tried to reach what has never answered."""


@dataclass(frozen=True, slots=True)
class Retry:
    """How often and how patiently a failed ask is sent again.

    Args:
        attempts: How often an ask is sent at most, the first time counted; None for no limit.
        seconds: How long it may take from the first failure to the last sending; None for no limit.
        first: Seconds before the second attempt; they double with each.
        throttled: The same, where the server said that it is asked too much (429).
        longest: The most seconds of a wait of our own choosing.

    A wait that the server asks for is kept to the full, whatever stands here: where it would go
    beyond `seconds`, the ask fails and says so.
    """

    attempts: int | None = 8
    seconds: float | None = 300.0
    first: float = 0.5
    throttled: float = 1.0
    longest: float = 60.0

    def __post_init__(self) -> None:
        """Refuse numbers that cannot be."""
        if self.attempts is not None:
            ranged("retry attempts", self.attempts, int, 1)
        if self.seconds is not None:
            ranged("retry seconds", self.seconds, float, 0)
        for name in ("first", "throttled", "longest"):
            ranged(f"retry {name}", getattr(self, name), float, 0.001)

    def wait(self, error: BackendError, attempt: int, luck: float) -> float:
        """Give the seconds before the next attempt.

        Args:
            error: What the last attempt ended with.
            attempt: Which one that was, from 1 on.
            luck: A number from 0 to 1, so that many who failed together do not come together.
        """
        asked: float | None = getattr(error, "retry_after", None)
        if asked is not None:
            return asked * (1 + _LATE * luck)
        begin = self.throttled if error.status == _THROTTLED else self.first
        full = min(self.longest, begin * 2.0 ** min(attempt - 1, 60))
        return full * (0.5 + 0.5 * luck)

    def refusal(self, error: BackendError, attempt: int, ends: float, *, known: bool = True) -> str:
        """Say why there is no further attempt; "" where there is one.

        Args:
            error: What the last attempt ended with.
            attempt: Which one that was, from 1 on.
            ends: When the next one would begin, in seconds from the first.
            known: Whether anything was ever answered there; else the address is likely wrong.
        """
        if not error.retryable:
            return "the same would come again"
        unreached = error.status is None and not error.lost
        if unreached and not known and attempt >= _TO_STRANGERS:
            return "nothing was ever answered there"
        if self.attempts is not None and attempt >= self.attempts:
            return f"{self.attempts} attempts are allowed"
        if self.seconds is not None and ends > self.seconds:
            return f"the next would come after {ends:.3g} s, and {self.seconds:g} s are allowed"
        return ""


class Bucket:
    """Bounds the repeated attempts of one account: a part of what succeeds, and a few a second.

    Args:
        burst: How many may be sent at once.
        share: How much of a repeated attempt each success allows.
        rate: How many are allowed each second, whatever succeeds.

    Attributes:
        known: Whether anything has ever succeeded.
    """

    def __init__(self, burst: float = 50.0, share: float = 0.2, rate: float = 1.0) -> None:
        self._burst, self._share, self._rate = burst, share, rate
        self._left, self._at = burst, 0.0
        self.known = False

    def succeed(self) -> None:
        """Count a success."""
        self.known = True
        self._left = min(self._burst, self._left + self._share)

    def wait(self, now: float) -> float:
        """Give the seconds until the next attempt might be sent."""
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        return max(0.0, (1 - self._left) / self._rate)

    def take(self, now: float) -> float:
        """Take the next attempt, and give the seconds until it may be sent."""
        wait = self.wait(now)
        self._left -= 1
        return wait
