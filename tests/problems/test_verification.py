"""Worked solutions to be checked: half of them with one wrong step, which the others follow."""

from __future__ import annotations

from itertools import islice, pairwise

import pytest

from reasoning_chains.problems import Exercise, exercises
from reasoning_chains.problems.verification import worked_out

LEVELS = (3, 4, 5, 6)


def told(exercise: Exercise) -> list[tuple[int, str, int, int]]:
    """Read the steps that are shown: left, sign, right, and the result as it is said."""
    found = []
    for part in exercise.context.partition(" Solution: ")[2].split("Step ")[1:]:
        left, _, right = part.partition(" = ")
        words = left.split()
        said = right.split()[0].rstrip(".,")
        found.append((int(words[-3]), words[-2], int(words[-1]), int(said)))
    return found


@pytest.mark.parametrize("level", LEVELS)
def test_only_the_step_that_is_the_answer_is_wrong(level: int) -> None:
    for exercise in islice(exercises("step_verification", level, seed=4), 100):
        steps = told(exercise)
        wrong = [
            place
            for place, (left, sign, right, said) in enumerate(steps, 1)
            if worked_out(left, sign, right) != said
        ]
        assert len(steps) == level
        assert wrong == ([int(exercise.answer)] if exercise.answer != "0" else [])
        assert all(before[3] == after[0] for before, after in pairwise(steps))
        assert min(said for *_, said in steps) >= 0


def test_half_of_the_solutions_are_right_and_any_step_may_be_wrong() -> None:
    answers = [e.answer for e in islice(exercises("step_verification", 4, seed=1), 600)]
    assert 250 < answers.count("0") < 350
    assert {*answers} == {"0", "1", "2", "3", "4"}


def test_the_numbers_of_arithmetic_digits_have_as_many_digits_as_the_level() -> None:
    for level in (1, 2, 3, 4):
        for exercise in islice(exercises("arithmetic_digits", level, seed=2), 50):
            words = exercise.form.removeprefix("arithmetic:").replace("(", "").replace(")", "")
            sums = [w for w, sign in zip(words.split()[2::2], words.split()[1::2], strict=True)
                    if sign != "*"]  # fmt: skip
            assert all(len(word) == level for word in [words.split()[0], *sums])
