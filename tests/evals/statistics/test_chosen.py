"""What a majority and a best of k samples score, beside taking every subset one by one."""

from __future__ import annotations

import itertools
import math
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_chains.errors import UserMistake
from reasoning_chains.evals.statistics import best_at_k, maj_at_k, voted_at_k
from reasoning_chains.voting import majority
from tests.evals.statistics import quiet


def by_voting(answers: list[str | None], values: list[float], k: int) -> float:
    """Vote over every ordered draw, as chains do: the winner's first voter speaks for it."""
    scored = []
    for drawn in itertools.permutations(range(len(answers)), k):
        winner = majority([answers[place] for place in drawn]).answer
        if winner is not None:
            scored.append(values[next(at for at in drawn if answers[at] == winner)])
    return math.fsum(scored) / math.perm(len(answers), k)


def by_choosing(marks: list[float | None], values: list[float], k: int) -> float:
    """Choose from every ordered draw: of equal marks the first."""
    scored = []
    for drawn in itertools.permutations(range(len(marks)), k):
        able = [(-mark, at) for at, mark in ((at, marks[at]) for at in drawn) if mark is not None]
        if able:
            best = min(mark for mark, _ in able)
            scored.append(values[next(at for mark, at in able if mark == best)])
    return math.fsum(scored) / math.perm(len(marks), k)


@pytest.mark.parametrize("case", range(12))
def test_a_majority_scores_what_voting_gives_on_average(case: int) -> None:
    chance = random.Random(case)
    answers = [chance.choice(["7", "8", "9", None]) for _ in range(6)]
    values = [0.0 if answer is None else chance.choice([0, 0.25, 1]) for answer in answers]
    for k in range(1, 7):
        found = voted_at_k(answers, values, k)
        assert found == pytest.approx(by_voting(answers, values, k), abs=1e-12)


@pytest.mark.parametrize("case", range(12))
def test_the_best_scores_what_choosing_gives_on_average(case: int) -> None:
    chance = random.Random(case)
    marks = [chance.choice([-0.1, -0.1, -0.5, -2.0, -math.inf, None]) for _ in range(6)]
    values = [0.0 if mark is None else chance.choice([0, 0.25, 1]) for mark in marks]
    for k in range(1, 7):
        found = best_at_k(marks, values, k)
        assert found == pytest.approx(by_choosing(marks, values, k), abs=1e-12)


@quiet
@given(st.lists(st.sampled_from(["a", "b", "c", None]), min_size=1, max_size=24), st.data())
def test_right_and_wrong_are_scores_too(answers: list[str | None], data: st.DataObject) -> None:
    right = [answer == "a" for answer in answers]
    k = data.draw(st.integers(1, len(answers)))
    assert voted_at_k(answers, right, k) == pytest.approx(maj_at_k(answers, right, k), abs=1e-9)


@quiet
@given(st.lists(st.tuples(st.one_of(st.none(), st.floats(-9, 0)), st.floats(0, 1)), min_size=1))
def test_one_is_the_mean_and_all_is_the_best(samples: list[tuple[float | None, float]]) -> None:
    marks, values = [mark for mark, _ in samples], [value for _, value in samples]
    taken = [(mark, value) for mark, value in samples if mark is not None]
    mean = math.fsum(value for _, value in taken) / len(samples)
    assert best_at_k(marks, values, 1) == pytest.approx(mean, abs=1e-9)
    if taken:
        highest = max(mark for mark, _ in taken)
        tied = [value for mark, value in taken if mark == highest]
        found = best_at_k(marks, values, len(samples))
        assert found == pytest.approx(math.fsum(tied) / len(tied), abs=1e-9)


@pytest.mark.parametrize(
    ("function", "given", "told"),
    [
        (voted_at_k, ("77", [1, 0], 1), "answers must be a list"),
        (voted_at_k, (["7", "8"], [1], 1), "2 and 1 results"),
        (voted_at_k, (["7", ["8"]], [1, 0], 1), r"answers\[1\] is"),
        (voted_at_k, (["7"], [math.nan], 1), r"values\[0\] is"),
        (voted_at_k, (["7"], [1], 2), "k=2 of 1 samples"),
        (best_at_k, ([0.5], [1], 0), "k=0 of 1 samples"),
        (best_at_k, ([0.5], [1, 0], 1), "1 and 2 results"),
        (best_at_k, (["7"], [1], 1), r"marks\[0\] must be a number or None"),
        (best_at_k, ([math.nan], [1], 1), r"marks\[0\] must be a number or None"),
    ],
    ids=["text", "fewer", "no key", "no score", "k", "no k", "more", "word", "nan"],
)
def test_what_cannot_be_counted_is_told(function: Any, given: tuple[Any, ...], told: str) -> None:
    with pytest.raises(UserMistake, match=told):
        function(*given)
