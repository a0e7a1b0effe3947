"""Intervals of shares beside textbook values, statsmodels, and their own exact coverage."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from reasoning_chains.errors import UserMistake
from reasoning_chains.evals.statistics import Interval, bonett_price, newcombe, wilson
from tests.evals.statistics import quiet

SHARES = np.arange(0.02, 0.981, 0.01)


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


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.999])
@pytest.mark.parametrize("total", [1, 20, 263, 10**6])
def test_wilson_is_statsmodels(total: int, confidence: float) -> None:
    for right in {0, 1, total // 3, total - 1, total}:
        expected = proportion_confint(right, total, 1 - confidence, method="wilson")
        interval = wilson(right, total, confidence)
        assert (interval.low, interval.high) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("total", [20, 50, 200])
def test_wilson_covers_what_it_says(total: int) -> None:
    counts = np.arange(total + 1)
    intervals = [wilson(int(right), total) for right in counts]
    covered = [
        stats.binom.pmf(counts, total, share) @ [share in interval for interval in intervals]
        for share in SHARES
    ]
    assert 0.945 <= np.mean(covered) <= 0.958
    assert min(covered) > 0.83


def test_wilson_of_nothing_is_everything() -> None:
    assert wilson(0, 0) == Interval(0.0, 1.0)


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


@pytest.mark.parametrize(
    ("first", "second"), [((56, 70), (48, 80)), ((9, 10), (3, 10)), ((10, 10), (0, 20))]
)
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_newcombe_is_statsmodels(
    first: tuple[int, int], second: tuple[int, int], confidence: float
) -> None:
    expected = confint_proportions_2indep(
        *first, *second, method="newcomb", compare="diff", alpha=1 - confidence
    )
    interval = newcombe(first, second, confidence)
    assert (interval.low, interval.high) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_newcombe_gives_his_own_example() -> None:
    interval = newcombe((56, 70), (48, 80))  # 1998, table II, (a), method 10
    assert (interval.low, interval.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def pairs_covered(questions: int, first: float, second: float) -> float:
    """The exact chance that the interval holds the difference, over all outcomes."""
    total = 0.0
    for mine in range(questions + 1):
        others = np.arange(questions - mine + 1)
        chances = stats.multinomial.pmf(
            [[mine, other, questions - mine - other] for other in others],
            questions,
            [first, second, 1 - first - second],
        )
        held = [first - second in bonett_price(mine, int(each), questions) for each in others]
        total += float(chances @ held)
    return total


@pytest.mark.parametrize(
    ("questions", "first", "second"),
    [
        (20, 0.1, 0.05),
        (20, 0.3, 0.1),
        (20, 0.02, 0.01),
        (50, 0.1, 0.05),
        (50, 0.06, 0.01),
        (50, 0.15, 0.15),
    ],
)
def test_bonett_price_covers_few_questions_too(questions: int, first: float, second: float) -> None:
    assert pairs_covered(questions, first, second) >= 0.94


@quiet
@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 100))
def test_bonett_price_mirrors_and_holds_what_was_seen(mine: int, other: int, same: int) -> None:
    questions = mine + other + same
    found, mirror = bonett_price(mine, other, questions), bonett_price(other, mine, questions)
    assert (-mirror.high, -mirror.low) == pytest.approx((found.low, found.high))
    assert -1 <= found.low < found.high <= 1
    assert (mine - other) / max(1, questions) in found


WRONG: list[tuple[Any, tuple[Any, ...], str]] = [
    (wilson, (3, 2), "right is 3 of 2"),
    (wilson, (-1, 2), "right is -1 of 2"),
    (wilson, (1.0, 2), "right must be a whole number, found 1.0"),
    (wilson, (True, 2), "right must be a whole number"),
    (wilson, (1, "2"), "the total must be a whole number, found '2'"),
    (wilson, (1, 2, 1.0), "confidence=1.0: it lies between 0 and 1"),
    (wilson, (1, 2, float("nan")), "confidence=nan"),
    (wilson, (1, 2, "95 %"), "confidence must be a number, found '95 %'"),
    (newcombe, (3, (1, 2)), r"first must be \(right, total\), found 3"),
    (newcombe, ((1, 2), (0, 0)), "second: 0 questions have no share"),
    (newcombe, ((1, 2), (3, 2)), "second: right is 3 of 2"),
    (bonett_price, (2, 2, 3), r"only_first \+ only_second is 4 of 3"),
    (bonett_price, (-1, 2, 3), "only_first is -1 of 3"),
]


@pytest.mark.parametrize(("call", "given", "told"), WRONG, ids=[each[2] for each in WRONG])
def test_what_cannot_be_is_told(call: Any, given: tuple[Any, ...], told: str) -> None:
    with pytest.raises(UserMistake, match=told):
        call(*given)
