"""Auto-CoT: one worked example of each cluster of questions."""

from __future__ import annotations

import asyncio
import doctest
from pathlib import Path

import pytest

import reasoning_chains.auto_cot
from reasoning_chains import (
    AutoCoT,
    BackendError,
    Budget,
    FewShotCoT,
    Problem,
    ScriptedBackend,
    UserMistake,
    ZeroShotCoT,
    write_exemplars,
)
from reasoning_chains.answers.working import read_working
from reasoning_chains.types import Completion, Content, SampleKey
from tests.chains.asked import said

PENS = [Problem(f"How many pens has {who} got now?", "number") for who in ("Ann", "Bob", "Cleo")]
RIVERS = [Problem(f"Which river flows through {town}?") for town in ("Paris", "Rome")]


def reply(content: Content, _: SampleKey) -> str:
    asked = content.messages[-1].content
    if "pens" in asked:
        return "She has 3 and gets 4.\n3 + 4 = 7.\nSo the answer is 7."
    return "Paris lies on the Seine. The answer is the Seine."


def test_each_cluster_gives_the_first_that_fits_and_no_more_is_asked() -> None:
    backend = ScriptedBackend(reply)
    made = AutoCoT(clusters=2).build([*PENS, *RIVERS], backend=backend)
    assert [each.answer for each in made] == ["7", "the Seine"]
    assert [each.rationale for each in made] == [
        "She has 3 and gets 4.\n3 + 4 = 7.",
        "Paris lies on the Seine.",
    ]
    assert made[0].question in {problem.question for problem in PENS}
    assert sum(request.n for request in backend.requests) == 2
    assert "step by step" in said(backend, 0)
    assert made == AutoCoT(clusters=2).build([*PENS, *RIVERS], backend=ScriptedBackend(reply))


@pytest.mark.parametrize(
    "first",
    [
        "I do\nnot know",
        "7",
        "The answer is 7.",
        "One. Two. Three. Four. Five. Six is 7. The answer is 7.",
        "a\nb\nc\nd\ne\n7\nThe answer is 7.",
        "I just know it. The answer is 7.",
        Completion("3 + 4 = 7. The ans", finish="length"),
    ],
    ids=["unread", "bare", "no rationale", "six sentences", "six lines", "not in it", "cut"],
)
def test_one_that_does_not_fit_leaves_the_next_of_its_cluster(first: str | Completion) -> None:
    backend = ScriptedBackend([first, "3 + 4 = 7. The answer is 7."])
    made = AutoCoT(clusters=1).build(PENS, backend=backend)
    assert [each.rationale for each in made] == ["3 + 4 = 7."]
    assert len(backend.requests) == 2


def test_a_long_question_is_not_asked_and_a_cluster_without_a_fit_gives_none() -> None:
    long = Problem("How many pens? " * 30, "number")
    backend = ScriptedBackend(["no\nidea"] * 3)
    assert AutoCoT(clusters=1).build([long, *PENS], backend=backend) == ()
    assert len(backend.requests) == 3
    assert AutoCoT(clusters=1, longest=3).build(PENS, backend=ScriptedBackend([])) == ()


def test_what_is_made_is_written_and_shown(tmp_path: Path) -> None:
    made = AutoCoT(clusters=2).build([*PENS, *RIVERS], backend=ScriptedBackend(reply))
    write_exemplars(tmp_path / "made.yaml", made)
    backend = ScriptedBackend(["The answer is 7."])
    chain = FewShotCoT(exemplars="made.yaml")
    chain.invoke("Which river flows through Bonn?", backend=backend, project=str(tmp_path))
    assert "A: Paris lies on the Seine. The answer is the Seine.\n" in said(backend)
    assert said(backend).count("The answer is") == 2


def test_choices_stand_in_the_question_and_chinese_works() -> None:
    problem = Problem("哪个更大？", "choice", ("三", "四"))
    made = AutoCoT(clusters=1).build([problem], backend=ScriptedBackend(["四大于三。答案是(B)"]))
    assert (made[0].answer, made[0].rationale) == ("B", "四大于三。")
    assert made[0].question == "哪个更大？\n(A) 三\n(B) 四"


def test_a_failing_backend_is_told_and_a_budget_leaves_the_example_out() -> None:
    with pytest.raises(BackendError, match="lost"):
        AutoCoT().build(PENS, backend=ScriptedBackend([BackendError("lost")] * 3))
    made = AutoCoT().build(PENS, backend=ScriptedBackend([]), budget=Budget(calls=0))
    assert made == ()


def test_it_runs_in_a_loop_too() -> None:
    backend = ScriptedBackend(reply)
    made = asyncio.run(AutoCoT(clusters=1).abuild(RIVERS, backend=backend))
    assert len(made) == 1


@pytest.mark.parametrize("questions", [[], "What?", PENS[0], [3], 3])
def test_what_are_no_questions_is_refused(questions: object) -> None:
    with pytest.raises(UserMistake):
        AutoCoT().build(questions, backend=ScriptedBackend([]))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "value"),
    [("clusters", 0), ("steps", "5"), ("longest", None), ("seed", -1), ("chain", ZeroShotCoT)],
)
def test_wrong_settings_are_refused(field: str, value: object) -> None:
    with pytest.raises(UserMistake, match=f"auto_cot {field}"):
        AutoCoT(**{field: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "working"),
    [
        ("3 + 4 = 7. The answer is 7.", "3 + 4 = 7."),
        ("a\nb\nSo the answer is 7.\nBye.", "a\nb"),
        ("x = 5\n#### 5", "x = 5"),
        ("3+4=7。答案是7", "3+4=7。"),
        ("<think>z</think>a b. Therefore, the answer is 3.5.", "a b."),
        ("The answer is 7", ""),
        ("no answer here", "no answer here"),
        ("", ""),
    ],
)
def test_the_working_stands_before_the_announced_answer(text: str, working: str) -> None:
    assert read_working(text) == working


def test_the_example_in_the_docstring_is_true() -> None:
    assert doctest.testmod(reasoning_chains.auto_cot).failed == 0
