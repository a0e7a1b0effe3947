"""Scorers by their spelling, and functions of the user's own project."""

from __future__ import annotations

from pathlib import Path

import pytest

from reasoning_chains import Problem, UserMistake
from reasoning_chains.evals.scorers.function import Function
from reasoning_chains.evals.scorers.number import Number
from reasoning_chains.evals.scorers.opening import open_scorer
from reasoning_chains.names import SCORERS, load
from tests.evals.scoring import ended, scored

MINE = """
from reasoning_chains import Score

def same_length(problem, answer, target):
    return len(answer) == len(target)

async def share(problem, answer, target):
    return 0.25

def whole(problem, answer, target):
    return Score(1.0, "right", "mine")

def broken(problem, answer, target):
    raise ZeroDivisionError("by mistake")

def odd(problem, answer, target):
    return "right"

three = 3
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "my_scorers.py").write_text(MINE, encoding="utf-8")
    return tmp_path


def test_every_name_of_the_table_opens_and_says_what_it_does(tmp_path: Path) -> None:
    for name in SCORERS:
        scorer = open_scorer(name, tmp_path)
        assert isinstance(scorer, load(SCORERS, "scorer", name))
        assert (type(scorer).__doc__ or "").strip()


def test_arguments_are_read(tmp_path: Path) -> None:
    assert open_scorer("number(tolerance=0.01)", tmp_path) == Number(0.01)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nummber", "unknown scorer 'nummber': did you mean number"),
        ("number(tolerence=1)", "unknown argument of number 'tolerence': did you mean tolerance"),
        ("number(tolerance='a')", r"number\(tolerance=…\) must be a number"),
        ("number(tolerance=-1)", "it must be at least 0"),
        ("number(1)", "is no scorer: write it like number"),
        ("number(tolerance=1 + 1)", "is no scorer"),
        ("number(**{})", "is no scorer"),
        ("__import__('os').system('true')", "is no scorer"),
        ("number + exact", "is no scorer"),
        ("(" * 5000, "is no scorer"),
        ("my_scorers:three", "must be a function"),
        ("my_scorers:same_lenght", "did you mean same_length"),
        ("nowhere:function", "ModuleNotFoundError"),
        ("a b:c", "is no scorer"),
    ],
    ids=lambda text: text[:40],
)
def test_a_wrong_spelling_is_told(project: Path, text: str, told: str) -> None:
    with pytest.raises(UserMistake, match=told):
        open_scorer(text, project)


@pytest.mark.parametrize(
    ("name", "value", "outcome", "note"),
    [
        ("same_length", 1.0, "right", ""),
        ("share", 0.25, "wrong", ""),
        ("whole", 1.0, "right", "mine"),
        ("broken", 0.0, "error", "ZeroDivisionError: by mistake"),
    ],
)
def test_a_function_of_ones_own(
    project: Path, name: str, value: float, outcome: str, note: str
) -> None:
    scorer = open_scorer(f"my_scorers:{name}", project)
    assert isinstance(scorer, Function)
    score = scored(scorer, Problem("?"), "abc", "xyz")
    assert (score.value, score.outcome, score.note) == (value, outcome, note)
    assert scored(scorer, Problem("?"), ended("unparsed"), "xyz").outcome == "unparsed"


def test_a_function_that_gives_no_score_is_a_mistake(project: Path) -> None:
    with pytest.raises(UserMistake, match="scorer my_scorers:odd must give a Score, True, False"):
        scored(open_scorer("my_scorers:odd", project), Problem("?"), "abc", "xyz")
