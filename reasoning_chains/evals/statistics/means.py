"""Means over questions with their errors, by formula and by bootstrap: questions count, whole."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence

from reasoning_chains.evals.statistics.distributions import student_quantile
from reasoning_chains.evals.statistics.intervals import UNKNOWN, Interval, Mean, checked_share
from reasoning_chains.evals.statistics.resampling import bootstrap_interval
from reasoning_chains.evals.statistics.scores import Groups, grouped, scores

__all__ = ["clustered_mean", "mean_bootstrap"]


def clustered_mean(
    values: Sequence[float],
    *,
    clusters: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
) -> Mean:
    """Give a mean with its clustered standard error and Student's interval.

    Samples of one question are no independent draws: name each score's question in `clusters`,
    and only whole questions count as such (Miller 2024, arXiv:2411.00640). The variance has the
    factor G / (G - 1) for G clusters, and t has G - 1 degrees of freedom. With one question the
    error is infinite. Differences of two methods on the same questions may be given as values.

    Raises:
        UserMistake: where there are no scores, or what is given is none.
    """
    checked_share("confidence", confidence)
    groups = grouped(scores("values", values), clusters)
    error = _error(groups)
    interval = UNKNOWN
    if len(groups) > 1:
        half = student_quantile(confidence, len(groups) - 1) * error
        interval = Interval(groups.mean - half, groups.mean + half)
    return Mean(groups.mean, error, interval, len(groups), int(groups.sizes.sum()))


def mean_bootstrap(
    values: Sequence[float],
    *,
    clusters: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
    resamples: int = 2_000,
    seed: int = 0,
) -> Mean:
    """Give a mean with its bootstrap interval; clusters are drawn whole.

    The interval is that of `resampling.bootstrap_interval`; equal seeds give equal intervals.

    Raises:
        UserMistake: where there are no scores, or what is given is none.
    """
    groups = grouped(scores("values", values), clusters)
    interval = bootstrap_interval(groups, confidence, resamples, seed)
    return Mean(groups.mean, _error(groups), interval, len(groups), int(groups.sizes.sum()))


def _error(groups: Groups) -> float:
    """Give the clustered standard error of the mean."""
    if len(groups) == 1:
        return math.inf
    strayed = groups.totals - groups.mean * groups.sizes
    count = len(groups)
    return math.sqrt(count / (count - 1) * float((strayed**2).sum())) / float(groups.sizes.sum())
