"""Means, their clustered errors and intervals, beside statsmodels and scipy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.api import OLS

from reasoning_chains.errors import UserMistake
from reasoning_chains.evals.statistics import Interval, clustered_mean, mean_bootstrap
from reasoning_chains.evals.statistics.resampling import resampled
from reasoning_chains.evals.statistics.scores import Groups
from tests.evals.statistics import quiet, scipys_bca

CHANCE = np.random.default_rng(8)
NAMES = [f"q{number}" for number in CHANCE.integers(0, 40, 200)]
VALUES = (CHANCE.random(200) * [1 + int(name[1:]) % 3 for name in NAMES]).tolist()


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
def test_alone_it_is_scipys_t_interval(confidence: float) -> None:
    found = clustered_mean(VALUES, confidence=confidence)
    theirs = stats.ttest_1samp(VALUES, 0).confidence_interval(confidence)
    assert found.mean == pytest.approx(np.mean(VALUES), rel=1e-12)
    assert found.error == pytest.approx(stats.sem(VALUES), rel=1e-9)
    assert (found.interval.low, found.interval.high) == pytest.approx(tuple(theirs), rel=1e-9)
    assert (found.questions, found.samples) == (200, 200)


def test_clustered_it_is_statsmodels_regression_on_a_constant() -> None:
    codes = np.unique(NAMES, return_inverse=True)[1]
    theirs = OLS(VALUES, np.ones(200)).fit(
        cov_type="cluster", cov_kwds={"groups": codes}, use_t=True
    )
    found = clustered_mean(VALUES, clusters=NAMES)
    assert found.error == pytest.approx(theirs.bse[0], rel=1e-9)
    low, high = theirs.conf_int()[0]
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high), rel=1e-9)
    assert (found.questions, found.samples) == (codes.max() + 1, 200)


def test_copies_of_a_question_tell_nothing_new() -> None:
    once = clustered_mean(VALUES)
    copied = clustered_mean(VALUES * 5, clusters=list(range(200)) * 5)
    assert copied.error == pytest.approx(once.error, rel=1e-9)
    assert (copied.questions, copied.samples) == (200, 1_000)
    assert clustered_mean(VALUES * 5).error < once.error / 2


@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_bootstrap_is_scipys_on_the_same_draws(confidence: float) -> None:
    found = mean_bootstrap(VALUES, clusters=NAMES, confidence=confidence, resamples=3_000, seed=2)
    kinds = list(dict.fromkeys(NAMES))
    mine = np.array([[name == kind for name in NAMES] for kind in kinds])
    theirs = scipys_bca(
        mine @ VALUES, mine.sum(axis=1), confidence=confidence, resamples=3_000, seed=2
    )
    assert (found.interval.low, found.interval.high) == pytest.approx(theirs, rel=0, abs=1e-12)
    assert found.error == clustered_mean(VALUES, clusters=NAMES).error


def test_draws_do_not_depend_on_their_blocks() -> None:
    totals = np.random.default_rng(1).random(700_001)
    made = resampled(Groups(totals, np.ones(700_001)), 3, 5)
    drawn = np.random.default_rng(5).integers(0, 700_001, (3, 700_001))
    assert made.tolist() == (totals[drawn].sum(axis=1) / 700_001).tolist()


def test_one_question_tells_no_spread() -> None:
    for found in (clustered_mean([0.5, 1.0], clusters=["a", "a"]), mean_bootstrap([0.75])):
        assert (found.mean, found.error) == (0.75, math.inf)
        assert found.interval == Interval(-math.inf, math.inf)


def test_a_far_outlier_stays_within_the_resamples() -> None:
    values = [0.0] * 11 + [1.0]
    for resamples in (1, 7, 2_000):
        found = mean_bootstrap(values, resamples=resamples, confidence=0.999)
        assert 0 <= found.interval.low <= found.interval.high <= 1


FEW = st.lists(st.tuples(st.floats(-5, 5), st.integers(0, 4)), min_size=2, max_size=30)


@quiet
@given(FEW, st.floats(0.01, 8), st.floats(-3, 3))
def test_means_move_and_stretch_with_their_scores(
    given: list[tuple[float, int]], factor: float, shift: float
) -> None:
    names = [name for _, name in given]
    values = [value for value, _ in given]
    plain = clustered_mean(values, clusters=names)
    moved = clustered_mean([factor * value + shift for value in values], clusters=names)
    assert moved.mean == pytest.approx(factor * plain.mean + shift, abs=1e-9)
    assert moved.error == pytest.approx(factor * plain.error, abs=1e-6)
    assert plain.mean in plain.interval


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"values": []}, "at least one question"),
    ({"values": "1"}, "values must be a list, found '1'"),
    ({"values": {"a": 1}}, "values must be a list, found a dict"),
    ({"values": [1, None]}, r"values\[1\] must be a number, found None: an unparsed sample scores"),
    ({"values": [1 + 2j]}, r"values\[0\] must be a number, found a complex"),
    ({"values": [[1], [0]]}, r"values\[0\] must be a number, found a list"),
    ({"values": np.ones((2, 2))}, r"values\[0\] must be a number, found an? ndarray"),
    ({"values": [1e60]}, r"values\[0\] is 1e\+60"),
    ({"values": [1], "confidence": 0}, "confidence=0: it lies between 0 and 1"),
    ({"values": [1], "confidence": 95}, "confidence=95: it lies between 0 and 1"),
    ({"values": [1], "confidence": None}, "confidence must be a number, found None"),
    ({"values": [1, 2], "clusters": ["a"]}, "2 and 1 results"),
]


@pytest.mark.parametrize("call", [clustered_mean, mean_bootstrap])
@pytest.mark.parametrize(("given", "told"), WRONG, ids=[told for _, told in WRONG])
def test_what_cannot_be_is_told(call: Any, given: dict[str, Any], told: str) -> None:
    with pytest.raises(UserMistake, match=told):
        call(given["values"], **{k: v for k, v in given.items() if k != "values"})
