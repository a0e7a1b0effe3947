"""Programs by unit tests, in the sandbox: passed only where the tests ran to their end."""

from __future__ import annotations

import pytest

from reasoning_chains import Problem, UserMistake
from reasoning_chains.evals.scorers.code import Code
from tests.evals.scoring import ended, scored

TESTS = "assert double(2) == 4\nassert double(-1) == -2"
PROBLEM = Problem("Write double(x).", "code")


@pytest.mark.parametrize(
    ("program", "outcome", "note"),
    [
        ("def double(x):\n    return 2 * x", "right", ""),
        ("def double(x):\n    return x + 2", "wrong", "AssertionError"),
        ("def triple(x):\n    return 3 * x", "wrong", "double"),
        ("def double(x):\nreturn 2 * x", "unparsed", "SyntaxError"),
        ("raise SystemExit(0)", "wrong", ""),
        ("def double(x):\n    while True:\n        pass", "wrong", "timeout"),
        ("answer = 'passed'\nraise ValueError('no')", "wrong", "ValueError"),
    ],
)
def test_programs(program: str, outcome: str, note: str) -> None:
    score = scored(Code(seconds=1.0), PROBLEM, program, TESTS)
    assert score.outcome == outcome, score
    assert note in score.note


def test_what_has_no_program_is_not_run() -> None:
    assert scored(Code(), PROBLEM, ended("length"), TESTS).outcome == "cut"


def test_tests_that_are_no_program_are_told() -> None:
    assert Code().reference(PROBLEM, TESTS) is None
    with pytest.raises(UserMistake, match="the tests are no Python program"):
        Code().reference(PROBLEM, "assert (")


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(UserMistake, match="code seconds"):
        Code(seconds=0)
    with pytest.raises(UserMistake, match="unknown code python 'cpithon': did you mean cpython"):
        Code(python="cpithon")  # type: ignore[arg-type]
