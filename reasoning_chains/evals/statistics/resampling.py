"""Draws questions again with replacement and reads intervals off the draws; it knows no tests."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from reasoning_chains.errors import ranged
from reasoning_chains.evals.statistics.distributions import (
    normal_quantile,
    normal_share,
    student_quantile,
)
from reasoning_chains.evals.statistics.intervals import UNKNOWN, Interval, checked_share
from reasoning_chains.evals.statistics.scores import Groups

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["bootstrap_interval", "expanded", "resampled"]

_DRAWS = 1_000_000
"""Drawn at once: more would only take memory."""


def bootstrap_interval(
    groups: Groups, confidence: float = 0.95, resamples: int = 2_000, seed: int = 0
) -> Interval:
    """Give the bias-corrected, accelerated bootstrap interval of the mean, at a wider level.

    BCa (Efron 1987, doi:10.1080/01621459.1987.10478410) follows skewed scores; the level is
    Hesterberg's expansion (arXiv:1411.5279), since a resample of n questions varies by n - 1 and
    its spread is itself a guess. `docs/statistics.md` has how often it covers. One question tells
    no spread: its interval is endless. Equal scores have none: their interval is the point.

    Raises:
        UserMistake: where confidence, resamples or seed cannot be.
    """
    checked_share("confidence", confidence)
    made = resampled(groups, resamples, seed)
    if len(groups) == 1:
        return UNKNOWN
    reach = expanded(len(groups), confidence)
    below = (made < groups.mean).mean() / 2 + (made <= groups.mean).mean() / 2
    least = 0.5 / resamples  # all resamples on one side: as far as so many can tell
    lean = normal_quantile(min(max(float(below), least), 1 - least))
    pull = _acceleration(groups)
    return quantiles(made, _moved(-reach, lean, pull), _moved(reach, lean, pull))


def resampled(groups: Groups, resamples: int, seed: int) -> NDArray[np.float64]:
    """Give the mean of each resample of whole groups, in the order of the draws.

    The draws are `numpy.random.default_rng(seed).integers(0, n, (resamples, n))`, made in blocks.

    Raises:
        UserMistake: where resamples or seed are no whole numbers, or too small.
    """
    import numpy as np

    ranged("resamples", resamples, int, 1, 10_000_000)
    ranged("seed", seed, int, 0)
    count = len(groups)
    chance = np.random.default_rng(seed)
    made = np.empty(resamples)
    rows = max(1, _DRAWS // count)
    even = bool((groups.sizes == groups.sizes[0]).all())
    for start in range(0, resamples, rows):
        drawn = chance.integers(0, count, (min(rows, resamples - start), count))
        sizes = groups.sizes[0] * count if even else groups.sizes.take(drawn).sum(axis=1)
        made[start : start + rows] = groups.totals.take(drawn).sum(axis=1) / sizes
    return made


def expanded(count: int, confidence: float) -> float:
    """Give the normal quantile at which a bootstrap of so many questions is read."""
    return student_quantile(confidence, count - 1) * math.sqrt(count / (count - 1))


def quantiles(made: NDArray[np.float64], low: float, high: float) -> Interval:
    """Read two quantiles, interpolated linearly between neighbours as R's type 7 does."""
    import numpy as np

    ends = np.quantile(made, (low, high))
    return Interval(float(ends[0]), float(ends[1]))


def _moved(reach: float, lean: float, pull: float) -> float:
    """Give the share of the resamples at which an end of the BCa interval lies."""
    turned = lean + reach
    slack = 1 - pull * turned
    if slack <= 0:  # beyond the pole: as far out as there is
        return float(turned > 0)
    return normal_share(lean + turned / slack)


def _acceleration(groups: Groups) -> float:
    """Give BCa's acceleration, from the means without each group in turn."""
    totals, sizes = groups.totals, groups.sizes
    without = (totals.sum() - totals) / (sizes.sum() - sizes)
    apart = without.mean() - without
    spread = float((apart**2).sum()) ** 1.5
    return float((apart**3).sum()) / (6 * spread) if spread > 0 else 0.0
