"""How many questions show a difference of two methods that answer different ones."""

from __future__ import annotations

import math

from reasoning_chains.errors import UserMistake, ranged
from reasoning_chains.evals.statistics.bisecting import fewest, smallest
from reasoning_chains.evals.statistics.distributions import normal_quantile, normal_share
from reasoning_chains.evals.statistics.intervals import checked_share

__all__ = ["unpaired_difference_seen", "unpaired_power", "unpaired_questions"]


def unpaired_power(questions: int, first: float, second: float, *, level: float = 0.05) -> float:
    """Give the chance that the z-test of two shares sees a difference; normal approximation.

    Args:
        questions: How many each of the two methods answers, different ones.
        first: The share that the first gets right.
        second: The share that the second gets right.
        level: The test's level, two-sided.

    Raises:
        UserMistake: where a share is none, or there is no question.
    """
    ranged("questions", questions, int, 1)
    _check(first, second)
    checked_share("level", level)
    return _power(questions, first, second, level)


def unpaired_questions(
    first: float, second: float, *, power: float = 0.8, level: float = 0.05
) -> int:
    """Give how many questions each method must answer, so that a difference is seen so often.

    Raises:
        UserMistake: where a share is none, or the two are equal.
    """
    _check(first, second)
    checked_share("power", power)
    checked_share("level", level)
    if first == second:
        raise UserMistake(
            f"first and second are both {first:g}: no number of questions shows "
            "a difference that is none"
        )
    return fewest(lambda questions: _power(questions, first, second, level) >= power)


def unpaired_difference_seen(
    questions: int, first: float, *, power: float = 0.8, level: float = 0.05
) -> float | None:
    """Give the smallest gain over a first share that so many questions a method show so often.

    It is None where even the gain up to 1 is not seen so often.

    Raises:
        UserMistake: where a share is none, or there is no question.
    """
    ranged("questions", questions, int, 1)
    _check(first, first)
    checked_share("power", power)
    checked_share("level", level)

    def holds(gain: float) -> bool:
        return _power(questions, first, min(1.0, first + gain), level) >= power

    return smallest(holds, 1 - first) if first < 1 else None


def _power(questions: int, first: float, second: float, level: float) -> float:
    middle, gap = (first + second) / 2, abs(second - first)
    edge = -normal_quantile(level / 2) * math.sqrt(2 * middle * (1 - middle) / questions)
    spread = math.sqrt((first * (1 - first) + second * (1 - second)) / questions)
    if spread == 0:  # always right and always wrong
        return float(gap >= edge and gap > 0)
    return normal_share((gap - edge) / spread) + normal_share((-gap - edge) / spread)


def _check(first: float, second: float) -> None:
    ranged("first", first, float, 0, 1)
    ranged("second", second, float, 0, 1)
