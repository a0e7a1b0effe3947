"""Plan-and-solve prompting: the paper's trigger sentences and its answer extraction."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from reasoning_chains import PlanAndSolve, Problem, ScriptedBackend, UserMistake
from reasoning_chains.types import Capabilities
from tests.chains.asked import SUM, cut, ended, said, turns
from training.wordings import WORDINGS

PS = (
    "Let's first understand the problem and devise a plan to solve the problem. Then, let's carry "
    "out the plan and solve the problem step by step."
)
PLUS = (
    "Let's first understand the problem, extract relevant variables and their corresponding "
    "numerals, and devise a complete plan. Then, let's carry out the plan, calculate intermediate "
    "variables (pay attention to correct numerical calculation and commonsense), solve the problem "
    "step by step, and show the answer."
)
"""Prompt 302 of the authors' repository, AGI-Edgerunners/Plan-and-Solve-Prompting."""
STEPS = "Plan:\n1. Add.\nSolution:\n3 + 4 = 7 of 9."


@pytest.mark.parametrize(("plus", "trigger"), [(False, PS), (True, PLUS)])
def test_one_stage_asks_in_the_papers_words_and_for_a_last_sentence(
    plus: bool, trigger: str
) -> None:
    backend = ScriptedBackend(["Plan: add.\n3 + 4 = 7. The answer is 7."])
    solution = PlanAndSolve(plus=plus).invoke(SUM, backend=backend)
    assert (solution.answer, solution.usage.calls) == ("7", 1)
    asked = f'{SUM.question}\n{trigger[:-1]}, and end with "The answer is ...".'
    assert said(backend) == asked
    assert (asked == WORDINGS["plan"][0].replace("{question}", SUM.question)) == (not plus)


@pytest.mark.parametrize(("plus", "trigger"), [(False, PS), (True, PLUS)])
def test_two_stages_send_the_plan_back_and_read_the_first_answer(plus: bool, trigger: str) -> None:
    backend = ScriptedBackend([STEPS, "7. Then 12."])
    solution = PlanAndSolve(plus=plus, two_stage=True).invoke(SUM, backend=backend)
    assert solution.answer == "7"
    assert solution.text == f"{STEPS}\n7. Then 12."
    assert turns(backend, 0) == [("user", f"{SUM.question}\n{trigger}")]
    assert turns(backend, 1) == [
        ("user", f"{SUM.question}\n{trigger}"),
        ("assistant", STEPS),
        ("user", "Therefore, the answer (arabic numerals) is"),
    ]


def test_a_budget_that_ends_after_each_ask() -> None:
    assert ended(PlanAndSolve(two_stage=True), ["3 + 4 = 7. The answer is 7.", "7."]) == [
        (None, "budget"),
        ("7", "budget"),
        ("7", "answered"),
    ]


def test_a_cut_plan_is_sent_back_and_a_second_stage_that_is_unread_keeps_the_first() -> None:
    backend = ScriptedBackend([cut("Plan:\n1. Add the"), "7"])
    assert PlanAndSolve(two_stage=True).invoke(SUM, backend=backend).answer == "7"
    backend = ScriptedBackend(["The answer is 7.", "hmm I am\nnot sure"])
    assert PlanAndSolve(two_stage=True).invoke(SUM, backend=backend).answer == "7"


class Pet(BaseModel):
    name: str


def test_the_plan_of_a_json_problem_is_not_asked_for_json() -> None:
    backend = ScriptedBackend(["A dog.", '{"name": "Rex"}'], capabilities=Capabilities(n=True))
    problem = Problem("Which pet?", kind="json", schema=Pet)
    assert PlanAndSolve(two_stage=True).invoke(problem, backend=backend).value == Pet(name="Rex")
    assert len(backend.requests) == 2


@pytest.mark.parametrize("field", ["template", "plus", "two_stage"])
def test_settings_of_another_type_are_refused(field: str) -> None:
    with pytest.raises(UserMistake, match=f"plan_and_solve {field}"):
        PlanAndSolve(**{field: 3})  # type: ignore[arg-type]
