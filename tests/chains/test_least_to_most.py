from __future__ import annotations

import pytest

from reasoning_chains import Budget, LeastToMost, Message, Problem, ScriptedBackend, UserMistake
from reasoning_chains.types import Completion

ASKED = "Ann gets 2 bags of 5 pens, then 3 pens. How many has she now?"
PENS = Problem(ASKED, "number")
PLAN = "1. How many pens are in the bags?\n2. How many has she now?"
FIRST, LAST = "2 * 5 = 10. The answer is 10.", "10 + 3 = 13. The answer is 13."


def prompts(backend: ScriptedBackend) -> list[str]:
    return [request.content.messages[-1].content for request in backend.requests]


def test_each_part_is_asked_after_all_earlier_ones() -> None:
    backend = ScriptedBackend([PLAN, FIRST, LAST])
    solution = LeastToMost().invoke(PENS, backend=backend)
    assert (solution.answer, solution.text, solution.stop_reason) == ("13", LAST, "answered")
    assert prompts(backend) == [
        f"{ASKED}\nWhat subproblems must be solved first? List them in order.",
        f"{ASKED}\n\nQ: How many pens are in the bags?\nA:",
        f"{ASKED}\n\nQ: How many pens are in the bags?\nA: {FIRST}\n\nQ: How many has she now?\nA:",
    ]


def test_a_list_that_does_not_end_in_the_question_gets_it_as_its_end() -> None:
    backend = ScriptedBackend(["1. How many pens are in the bags?", FIRST, LAST])
    assert LeastToMost().invoke(PENS, backend=backend).answer == "13"
    assert prompts(backend)[-1].endswith(f"\n\nQ: {ASKED}\nA:")


@pytest.mark.parametrize("plan", ["I do not know.", "", "1.\n2."])
def test_no_parts_leave_one_ask(plan: str) -> None:
    backend = ScriptedBackend([plan, LAST])
    assert LeastToMost().invoke(PENS, backend=backend).answer == "13"
    assert prompts(backend)[1] == f"{ASKED}\n\nQ: {ASKED}\nA:"


def test_a_hundred_parts_are_cut_and_the_problem_itself_is_still_asked() -> None:
    plan = "\n".join(f"{i}. What is part {i}?" for i in range(1, 101))
    backend = ScriptedBackend([plan, *["The answer is 1."] * 3, LAST])
    solution = LeastToMost(max_parts=3).invoke(PENS, backend=backend)
    assert (solution.answer, len(backend.requests)) == ("13", 5)
    notes = [span.data for span in solution.trace.spans("note")]
    assert notes == [{"count": 97}]


def test_two_in_one_asks_once() -> None:
    backend = ScriptedBackend([f"{PLAN}\n{FIRST}\n{LAST}"])
    assert LeastToMost(two_in_one=True).invoke(PENS, backend=backend).answer == "13"
    assert len(backend.requests) == 1


def test_questions_on_the_way_are_not_the_end_of_the_reply() -> None:
    asked = "Q: How many pens are in the bags?\nA: The answer is 10."
    backend = ScriptedBackend([f"{asked}\n\nQ: How many now?\nA: The answer is 13."])
    assert LeastToMost(two_in_one=True).invoke(PENS, backend=backend).answer == "13"


@pytest.mark.parametrize("calls", [0, 1, 2])
def test_a_part_is_no_answer_when_the_budget_ends(calls: int) -> None:
    backend = ScriptedBackend([PLAN, FIRST, LAST])
    solution = LeastToMost().invoke(PENS, backend=backend, budget=Budget(calls=calls))
    assert (solution.answer, solution.stop_reason) == (None, "budget")
    assert len(backend.requests) == calls


def test_a_cut_last_reply_is_no_answer() -> None:
    cut = Completion("10 + 3 = 1", finish="length")
    solution = LeastToMost().invoke(PENS, backend=ScriptedBackend([PLAN, FIRST, cut]))
    assert (solution.answer, solution.stop_reason) == (None, "length")


def test_only_the_last_reply_must_fit_a_schema() -> None:
    problem = Problem("How many? As JSON.", "json", schema=int)
    backend = ScriptedBackend(["1. First?", "It is ten.", "13"])
    assert LeastToMost().invoke(problem, backend=backend).value == 13
    assert len(backend.requests) == 3


def test_choices_and_history_are_kept() -> None:
    before = (Message("user", "Hello"), Message("assistant", "Hello!"))
    problem = Problem("Which?", "choice", ("red", "blue"), history=before)
    backend = ScriptedBackend(["1. What?", "Sky.", "The answer is (B)."])
    assert LeastToMost().invoke(problem, backend=backend).answer == "B"
    for request in backend.requests:
        assert request.content.messages[:2] == before
        assert "(A) red\n(B) blue" in request.content.messages[-1].content


def test_it_speaks_chinese() -> None:
    backend = ScriptedBackend(["1. 一共几支？", "答案是 10。", "答案是 13。"])
    solution = LeastToMost().invoke(Problem("小明有几支笔？", "number"), backend=backend)
    assert solution.answer == "13"
    assert prompts(backend)[1] == "小明有几支笔？\n\n问：一共几支？\n答："


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(UserMistake, match="max_parts=0"):
        LeastToMost(max_parts=0)
    with pytest.raises(UserMistake, match="template must be text"):
        LeastToMost(template=3)  # type: ignore[arg-type]
