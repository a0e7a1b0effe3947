"""Statistics, each beside a second opinion."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import settings
from scipy import stats

from reasoning_chains.evals.statistics.resampling import expanded

quiet = settings(derandomize=True, max_examples=100, deadline=None, database=None)


def scipys_bca(
    totals: Any, sizes: Any, *, resamples: int = 2_000, seed: int = 0, confidence: float = 0.95
) -> tuple[float, float]:
    """Scipy's BCa interval of a ratio of sums at our level: it makes the same draws of a seed."""
    level = 1 - 2 * stats.norm.sf(expanded(len(totals), confidence))
    found = stats.bootstrap(
        (np.asarray(totals), np.asarray(sizes)),
        lambda t, s, axis: t.sum(axis=axis) / s.sum(axis=axis),
        n_resamples=resamples,
        paired=True,
        vectorized=True,
        method="BCa",
        confidence_level=level,
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return float(found.low), float(found.high)
