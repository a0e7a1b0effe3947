"""Paired tests beside statsmodels and scipy, and their own properties."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar as their_mcnemar

from reasoning_chains.errors import UserMistake
from reasoning_chains.evals.statistics import (
    Interval,
    McNemar,
    mcnemar,
    mcnemar_counted,
    mean_bootstrap,
    paired_bootstrap,
    sign_flip,
)
from tests.evals.statistics import quiet, scipys_bca

Pairs = list[tuple[float, float]]


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


@pytest.mark.parametrize("only_first", [0, 1, 7, 40, 512, 30_000])
@pytest.mark.parametrize("only_second", [0, 2, 8, 41, 600, 30_100])
def test_mcnemar_is_statsmodels_and_scipys(only_first: int, only_second: int) -> None:
    p = mcnemar_counted(only_first, only_second).p
    if coins := only_first + only_second:
        theirs = their_mcnemar([[5, only_first], [only_second, 3]], exact=True).pvalue
        assert p == pytest.approx(float(theirs), rel=1e-9, abs=1e-300)
        theirs = stats.binomtest(only_first, coins, 0.5).pvalue
        assert p == pytest.approx(float(theirs), rel=1e-9, abs=1e-300)
    else:
        assert p == 1


@quiet
@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=60))
def test_mcnemar_is_symmetric_and_a_probability(pairs: list[tuple[bool, bool]]) -> None:
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    found = mcnemar(first, second)
    assert 0 < found.p <= 1
    assert found.p == mcnemar(second, first).p
    assert found == mcnemar_counted(found.only_first, found.only_second)


def test_hits_are_also_ones_and_zeros_of_any_make() -> None:
    first: Any = np.array([True, True, False])
    second: Any = [0, 1.0, np.int8(0)]
    assert mcnemar(first, second) == McNemar(1, 0, 1.0)


SCORES = np.random.default_rng(5).beta(0.5, 2, (2, 60))
HITS = (np.random.default_rng(6).random((2, 80)) < ((0.7,), (0.5,))) * 1.0


@pytest.mark.parametrize("both", [SCORES, HITS], ids=["scores", "hits"])
@pytest.mark.parametrize("seed", [0, 9])
def test_bootstrap_is_scipys_on_the_same_draws(both: Any, seed: int) -> None:
    found = paired_bootstrap(*both.tolist(), seed=seed)
    differences = both[0] - both[1]
    assert found.difference == pytest.approx(differences.mean(), rel=1e-12)
    theirs = scipys_bca(differences, np.ones_like(differences), seed=seed)
    assert (found.interval.low, found.interval.high) == pytest.approx(theirs, rel=0, abs=1e-12)


def test_clustered_bootstrap_is_scipys_on_the_same_draws() -> None:
    names = [f"q{place * place % 23}" for place in range(60)]
    found = paired_bootstrap(*SCORES.tolist(), clusters=names, resamples=999, seed=4)
    kinds = list(dict.fromkeys(names))
    assert found.questions == len(kinds) < 23
    mine = np.array([[name == kind for name in names] for kind in kinds])
    totals, sizes = mine @ (SCORES[0] - SCORES[1]), mine.sum(axis=1)
    theirs = scipys_bca(totals, sizes, resamples=999, seed=4)
    assert (found.interval.low, found.interval.high) == pytest.approx(theirs, rel=0, abs=1e-12)


@quiet
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=20))
def test_bootstrap_is_seeded_and_around_the_mean(pairs: Pairs) -> None:
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    once = paired_bootstrap(first, second, resamples=100, seed=3)
    assert once == paired_bootstrap(first, second, resamples=100, seed=3)
    assert once.difference == pytest.approx(sum(first) / len(pairs) - sum(second) / len(pairs))
    apart = [a - b for a, b in pairs]
    assert min(apart) - 1e-9 <= once.interval.low <= once.interval.high <= max(apart) + 1e-9
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
    assert whole.interval == Interval(-1.0, 1.0)
    assert alone.interval.high < 0.3


def test_a_paired_bootstrap_is_the_bootstrap_of_the_differences() -> None:
    differences = (SCORES[0] - SCORES[1]).tolist()
    found, alone = paired_bootstrap(*SCORES.tolist(), seed=7), mean_bootstrap(differences, seed=7)
    assert (found.difference, found.interval) == (alone.mean, alone.interval)


def test_one_question_rules_nothing_out_and_equal_ones_have_no_spread() -> None:
    assert paired_bootstrap([1.0], [0.0]).interval == Interval(float("-inf"), float("inf"))
    assert paired_bootstrap([1.0] * 9, [0.0] * 9).interval == Interval(1.0, 1.0)


@pytest.mark.parametrize("count", [2, 6, 11])
def test_sign_flips_are_scipys_where_all_are_counted(count: int) -> None:
    first, second = SCORES[:, :count]
    p = sign_flip(first.tolist(), second.tolist())
    theirs = stats.permutation_test(
        (first - second,), lambda x, axis: x.sum(axis=axis), permutation_type="samples"
    )
    assert p == pytest.approx(float(theirs.pvalue), rel=1e-9)


def test_sign_flips_of_hits_are_mcnemars_test() -> None:
    first, second = discordant(2, 9)
    assert sign_flip(first, second) == pytest.approx(mcnemar(first, second).p, rel=1e-9)
    first, second = discordant(30, 48)
    drawn = sign_flip(first, second, resamples=50_000, seed=1)
    assert drawn == sign_flip(first, second, resamples=50_000, seed=1)
    assert drawn == pytest.approx(mcnemar(first, second).p, abs=0.003)


def test_sign_flips_take_questions_whole() -> None:
    first, second = [1.0] * 12, [0.0] * 12
    assert sign_flip(first, second) == 2 / 2**12
    assert sign_flip(first, second, clusters=["a", "b", "c"] * 4) == 2 / 2**3
    assert sign_flip(first, first) == 1


@quiet
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=30))
def test_sign_flips_are_symmetric_and_never_zero(pairs: Pairs) -> None:
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    p = sign_flip(first, second, resamples=100, seed=2)
    assert 0 < p <= 1
    assert p == sign_flip(second, first, resamples=100, seed=2)


WRONG: list[tuple[Any, tuple[Any, ...], dict[str, Any], str]] = [
    (mcnemar, ([True], []), {}, "1 and 0 results: a paired comparison needs as many"),
    (mcnemar, ([0.5], [1]), {}, r"first\[0\] is 0.5, neither right \(True\) nor wrong"),
    (mcnemar, ([True], [None]), {}, r"second\[0\] must be a number, found None"),
    (mcnemar, ("yes", "no "), {}, "first must be a list, found 'yes'"),
    (mcnemar_counted, (-1, 2), {}, "only_first=-1: it must be at least 0"),
    (mcnemar_counted, (1, 2.0), {}, "only_second must be a whole number"),
    (paired_bootstrap, ([1.0], [1.0, 2.0]), {}, "1 and 2 results"),
    (paired_bootstrap, ([1.0], [1.0]), {"clusters": []}, "1 and 0 results"),
    (paired_bootstrap, ([1.0], [1.0]), {"clusters": [None]}, r"clusters\[0\] is None: name"),
    (paired_bootstrap, ([1.0], [1.0]), {"clusters": [["a"]]}, r"clusters\[0\] is a list: name"),
    (paired_bootstrap, ([1.0], [1.0]), {"clusters": [("a", [])]}, r"clusters\[0\] is a tuple"),
    (paired_bootstrap, ([1.0], [1.0]), {"clusters": "a"}, "clusters must be a list, found 'a'"),
    (paired_bootstrap, ([], []), {}, "at least one question"),
    (paired_bootstrap, ([float("nan")], [1]), {}, r"first\[0\] is nan: it must be a number from"),
    (paired_bootstrap, ([1], [float("inf")]), {}, r"second\[0\] is inf"),
    (paired_bootstrap, ([10**400], [1]), {}, r"first\[0\] is a number of more than 60 digits"),
    (paired_bootstrap, (["1"], [1]), {}, r"first\[0\] must be a number, found '1'"),
    (paired_bootstrap, ({1.0}, [1]), {}, "first must be a list, found a set"),
    (paired_bootstrap, (1.0, [1]), {}, "first must be a list, found 1.0"),
    (paired_bootstrap, ([1], [1]), {"resamples": 0}, "resamples=0: it must be at least 1"),
    (paired_bootstrap, ([1], [1]), {"resamples": 1e3}, "resamples must be a whole number"),
    (paired_bootstrap, ([1], [1]), {"seed": -1}, "seed=-1: it must be at least 0"),
    (paired_bootstrap, ([1], [1]), {"seed": None}, "seed must be a whole number, found None"),
    (sign_flip, ([1], [1, 2]), {}, "1 and 2 results"),
    (sign_flip, ([], []), {}, "at least one question"),
    (sign_flip, ([1], [1]), {"resamples": 0}, "resamples=0"),
]


@pytest.mark.parametrize(
    ("call", "given", "named", "told"),
    WRONG,
    ids=[f"{n} {each[3]}" for n, each in enumerate(WRONG)],
)
def test_what_cannot_be_is_told(
    call: Any, given: tuple[Any, ...], named: dict[str, Any], told: str
) -> None:
    with pytest.raises(UserMistake, match=told):
        call(*given, **named)
