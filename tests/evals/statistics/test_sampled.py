"""What k of n samples reach, beside counting every subset in whole numbers."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from fractions import Fraction
from math import comb
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_chains.errors import UserMistake
from reasoning_chains.evals.statistics import maj_at_k, pass_at_k, pass_hat_k
from reasoning_chains.voting import majority
from tests.evals.statistics import quiet


@pytest.mark.parametrize("total", [1, 2, 9, 64, 1_000])
def test_any_and_all_of_k_are_shares_of_subsets(total: int) -> None:
    for right in {0, 1, total // 3, total - 1, total}:
        for k in {1, (total + 1) // 2, total}:
            ways = comb(total, k)
            some = float(1 - Fraction(comb(total - right, k), ways))
            assert pass_at_k(right, total, k) == pytest.approx(some, rel=1e-9, abs=1e-12)
            every = float(Fraction(comb(right, k), ways))
            assert pass_hat_k(right, total, k) == pytest.approx(every, rel=1e-9, abs=0)


@quiet
@given(st.integers(1, 60), st.data())
def test_any_grows_with_k_and_all_falls(total: int, data: st.DataObject) -> None:
    right = data.draw(st.integers(0, total))
    some = [pass_at_k(right, total, k) for k in range(1, total + 1)]
    every = [pass_hat_k(right, total, k) for k in range(1, total + 1)]
    assert some[0] == pytest.approx(every[0])
    assert some[0] == pytest.approx(right / total)
    assert all(a <= b + 1e-12 for a, b in itertools.pairwise(some))
    assert all(a + 1e-12 >= b for a, b in itertools.pairwise(every))
    assert (some[-1], every[-1]) == (float(right > 0), float(right == total))


def by_voting(answers: list[str | None], good: set[str], k: int) -> float:
    """Every ordered draw of k samples, voted on as chains do: the lowest index wins ties."""
    draws = list(itertools.permutations(answers, k))
    return sum(majority(drawn).answer in good for drawn in draws) / len(draws)


def by_counting(counts: list[int], unparsed: int, right: int, k: int) -> float:
    """Count subsets in whole numbers, by votes so far and how many are tied."""
    total = Fraction(0)
    for votes in range(1, min(counts[right], k) + 1):
        ways = {(0, 0): 1}
        for place, count in enumerate(counts):
            if place == right:
                continue
            grown: Counter[tuple[int, int]] = Counter()
            for (drawn, tied), way in ways.items():
                for more in range(min(count, votes, k - votes - drawn) + 1):
                    grown[drawn + more, tied + (more == votes)] += way * comb(count, more)
            ways = dict(grown)
        for (drawn, tied), way in ways.items():
            left = k - votes - drawn
            chosen = way * comb(counts[right], votes) * comb(unparsed, left)
            total += Fraction(chosen, 1 + tied)
    return float(total / comb(sum(counts) + unparsed, k))


@pytest.mark.parametrize("case", range(12))
def test_majorities_are_what_voting_gives_on_average(case: int) -> None:
    chance = random.Random(case)
    answers = [chance.choice(["7", "8", "9", None]) for _ in range(6)]
    good = set(chance.sample(["7", "8", "9"], chance.choice([0, 1, 1, 2])))
    for k in range(1, 7):
        found = maj_at_k(answers, [answer in good for answer in answers], k)
        assert found == pytest.approx(by_voting(answers, good, k), abs=1e-12)


@pytest.mark.parametrize(
    ("counts", "unparsed"),
    [
        ([20, 20, 3], 5),
        ([1] * 12, 0),
        ([4, 4, 4, 4, 4], 1),
        ([9, 2, 2, 1, 1], 30),
        ([7], 0),
        ([3], 9),
    ],
)
def test_majorities_of_many_are_counted_exactly(counts: list[int], unparsed: int) -> None:
    answers = [place for place, count in enumerate(counts) for _ in range(count)]
    drawn: list[int | None] = [*answers, *[None] * unparsed]
    for k in {1, 2, min(7, len(drawn)), len(drawn) // 2 + 1, len(drawn)} & {*range(len(drawn) + 1)}:
        found = maj_at_k(drawn, [answer == 0 for answer in drawn], k)
        assert found == pytest.approx(by_counting(counts, unparsed, 0, k), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("k", [1, 2, 499, 999, 1_000])
def test_majorities_of_a_thousand(k: int) -> None:
    every = list(range(1_000))
    apart = maj_at_k(every, [number == 3 for number in every], k)
    assert apart == pytest.approx(0.001, abs=1e-11)  # all tie, whichever they are
    two = [number < 600 for number in every]
    most = sum(
        Fraction(comb(600, votes) * comb(400, k - votes), 1 + (2 * votes == k))
        for votes in range((k + 1) // 2, k + 1)
    )
    assert maj_at_k(two, two, k) == pytest.approx(float(most / comb(1_000, k)), abs=1e-11)


@quiet
@given(st.lists(st.sampled_from(["a", "b", "c", None]), min_size=1, max_size=12), st.data())
def test_the_chances_of_all_answers_and_of_no_vote_make_one(
    answers: list[str | None], data: st.DataObject
) -> None:
    k = data.draw(st.integers(1, len(answers)))
    wins = [maj_at_k(answers, [a == mine for a in answers], k) for mine in ("a", "b", "c")]
    silent = pass_hat_k(answers.count(None), len(answers), k)
    assert sum(wins) + silent == pytest.approx(1, abs=1e-12)
    assert all(0 <= win <= 1 for win in wins)
    any_right = maj_at_k(answers, [a is not None for a in answers], k)
    assert any_right == pytest.approx(1 - silent, abs=1e-12)


WRONG: list[tuple[Any, tuple[Any, ...], str]] = [
    (pass_at_k, (3, 2, 1), "3 right of 2"),
    (pass_at_k, (1, 2, 3), "k=3 of 2 samples: it lies between 1 and their number"),
    (pass_at_k, (0, 0, 1), "k=1 of 0 samples"),
    (pass_at_k, (1.0, 2, 1), "right must be a whole number"),
    (pass_hat_k, (1, 2, 0), "k=0 of 2 samples"),
    (pass_hat_k, (1, "2", 1), "total must be a whole number"),
    (maj_at_k, (["a"], [True], 2), "k=2 of 1 samples"),
    (maj_at_k, (["a"], [True], True), "k must be a whole number"),
    (maj_at_k, ([], [], 1), "k=1 of 0 samples"),
    (maj_at_k, (["a", "b"], [True], 1), "2 answers and 1 marks"),
    (maj_at_k, ("ab", [True, False], 1), "answers must be a list, found 'ab'"),
    (maj_at_k, (["a", "a"], [True, False], 1), r"answers\[1\], 'a', is both right and wrong"),
    (maj_at_k, ([None], [True], 1), r"answers\[0\], None, is unparsed and marked right"),
    (maj_at_k, ([["a"]], [True], 1), r"answers\[0\] is a list: give its voting key"),
    (maj_at_k, ([("a", [])], [True], 1), r"answers\[0\] is a tuple: give its voting key"),
    (maj_at_k, (["a"], [0.5], 1), r"right\[0\] is 0.5"),
    (maj_at_k, (["a"] * 2_001, [True] * 2_001, 1), "2001 samples of one question"),
]


@pytest.mark.parametrize(
    ("call", "given", "told"), WRONG, ids=[f"{n} {each[2]}" for n, each in enumerate(WRONG)]
)
def test_what_cannot_be_is_told(call: Any, given: tuple[Any, ...], told: str) -> None:
    with pytest.raises(UserMistake, match=told):
        call(*given)
