"""Binomial tails and Student's quantiles beside scipy's."""

from __future__ import annotations

import pytest
from scipy import stats

from reasoning_chains.evals.statistics.distributions import (
    at_least,
    at_most,
    binomial,
    normal_quantile,
    normal_share,
    student_quantile,
)

TRIALS = (1, 2, 7, 200, 100_000, 10_000_000)
SHARES = (0.0, 0.001, 0.3, 0.5, 0.98, 1.0)


@pytest.mark.parametrize("trials", TRIALS)
@pytest.mark.parametrize("share", SHARES)
def test_binomial_tails_are_scipys(trials: int, share: float) -> None:
    near = int(trials * share)
    spread = int((trials * share * (1 - share)) ** 0.5)
    for count in {0, 1, near - 4 * spread, near, near + 2 * spread, trials - 1, trials}:
        below, above = (
            stats.binom.cdf(count, trials, share),
            stats.binom.sf(count - 1, trials, share),
        )
        assert at_most(count, trials, share) == pytest.approx(below, rel=1e-9, abs=1e-13)
        assert at_least(count, trials, share) == pytest.approx(above, rel=1e-9, abs=1e-13)
    assert (at_most(-1, trials, share), at_least(trials + 1, trials, share)) == (0, 0)


@pytest.mark.parametrize("share", SHARES[1:])
def test_binomial_chances_are_scipys(share: float) -> None:
    for trials in (0, 1, 60, 2_000):
        expected = stats.binom.pmf(range(trials + 1), trials, share)
        assert binomial(trials, share) == pytest.approx(expected, rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("freedom", [1, 2, 3, 10, 99, 100, 5_000, 100_000, 100_001, 10_000_000])
@pytest.mark.parametrize("confidence", [0.01, 0.5, 0.95, 0.9999, 1 - 1e-9])
def test_students_quantiles_are_scipys(freedom: int, confidence: float) -> None:
    expected = stats.t.isf((1 - confidence) / 2, freedom)
    assert student_quantile(confidence, freedom) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("value", [-30.0, -5.0, -1.0, 0.0, 0.5, 6.0])
def test_the_normal_is_scipys(value: float) -> None:
    share = stats.norm.cdf(value)
    assert normal_share(value) == pytest.approx(share, rel=1e-12, abs=0)
    if share < 0.999:
        assert normal_quantile(share) == pytest.approx(value, rel=1e-9)
