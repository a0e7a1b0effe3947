"""Finds where something begins to hold, by halving; it knows not what."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["fewest", "smallest"]


def smallest(holds: Callable[[float], bool], most: float) -> float | None:
    """Give the smallest number from 0 to `most` that holds, to 1e-9 of `most`; None without one."""
    if not holds(most):
        return None
    low, high = 0.0, most
    while high - low > 1e-9 * most:
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def fewest(holds: Callable[[int], bool]) -> int:
    """Give the smallest whole number from 1 on that holds, where all larger ones do."""
    high = 1
    while not holds(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
