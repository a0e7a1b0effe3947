"""A suite gone through once: what was found, and what its own scorer rejects."""

from __future__ import annotations

from pathlib import Path

import pytest

from reasoning_chains import UserMistake, load_suite
from reasoning_chains.evals.checking import Checked, check
from tests.evals.writing import opened

MINE = """
def even(problem, answer, target):
    return int(target) % 2 == 0

def broken(problem, answer, target):
    raise KeyError(target)
"""


def test_what_is_counted(tmp_path: Path) -> None:
    assert check(opened(tmp_path)) == Checked(2, 2, {"number": 2}, {"": 2})
    assert check(opened(tmp_path), 1).items == 1
    facts = check(load_suite("facts", size=150), 200)
    assert facts.note == "facts: 150 were asked for, there are 136: all are taken"
    with pytest.raises(UserMistake, match="most=0"):
        check(opened(tmp_path), 0)


def test_a_scorer_that_needs_a_model_is_not_tried(tmp_path: Path) -> None:
    for scorer, kind in (("judge", "text"), ("pairwise", "text")):
        assert check(opened(tmp_path, scorer=scorer, kind=kind)).scored == 0


def test_a_function_of_the_users_scores_its_own_targets(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(MINE)
    rows = '{"id": "a", "question": "1 + 1?", "answer": 2}\n'
    assert check(opened(tmp_path, rows, scorer="mine:even")).scored == 1
    odd = opened(tmp_path, rows + '{"question": "1 + 2?", "answer": 3}\n', scorer="mine:even")
    with pytest.raises(UserMistake, match=r"row 2: its own scorer, mine:even, rejects .*'3'"):
        check(odd)
    with pytest.raises(UserMistake, match="rejects the answer '2': KeyError: '2'"):
        check(opened(tmp_path, rows, scorer="mine:broken"))
