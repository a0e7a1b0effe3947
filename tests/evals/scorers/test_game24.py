"""Expressions that make 24: exact arithmetic, each number once."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoning_chains import Problem, UserMistake
from reasoning_chains.answers.rational import work_out
from reasoning_chains.evals.scorers.game24 import Game24, solved

quiet = settings(derandomize=True, max_examples=40, deadline=None, database=None)


@pytest.mark.parametrize(
    ("answer", "outcome", "note"),
    [
        ("(10 - 4) * 4", "wrong", "it does not use each number once"),
        ("(10 - 4) * (5 - 6)", "wrong", "it makes -6"),
        ("Answer: 4 * (10 - 5) + 6 = 24", "wrong", "it makes 26"),
        ("4 * 5 + 10 - 6 = 24", "right", ""),
        ("I give up", "unparsed", "it is no sum or product of whole numbers"),
        ("24 / 0", "unparsed", "it is no sum or product of whole numbers"),
    ],
)
def test_what_is_right_and_why_not(answer: str, outcome: str, note: str) -> None:
    score = Game24().judge(Problem("?"), answer, "4 5 6 10")
    assert (score.outcome, score.note) == (outcome, note)


def test_division_is_exact_and_another_total_may_be_asked() -> None:
    assert Game24().judge(Problem("?"), "8 / (3 - 8 / 3)", "3 3 8 8").outcome == "right"
    assert Game24(total=10).judge(Problem("?"), "1 + 2 + 3 + 4", "1 2 3 4").outcome == "right"
    with pytest.raises(UserMistake, match="game24 total"):
        Game24(total=24.5)  # type: ignore[arg-type]


@quiet
@given(st.lists(st.integers(1, 13), min_size=4, max_size=4))
def test_what_is_found_is_right(numbers: list[int]) -> None:
    found = solved(numbers)
    if found is not None:
        worked = work_out(found)
        assert worked is not None
        assert worked.value == Fraction(24)
        assert sorted(worked.numbers) == sorted(numbers)


def test_what_cannot_be_made_is_rejected_as_its_own_answer() -> None:
    assert solved([1, 1, 1, 1]) is None
    reference = Game24().reference(Problem("?"), "1 1 1 1")
    assert Game24().judge(Problem("?"), reference or "", "1 1 1 1").outcome != "right"
    assert Game24().judge(Problem("?"), "24", "twenty four").outcome == "wrong"
