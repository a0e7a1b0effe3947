"""Tests a paired difference of scores by flipping its sign, a whole question at a time."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import TYPE_CHECKING

from reasoning_chains.errors import ranged
from reasoning_chains.evals.statistics.scores import grouped, paired

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["sign_flip"]

_DRAWS = 4_000_000


def sign_flip(
    first: Sequence[float],
    second: Sequence[float],
    *,
    clusters: Sequence[Hashable] | None = None,
    resamples: int = 10_000,
    seed: int = 0,
) -> float:
    """Give the two-sided p of the paired permutation test: McNemar's test for graded scores.

    If the methods are equal, each question's difference falls to either side alike. All patterns
    of signs are counted where `resamples` has room for them; otherwise so many are drawn, and the
    one seen counts too, so that p is never 0 (Phipson and Smyth 2010, arXiv:1603.05766). Name each
    score's question in `clusters` where it has several samples, and it is flipped whole.

    Raises:
        UserMistake: where the sequences are empty, not equally long, or hold what is no score.
    """
    ranged("resamples", resamples, int, 1, 10_000_000)
    ranged("seed", seed, int, 0)
    totals = grouped(paired(first, second), clusters).totals
    seen = abs(float(totals.sum()))
    least = seen - 1e-12 * float(abs(totals).sum())  # what is equal on paper counts as equal
    exact = len(totals) < 64 and 2 ** len(totals) <= resamples
    blocks = _all(len(totals)) if exact else _drawn(len(totals), resamples, seed)
    reached = sum(int((abs((2 * signs - 1) @ totals) >= least).sum()) for signs in blocks)
    return reached / 2 ** len(totals) if exact else (reached + 1) / (resamples + 1)


def _all(count: int) -> Iterator[NDArray[np.float64]]:
    """Give every pattern of so many zeros and ones, a row each."""
    import numpy as np

    yield (np.arange(2**count)[:, None] >> np.arange(count) & 1).astype(np.float64)


def _drawn(count: int, resamples: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """Give random patterns, in blocks that do not depend on the memory at hand."""
    import numpy as np

    chance = np.random.default_rng(seed)
    rows = max(1, _DRAWS // count)
    for start in range(0, resamples, rows):
        shape = (min(rows, resamples - start), count)
        yield chance.integers(0, 2, shape, dtype=np.int8).astype(np.float64)
