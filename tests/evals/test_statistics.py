"""Intervals and paired tests against textbook values and their own properties."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoning_chains.errors import UserMistake
from reasoning_chains.evals.statistics import mcnemar, paired_bootstrap, wilson

quiet = settings(derandomize=True, max_examples=100, deadline=None, database=None)


@pytest.mark.parametrize(
    ("right", "total", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0),
    ],
)
def test_wilson_gives_newcombes_values(right: int, total: int, low: float, high: float) -> None:
    interval = wilson(right, total)
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=5e-5)


def test_wilson_of_nothing_is_everything() -> None:
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0.0, 1.0)


@quiet
@given(st.integers(0, 400), st.integers(1, 400))
def test_wilson_holds_the_share_and_mirrors(right: int, total: int) -> None:
    right = min(right, total)
    interval, mirror = wilson(right, total), wilson(total - right, total)
    assert right / total in interval
    assert 0 <= interval.low <= interval.high <= 1
    assert (1 - mirror.high, 1 - mirror.low) == pytest.approx((interval.low, interval.high))
    wider = wilson(right, total, 0.99)
    assert wider.low <= interval.low <= interval.high <= wider.high


def discordant(only_first: int, only_second: int) -> tuple[list[bool], list[bool]]:
    first = [True] * only_first + [False] * only_second + [True, False]
    return first, [False] * only_first + [True] * only_second + [True, False]


@pytest.mark.parametrize(
    ("only_first", "only_second", "p"),
    [
        (0, 0, 1.0),
        (3, 3, 1.0),
        (0, 5, 0.0625),
        (1, 8, 0.0390625),
        (2, 10, 158 / 4096),
        (86, 150, 3.7159e-05),  # Agresti's approval ratings, exact form
    ],
)
def test_mcnemar_is_the_exact_sign_test(only_first: int, only_second: int, p: float) -> None:
    test = mcnemar(*discordant(only_first, only_second))
    assert (test.only_first, test.only_second) == (only_first, only_second)
    assert test.p == pytest.approx(p, rel=1e-3)


@quiet
@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=60))
def test_mcnemar_is_symmetric_and_a_probability(pairs: list[tuple[bool, bool]]) -> None:
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    assert 0 < mcnemar(first, second).p <= 1
    assert mcnemar(first, second).p == mcnemar(second, first).p


@quiet
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=20))
def test_bootstrap_is_seeded_and_around_the_mean(pairs: list[tuple[float, float]]) -> None:
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    once = paired_bootstrap(first, second, resamples=100, seed=3)
    assert once == paired_bootstrap(first, second, resamples=100, seed=3)
    assert once.difference == pytest.approx(sum(first) / len(pairs) - sum(second) / len(pairs))
    lowest = min(a - b for a, b in pairs)
    assert lowest - 1e-9 <= once.interval.low <= once.interval.high
    mirrored = paired_bootstrap(second, first, resamples=100, seed=3)
    assert mirrored.interval.low == pytest.approx(-once.interval.high)


def test_bootstrap_agrees_with_the_normal_interval() -> None:
    first = [1.0] * 60 + [0.0] * 40
    second = [1.0] * 40 + [0.0] * 60
    found = paired_bootstrap(first, second, resamples=4_000)
    assert found.difference == pytest.approx(0.2)
    assert (found.interval.low, found.interval.high) == pytest.approx((0.1216, 0.2784), abs=0.012)


def test_bootstrap_draws_clusters_whole() -> None:
    first, second = [1.0] * 50 + [0.0] * 50, [0.0] * 50 + [1.0] * 50
    names = ["a"] * 50 + ["b"] * 50
    alone = paired_bootstrap(first, second, resamples=500)
    whole = paired_bootstrap(first, second, clusters=names, resamples=500)
    assert whole.questions == 2
    assert (whole.interval.low, whole.interval.high) == (-1.0, 1.0)
    assert alone.interval.high < 0.3


def test_unpaired_and_empty_are_refused() -> None:
    with pytest.raises(UserMistake, match="paired"):
        mcnemar([True], [])
    with pytest.raises(UserMistake, match="paired"):
        paired_bootstrap([1.0], [1.0], clusters=[])
    with pytest.raises(UserMistake, match="at least one"):
        paired_bootstrap([], [])
    with pytest.raises(UserMistake, match="between"):
        wilson(3, 2)
    with pytest.raises(UserMistake, match="confidence"):
        wilson(1, 2, 1.0)
