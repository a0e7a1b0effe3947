"""What the best of k samples scores, counted over all subsets; it draws none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby
from numbers import Real

from reasoning_chains.errors import UserMistake, shown
from reasoning_chains.evals.statistics.sampled import check_draw, without
from reasoning_chains.evals.statistics.scores import check_paired, scores

__all__ = ["best_at_k"]


def best_at_k(marks: Sequence[float | None], values: Sequence[float], k: int) -> float:
    """Give the score that the best marked of k samples has on average.

    It is the mean over all subsets of size k of one question's samples, in closed form: sorted by
    mark, the best of a subset lies at a level with the chance that none above is drawn, and not
    none down to it. Of equal marks each is taken with equal chance. `None` is a sample that is
    never taken, such as an unparsed one: a subset of those alone scores 0.

    Args:
        marks: What the samples are chosen by, the highest first, such as log-probabilities;
            minus infinity stands behind all others.
        values: The score of each; that of one that is never taken is not looked at.
        k: How many samples are drawn, at most all.

    Raises:
        UserMistake: where marks and values do not fit together, or k is too small or large.
    """
    read = scores("values", values).tolist()
    given = [_mark(place, mark) for place, mark in enumerate(marks)]
    check_paired(len(given), len(read))
    check_draw(len(given), k)
    able = [(mark, value) for mark, value in zip(given, read, strict=True) if mark is not None]
    able.sort(key=lambda one: -one[0])
    total, above, left = 0.0, 0, 1.0
    for _, level in groupby(able, key=lambda one: one[0]):
        tied = [value for _, value in level]
        above += len(tied)
        lower = without(above, len(given), k)
        total += (left - lower) * math.fsum(tied) / len(tied)
        left = lower
    return total


def _mark(place: int, mark: float | None) -> float | None:
    if mark is None:
        return None
    if isinstance(mark, bool) or not isinstance(mark, Real) or math.isnan(mark):
        raise UserMistake(f"marks[{place}] must be a number or None, found {shown(mark)}")
    return float(mark)
