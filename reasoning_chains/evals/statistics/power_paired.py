"""How many questions show a difference of two methods that answer the same ones, by McNemar."""

from __future__ import annotations

import math
from functools import lru_cache

from reasoning_chains.errors import UserMistake, ranged, shown, wanted
from reasoning_chains.evals.statistics.bisecting import smallest
from reasoning_chains.evals.statistics.distributions import (
    binomial,
    normal_quantile,
    normal_share,
)
from reasoning_chains.evals.statistics.intervals import checked_share

__all__ = ["paired_difference_seen", "paired_power", "paired_questions"]

_EXACT = 1_000
"""Up to so many questions the exact test's power is counted, beyond them it is approximated."""


def paired_power(
    questions: int, difference: float, discordant: float, *, level: float = 0.05
) -> float:
    """Give the chance that McNemar's exact test sees a difference.

    `discordant` is the share of the questions that only one of the two gets right, `difference`
    the share that only the first does minus the share that only the second does. Up to 1,000
    questions it is exact, by the binomials of the discordant ones and of their sides; beyond,
    normal with a correction for continuity.

    Raises:
        UserMistake: where a share is none, or the difference exceeds the discordant share.
    """
    ranged("questions", questions, int, 1)
    _check(difference, discordant)
    checked_share("level", level)
    return _power(questions, abs(difference), discordant, level)


def paired_questions(
    difference: float, discordant: float, *, power: float = 0.8, level: float = 0.05
) -> int:
    """Give the fewest questions from which on McNemar's exact test sees a difference so often.

    An exact test's power falls a little at some numbers: from the one given on it stays at or
    above `power`. Beyond 1,000 it is Connor's normal approximation (1987, doi:10.2307/2531961)
    with a correction for continuity.

    Raises:
        UserMistake: where a share is none, or the difference is 0 or exceeds the discordant share.
    """
    _check(difference, discordant)
    _check_levels(power, level)
    if difference == 0:
        raise UserMistake("difference=0: no number of questions shows a difference that is none")
    size = abs(difference)
    seen = _seen(_EXACT, (1 + size / discordant) / 2, level)
    if _averaged(seen, _EXACT, discordant) < power:
        return max(_EXACT + 1, _approximate_questions(size, discordant, power, level))
    fewest = _EXACT
    while fewest > 1 and _averaged(seen, fewest - 1, discordant) >= power:
        fewest -= 1
    return fewest


def paired_difference_seen(
    questions: int, discordant: float, *, power: float = 0.8, level: float = 0.05
) -> float | None:
    """Give the smallest difference that so many questions show so often.

    It is None where even the largest, all discordant questions on one side, is not seen so often.

    Raises:
        UserMistake: where a share is none, or there is no question.
    """
    ranged("questions", questions, int, 1)
    _check(0.0, discordant)
    _check_levels(power, level)
    return smallest(lambda size: _power(questions, size, discordant, level) >= power, discordant)


def _power(questions: int, size: float, discordant: float, level: float) -> float:
    if questions > _EXACT:
        return _approximate_power(questions, size, discordant, level)
    seen = _seen(questions, (1 + size / discordant) / 2, level)
    return _averaged(seen, questions, discordant)


def _averaged(seen: tuple[float, ...], questions: int, discordant: float) -> float:
    """Give the chance of seeing it, over how many questions turn out discordant."""
    chances = binomial(questions, discordant)
    return min(1.0, float(chances @ seen[: questions + 1]))


def _seen(most: int, side: float, level: float) -> tuple[float, ...]:
    """Give the chance that the test rejects with 0, 1, ... most discordant questions.

    Each of them falls to the first method with the chance `side`.
    """
    import numpy as np

    falls, seen = np.ones(1), [0.0]
    for coins, reach in enumerate(_reaches(most, level), 1):
        falls = np.convolve(falls, (1 - side, side))
        seen.append(float(falls[:reach].sum() + falls[coins + 1 - reach :].sum()))
    return tuple(seen)


@lru_cache(maxsize=8)
def _reaches(most: int, level: float) -> tuple[int, ...]:
    """Give how many counts at either end reject, for 1, 2, ... most fair coins."""
    import numpy as np

    falls, reaches = np.ones(1), []
    for _ in range(most):
        falls = np.convolve(falls, (0.5, 0.5))
        within = level / 2 * (1 + 1e-12)  # what is equal on paper rejects
        reaches.append(int(falls.cumsum().searchsorted(within, side="right")))
    return tuple(reaches)


def _approximate_power(questions: int, size: float, discordant: float, level: float) -> float:
    edge = 1 - normal_quantile(level / 2) * math.sqrt(questions * discordant)
    spread = math.sqrt(questions * max(0.0, discordant - size * size))
    if spread == 0:  # every question falls to one side
        return float(questions * size >= edge)
    mean = questions * size
    return normal_share((mean - edge) / spread) + normal_share((-mean - edge) / spread)


def _approximate_questions(size: float, discordant: float, power: float, level: float) -> int:
    far = normal_quantile(power) * math.sqrt(max(0.0, discordant - size * size))
    both = far - normal_quantile(level / 2) * math.sqrt(discordant)
    return math.ceil(((both + math.sqrt(both * both + 4 * size)) / (2 * size)) ** 2)


def _check(difference: float, discordant: float) -> None:
    wanted("difference", difference, float)
    wanted("discordant", discordant, float)
    if not 0 < discordant <= 1:
        raise UserMistake(f"discordant={shown(discordant)}: it lies above 0, and at most at 1")
    if not abs(difference) <= discordant:
        raise UserMistake(
            f"difference={shown(difference)} of discordant={shown(discordant)}: methods differ by "
            "no more than the questions that only one of them gets right"
        )


def _check_levels(power: float, level: float) -> None:
    checked_share("power", power)
    checked_share("level", level)
