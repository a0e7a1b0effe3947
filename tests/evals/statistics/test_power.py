"""How many questions show a difference, beside statsmodels and counting every outcome."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import (
    power_proportions_2indep,
    samplesize_proportions_2indep_onetail,
)

from reasoning_chains.errors import UserMistake
from reasoning_chains.evals.statistics import (
    mcnemar_counted,
    paired_difference_seen,
    paired_power,
    paired_questions,
    unpaired_difference_seen,
    unpaired_power,
    unpaired_questions,
)
from tests.evals.statistics import quiet


def over_all_outcomes(questions: int, difference: float, discordant: float, level: float) -> float:
    """The chance of an outcome whose own p is small enough, outcome by outcome."""
    sides = ((discordant + difference) / 2, (discordant - difference) / 2, 1 - discordant)
    outcomes = [
        (mine, other, questions - mine - other)
        for mine in range(questions + 1)
        for other in range(questions - mine + 1)
        if mcnemar_counted(mine, other).p <= level
    ]
    return float(np.sum(stats.multinomial.pmf(outcomes, questions, sides))) if outcomes else 0.0


@pytest.mark.parametrize("questions", [3, 6, 20, 61])
@pytest.mark.parametrize(
    ("difference", "discordant", "level"),
    [(0.1, 0.3, 0.05), (-0.25, 0.25, 0.05), (0, 0.5, 0.1), (0.6, 0.8, 0.01), (0.5, 1.0, 0.05)],
)
def test_paired_power_is_that_of_the_test_itself(
    questions: int, difference: float, discordant: float, level: float
) -> None:
    expected = over_all_outcomes(questions, difference, discordant, level)
    found = paired_power(questions, difference, discordant, level=level)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    ("difference", "discordant", "power"),
    [(0.1, 0.2, 0.8), (0.3, 0.4, 0.9), (1.0, 1.0, 0.8), (0.5, 1.0, 0.99), (0.06, 0.2, 0.5)],
)
def test_from_the_questions_on_power_stays(
    difference: float, discordant: float, power: float
) -> None:
    questions = paired_questions(difference, discordant, power=power)
    assert questions == paired_questions(-difference, discordant, power=power)
    for more in range(60):
        assert paired_power(questions + more, difference, discordant) >= power
    if questions > 1:
        assert paired_power(questions - 1, difference, discordant) < power


@pytest.mark.parametrize("discordant", [0.1, 0.3, 1.0])
def test_beyond_the_exact_the_approximation_follows(discordant: float) -> None:
    for part in (0.05, 0.1, 0.2):
        exact = paired_power(1_000, part * discordant, discordant)
        assert paired_power(1_001, part * discordant, discordant) == pytest.approx(exact, abs=0.015)


def test_many_questions_show_small_differences() -> None:
    questions = paired_questions(0.01, 0.1)
    assert 7_800 < questions < 8_200  # Connor's (1987), uncorrected, is 7,841
    assert paired_power(questions, 0.01, 0.1) >= 0.8 > paired_power(questions - 1, 0.01, 0.1)
    assert paired_power(5_000, 1.0, 1.0) == 1


@pytest.mark.parametrize("questions", [50, 200, 5_000])
def test_the_smallest_difference_is_where_power_begins(questions: int) -> None:
    size = paired_difference_seen(questions, 0.2)
    assert size is not None
    assert paired_power(questions, size, 0.2) >= 0.8 > paired_power(questions, 0.999 * size, 0.2)


def test_few_questions_show_no_difference() -> None:
    assert paired_difference_seen(5, 1.0) is None  # 5 of 5 has p = 0.0625
    assert paired_difference_seen(6, 1.0, power=0.99) is not None
    assert unpaired_difference_seen(3, 0.99) is None
    assert unpaired_difference_seen(100, 1.0) is None


@pytest.mark.parametrize("questions", [10, 200, 10_000])
@pytest.mark.parametrize(("first", "second"), [(0.7, 0.8), (0.5, 0.45), (0.02, 0.05), (0, 0.3)])
@pytest.mark.parametrize("level", [0.05, 0.001])
def test_unpaired_power_is_statsmodels(
    questions: int, first: float, second: float, level: float
) -> None:
    theirs = power_proportions_2indep(second - first, first, questions, alpha=level).power
    found = unpaired_power(questions, first, second, level=level)
    assert found == pytest.approx(float(theirs), rel=1e-9)


@pytest.mark.parametrize(("first", "second"), [(0.7, 0.8), (0.8, 0.7), (0.5, 0.51), (0.1, 0.3)])
def test_unpaired_questions_are_statsmodels(first: float, second: float) -> None:
    theirs = samplesize_proportions_2indep_onetail(
        second - first, first, 0.8, alpha=0.05, alternative="two-sided"
    )
    assert unpaired_questions(first, second) == np.ceil(theirs)


def test_unpaired_ends() -> None:
    assert unpaired_power(3, 0, 1) == 1
    assert unpaired_power(3, 0.4, 0.4) < 0.06
    assert unpaired_questions(0, 1) == 2
    gain = unpaired_difference_seen(200, 0.7)
    assert gain is not None
    assert unpaired_power(200, 0.7, 0.7 + gain) >= 0.8 > unpaired_power(200, 0.7, 0.699 + gain)


@quiet
@given(st.integers(1, 300), st.floats(0.01, 1), st.floats(0, 1))
def test_more_difference_is_seen_more_often(questions: int, discordant: float, part: float) -> None:
    less, more = part * discordant / 2, part * discordant
    assert paired_power(questions, less, discordant) <= (
        paired_power(questions, more, discordant) + 1e-9
    )


WRONG: list[tuple[Any, tuple[Any, ...], dict[str, Any], str]] = [
    (paired_power, (0, 0.1, 0.2), {}, "questions=0: it must be at least 1"),
    (paired_power, (10.5, 0.1, 0.2), {}, "questions must be a whole number"),
    (paired_power, (10, 0.3, 0.2), {}, "difference=0.3 of discordant=0.2: methods differ by no"),
    (paired_power, (10, float("nan"), 0.2), {}, "difference=nan"),
    (paired_power, (10, 0, 0), {}, "discordant=0: it lies above 0, and at most at 1"),
    (paired_power, (10, 0.1, 20), {}, "discordant=20"),
    (paired_power, (10, 0.1, 0.2), {"level": 5}, "level=5: it lies between 0 and 1"),
    (paired_power, (10, "10 %", 0.2), {}, "difference must be a number"),
    (paired_questions, (0, 0.2), {}, "no number of questions shows a difference that is none"),
    (paired_questions, (0.1, 0.2), {"power": 80}, "power=80: it lies between 0 and 1"),
    (paired_difference_seen, (0, 0.2), {}, "questions=0"),
    (unpaired_power, (10, 0.1, 1.2), {}, "second=1.2: it must be at least 0 and at most 1"),
    (unpaired_power, (10, None, 0.2), {}, "first must be a number, found None"),
    (unpaired_questions, (0.3, 0.3), {}, "first and second are both 0.3"),
    (unpaired_difference_seen, (10, -0.1), {}, "first=-0.1"),
    (unpaired_difference_seen, (10, 0.1), {"power": 1}, "power=1: it lies between"),
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
