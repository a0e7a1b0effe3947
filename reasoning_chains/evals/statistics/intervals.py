"""What statistics give: intervals, and means with them; it computes nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass

from reasoning_chains.errors import UserMistake, shown, wanted

__all__ = ["UNKNOWN", "Interval", "Mean", "checked_share"]


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`, both included."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


UNKNOWN = Interval(-math.inf, math.inf)
"""What one question tells of a mean: its spread cannot be seen, so that nothing is ruled out."""


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over samples with its standard error and interval.

    `questions` are the independent draws (clusters), `samples` all the scores in them.
    """

    mean: float
    error: float
    interval: Interval
    questions: int
    samples: int


def checked_share(name: str, value: float) -> float:
    """Refuse what does not lie strictly between 0 and 1.

    Raises:
        UserMistake: It names the argument and what was found.
    """
    wanted(name, value, float)
    if not 0 < value < 1:
        raise UserMistake(f"{name}={shown(value)}: it lies between 0 and 1")
    return float(value)
