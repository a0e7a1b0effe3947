"""Judges: a rubric's verdict, and a choice between two answers in both orders."""

from __future__ import annotations

import pytest

from reasoning_chains import Problem, ScriptedBackend, Solution, UserMistake
from reasoning_chains.evals.score import Score
from reasoning_chains.evals.scorers.judge import Judge, Pairwise
from tests.evals.scoring import asked, ended, scored

PROBLEM = Problem("Why is the sky blue?")


@pytest.mark.parametrize(
    ("reply", "value", "outcome"),
    [
        ("It agrees.\nScore: 0.9\nVerdict: correct", 0.9, "right"),
        ("It leaves the reason out.\nScore: 2/10\nVerdict: incorrect", 0.2, "wrong"),
        ("Verdict: correct", 1.0, "right"),
        ("Verdict: incorrect", 0.0, "wrong"),
        ("Score: 1", 1.0, "right"),
        ("Score: 7\nVerdict: correct", 1.0, "right"),
        ("I would rather not say.", 0.0, "error"),
    ],
)
def test_a_rubric(reply: str, value: float, outcome: str) -> None:
    backend = ScriptedBackend([reply])
    score = scored(Judge("It names scattering."), PROBLEM, "Rayleigh", "scattering", backend)
    assert (score.value, score.outcome) == (value, outcome)
    (sent,) = asked(backend)
    for part in ("Why is the sky blue?", "It names scattering.", "Rayleigh", "scattering"):
        assert part in sent


def test_a_judge_speaks_chinese_where_the_question_does() -> None:
    backend = ScriptedBackend(["分析：符合。\n评分：0.8\n判断：正确"])
    score = scored(Judge(), Problem("天空为什么是蓝色的？"), "散射", "瑞利散射", backend)
    assert (score.value, score.outcome) == (0.8, "right")
    assert "待评判的回答：散射" in asked(backend)[0]


@pytest.mark.parametrize(
    ("replies", "value", "outcome", "note"),
    [
        ((1, 2), 1.0, "right", "preferred in both orders"),
        ((1, 1), 0.5, "right", "preferred in one order"),
        ((2, 2), 0.5, "right", "preferred in one order"),
        ((2, 1), 0.0, "wrong", "preferred in neither order"),
    ],
)
def test_two_answers_in_both_orders(
    replies: tuple[int, int], value: float, outcome: str, note: str
) -> None:
    backend = ScriptedBackend([f"The better response is Response {one}" for one in replies])
    score = scored(Pairwise("Short."), PROBLEM, "mine", "theirs", backend)
    assert score == Score(value, outcome, note)  # type: ignore[arg-type]
    first, second = asked(backend)
    assert "Response 1: mine\n\nResponse 2: theirs" in first
    assert "Response 1: theirs\n\nResponse 2: mine" in second


def test_a_choice_that_cannot_be_read_is_the_judges_error() -> None:
    backend = ScriptedBackend(["Both are fine."])
    score = scored(Pairwise(), PROBLEM, "mine", "theirs", backend)
    assert score.outcome == "error"
    assert "Both are fine." in score.note


def test_what_has_nothing_to_judge_is_not_asked_about() -> None:
    backend = ScriptedBackend([])
    for scorer in (Judge(), Pairwise()):
        assert scored(scorer, PROBLEM, ended("refused"), "theirs", backend).outcome == "refused"
        assert scorer.reference(PROBLEM, "theirs") is None
    assert asked(backend) == []


def test_a_free_text_without_an_announced_answer_is_judged_whole() -> None:
    backend = ScriptedBackend(["Verdict: correct"])
    essay = Solution(None, "Light scatters.\nBlue most.", stop_reason="unparsed")
    assert scored(Judge(), PROBLEM, essay, "scattering", backend).outcome == "right"
    assert "Blue most." in asked(backend)[0]


def test_settings_that_are_no_text_are_refused() -> None:
    for make in (Judge, Pairwise):
        with pytest.raises(UserMistake, match="rubric must be text"):
            make(rubric=3)  # type: ignore[arg-type]
